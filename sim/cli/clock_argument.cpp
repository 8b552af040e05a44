#include "sim/cli/clock_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/token/token.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<sys_seconds, Error> time_of_command(const std::optional<std::string>& at) {
  if (!at) return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto wrong = [](std::string what) {
    return input_error("--at", std::move(what),
                       "write 2026-01-01, 2026-01-01T00:00:00Z or seconds since 1970");
  };
  sys_seconds time{};
  if (is_number(*at)) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(at->data(), at->data() + at->size(), seconds);
    if (read.ec != std::errc{}) return wrong("the time is too far away");
    time = sys_seconds{std::chrono::seconds{seconds}};
  } else {
    const auto read = parse_date_or_time(*at);
    if (!read) return wrong(fmt::format("{} {}", in_quotes(*at), read.error()));
    time = *read;
  }
  if (time < sys_seconds{} || time > sys_seconds{std::chrono::seconds{kTokenDateMax}}) {
    return wrong("the time is not from 1970 to 9999");
  }
  return time;
}

}  // namespace tokenlife::sim
