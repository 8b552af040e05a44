#include "sim/scenario/date_advice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {
constexpr std::string_view kDateDigits = "0123456789";
}

std::optional<std::string> quoted_date_advice(std::string_view text) {
  const auto completed = completed_rfc3339(text);
  if (!completed) return std::nullopt;
  return fmt::format("write {} without quotes", *completed);
}

bool looks_like_date(std::string_view text) {
  bool has_year = false;
  int numbers = 0;
  for (std::size_t at = 0; (at = text.find_first_of(kDateDigits, at)) != text.npos; ++numbers) {
    const std::size_t end = std::min(text.find_first_not_of(kDateDigits, at), text.size());
    const std::string_view number = text.substr(at, end - at);
    has_year =
        has_year || (number.size() == 4 && (number.starts_with("19") || number.starts_with("20")));
    at = end;
  }
  return has_year && numbers > 1;
}

std::string date_advice(const toml::node& node) {
  const auto* only_date = node.as_date();
  const auto* local = node.as_date_time();
  if (only_date != nullptr || local != nullptr) {
    const toml::date date = local == nullptr ? only_date->get() : local->get().date;
    const toml::time time = local == nullptr ? toml::time{} : local->get().time;
    return fmt::format(
        "write {:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z for UTC, or end it with another offset",
        date.year, date.month, date.day, time.hour, time.minute, time.second);
  }
  const auto* text = node.as_string();
  const auto without_quotes = text == nullptr ? std::nullopt : quoted_date_advice(text->get());
  return without_quotes.value_or("write it as in 2026-01-01T00:00:00Z, without quotes");
}

std::optional<std::string> no_such_date(const toml::node& node) {
  const auto* text = node.as_string();
  const auto moment = parse_date_or_time(text == nullptr ? std::string() : text->get());
  if (moment || moment.error() != "does not exist") return std::nullopt;
  return fmt::format("is {}, which does not exist", in_quotes(text->get()));
}

}  // namespace tokenlife::sim
