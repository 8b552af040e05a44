#include "sim/text/duration_advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

struct UnitWords {
  std::string_view words;  // in small letters, each between spaces
  std::int64_t seconds;    // 0: differs from one to the next
};
constexpr UnitWords kUnitWords[] = {
    {" w wk wks week weeks ", 604'800}, {" d day days ", 86'400},
    {" h hr hrs hour hours ", 3'600},   {" m min mins minute minutes ", 60},
    {" s sec secs second seconds ", 1}, {" mo mon month months y yr yrs year years ", 0}};

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";

// Takes what is of these letters off the beginning of a text.
std::string_view take(std::string_view& text, std::string_view letters) {
  const std::string_view taken = text.substr(0, text.find_first_not_of(letters));
  text.remove_prefix(taken.size());
  return taken;
}

struct Part {
  bool of_calendar = false;
  std::int64_t seconds = 0;
};

// Takes a number and its unit off a text. Nothing if it is no whole number of seconds.
std::optional<Part> take_part(std::string_view& text) {
  const std::string_view whole = take(text, kDigits);
  const std::string_view point = take(text, ".");
  const std::string_view fraction = take(text, kDigits);
  take(text, " ");
  const std::string word = fmt::format(" {} ", take(text, kLetters));
  take(text, ", ");
  if (whole.empty() || point.size() > 1 || whole.size() + fraction.size() > 9) return std::nullopt;
  const auto* unit =
      std::find_if(std::begin(kUnitWords), std::end(kUnitWords), [&](const UnitWords& known) {
        return word.size() > 2 && known.words.find(word) != std::string_view::npos;
      });
  if (unit == std::end(kUnitWords)) return std::nullopt;
  std::int64_t seconds = std::stoll(fmt::format("{}{}", whole, fraction)) * unit->seconds;
  for (std::size_t i = 0; i < fraction.size(); ++i) {
    if (seconds % 10 != 0) return std::nullopt;
    seconds /= 10;
  }
  return Part{unit->seconds == 0, seconds};
}

}  // namespace

std::string duration_advice(std::string_view text) {
  std::string small(text.substr(0, 64));
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::string_view rest = small;
  take(rest, " ");
  const bool is_negative = take(rest, "-").size() == 1;
  if (!rest.empty() && rest.size() < 10 && rest.find_first_not_of(kDigits) == rest.npos) {
    return fmt::format("write its unit, as in \"{}d\" for days", text);
  }
  bool is_plain = !rest.empty() && text.size() == small.size();
  std::int64_t seconds = 0;
  while (is_plain && !rest.empty()) {
    const auto part = take_part(rest);
    if (part && part->of_calendar) {
      return "months and years differ in length: count days, as in \"90d\"";
    }
    is_plain = part.has_value();
    seconds += part ? part->seconds : 0;
  }
  const auto read = parse_duration(text);
  if ((is_plain && seconds >= kDurationLimit.count()) ||
      (!read && read.error() == kTooLongDuration)) {
    return "write at most 49710d (durations are less than 2^32 seconds)";
  }
  if (!is_plain) {
    return "write integers with units, largest first, as in \"90d\", \"1d12h\" or \"30m\"";
  }
  return fmt::format("write \"{}\"", to_text(Duration{is_negative ? -seconds : seconds}));
}

}  // namespace tokenlife::sim
