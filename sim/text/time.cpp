#include "sim/text/time.hpp"

#include <fmt/format.h>

#include <optional>

#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/text_buffer.hpp"

namespace tokenlife::sim {
namespace {

// The digits of `text` from `from` on as a number; nothing if one of them is none.
std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
  if (text.size() < from + count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(from, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Minutes east of UTC of "Z", "+hh:mm" or "-hh:mm".
std::optional<int> offset_minutes(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = digits(text, 1, 2);
  const auto minutes = digits(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int offset = *hours * 60 + *minutes;
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

std::string rfc3339(std::chrono::sys_seconds time) {
  // Lists have very many: the buffer is made once.
  thread_local TextBuffer text;
  text.clear();
  text.append_rfc3339(time);
  return std::string(text.text());
}

Result<std::chrono::sys_seconds, std::string> parse_rfc3339(std::string_view text) {
  const auto wrong = [](const char* why) { return Failed<std::string>(why); };
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  const bool shaped = year && month && day && hour && minute && second && text[4] == '-' &&
                      text[7] == '-' && text[13] == ':' && text[16] == ':' &&
                      (text[10] == 'T' || text[10] == 't' || text[10] == ' ');
  if (!shaped && year && month && day && text.size() == 10) return wrong("lacks the time of day");
  if (!shaped) return wrong("is not a time");
  if (text.substr(19).starts_with('.')) return wrong("has fractions of a second");
  const auto offset = offset_minutes(text.substr(19));
  if (!offset) return wrong("does not end in Z or an offset like +02:00");
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return wrong("does not exist");
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} +
         std::chrono::minutes{*minute - *offset} + std::chrono::seconds{*second};
}

std::optional<std::string> completed_rfc3339(std::string_view text) {
  std::string time(text.substr(0, 64));
  if (time.size() > 10 && time[10] == ' ') time[10] = 'T';
  for (const char* rest : {"", "Z", ":00Z", "T00:00:00Z"}) {
    if (parse_rfc3339(time + rest)) return time + rest;
  }
  return std::nullopt;
}

std::string rfc3339_advice(std::string_view text) {
  const auto completed = completed_rfc3339(text);
  return completed ? "write " + *completed : "write it as in 2026-01-01T00:00:00Z";
}

Result<std::chrono::sys_seconds, std::string> parse_date_or_time(std::string_view text) {
  constexpr std::size_t kDateBytes = 10;
  if (text.size() != kDateBytes) return parse_rfc3339(text);
  const auto midnight = parse_rfc3339(fmt::format("{}T00:00:00Z", text));
  if (midnight) return *midnight;
  return Failed<std::string>(midnight.error());
}

Result<Instant, std::string> parse_moment(std::string_view text, std::chrono::sys_seconds start) {
  // A time begins with a year: "2026-". A duration has a unit behind its digits.
  if (text.size() > 4 && text[4] == '-') {
    const auto time = parse_date_or_time(text);
    if (!time) return Failed<std::string>(fmt::format("{} {}", in_quotes(text), time.error()));
    return at(*time - start);
  }
  const auto duration = parse_duration(text);
  if (duration) return at(*duration);
  if (text.find_first_not_of("-0123456789wdhms") != std::string_view::npos) {
    return Failed<std::string>(fmt::format("{} is neither a time nor a duration", in_quotes(text)));
  }
  return Failed<std::string>(fmt::format("{} {}", in_quotes(text), duration.error()));
}

}  // namespace tokenlife::sim
