#include "sim/text/duration.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tokenlife::sim {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr Unit kUnits[] = {{'w', 604'800}, {'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

}  // namespace

Result<Duration, std::string> parse_duration(std::string_view text) {
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  if (text.empty()) return Failed<std::string>("is empty");
  if (std::none_of(text.begin(), text.end(), is_digit)) {
    return Failed<std::string>("is not a duration");
  }
  const Unit* next_unit = std::begin(kUnits);
  std::int64_t seconds = 0;
  while (!text.empty()) {
    std::int64_t number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
      number = number * 10 + (text[digits] - '0');
      if (number >= kDurationLimit.count()) number = kDurationLimit.count();
    }
    if (digits == 0) return Failed<std::string>("has something other than a whole number");
    if (digits == text.size()) return Failed<std::string>("is a number without a unit");
    const char letter = text[digits];
    if (letter == '.') return Failed<std::string>("has a fraction");
    const Unit* unit = std::begin(kUnits);
    while (unit != std::end(kUnits) && unit->letter != letter) ++unit;
    const std::string_view rest = text.substr(digits);
    const std::string_view word = rest.substr(
        0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    if (word.size() > 1) {
      return Failed<std::string>(
          fmt::format("has the unknown unit `{}`: units are w, d, h, m, s", word));
    }
    if (unit == std::end(kUnits)) {
      return Failed<std::string>("has no w, d, h, m or s right after a number");
    }
    if (unit < next_unit) return Failed<std::string>("has its units repeated or out of order");
    next_unit = unit + 1;
    seconds += number * unit->seconds;  // Below 2^32 * 700,000: no overflow.
    if (seconds >= kDurationLimit.count()) {
      return Failed<std::string>(std::string(kTooLongDuration));
    }
    text.remove_prefix(digits + 1);
  }
  return Duration{is_negative ? -seconds : seconds};
}

std::string to_text(Duration duration) {
  const std::int64_t total = duration.count();
  if (total == 0) return "0d";
  std::string text = total < 0 ? "-" : "";
  std::uint64_t rest =
      total < 0 ? 0 - static_cast<std::uint64_t>(total) : static_cast<std::uint64_t>(total);
  for (const Unit& unit : kUnits) {
    const auto seconds = static_cast<std::uint64_t>(unit.seconds);
    if (unit.letter == 'w' || rest < seconds) continue;
    text += fmt::format("{}{}", rest / seconds, unit.letter);
    rest %= seconds;
  }
  return text;
}

}  // namespace tokenlife::sim
