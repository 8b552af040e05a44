// Expectations in words, as reports print them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/scenario/reading.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

std::string in_words(std::uint64_t number) { return grouped(number); }
std::string in_words(double share) { return fmt::format("{}", share); }

template <class Number>
void add_range(std::string& text, std::string_view of, const std::optional<Number>& min,
               const std::optional<Number>& max) {
  if (!min && !max) return;
  text += text.empty() ? "" : ", ";
  text += of;
  if (min && max) {
    text += fmt::format("{} to {}", in_words(*min), in_words(*max));
  } else if (min) {
    text += "at least " + in_words(*min);
  } else {
    text += "at most " + in_words(*max);
  }
}

std::string bounds_in_words(const Expectation& expect) {
  std::string text;
  if (expect.count) text = "exactly " + grouped(*expect.count);
  add_range(text, "", expect.min, expect.max);
  add_range(text, "a share of ", expect.share_min, expect.share_max);
  add_range(text, "per client ", expect.per_client_min, expect.per_client_max);
  return text;
}

}  // namespace

std::string expectation_in_words(const Scenario& scenario, const Expectation& expect) {
  std::string text;
  const std::string in_span = fmt::format(" in [{}, {})", to_text(expect.from.time_since_epoch()),
                                          to_text(expect.to.time_since_epoch()));
  if (expect.spell_cause) {
    text = fmt::format("spells by {}{}", name(*expect.spell_cause), in_span);
  } else if (!expect.event) {
    const bool is_at_end = expect.at == Instant{scenario.duration};
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < kCount<StateWord>; ++i) {
      const auto word = static_cast<StateWord>(i);
      if (expect.states.has(word)) words.push_back(name(word));
    }
    text = fmt::format("{} at {}", fmt::join(words, " or "),
                       is_at_end ? "the end" : to_text(expect.at.time_since_epoch()));
  } else {
    if (expect.peak_per) text = fmt::format("most in any {}: ", to_text(*expect.peak_per));
    text += name(*expect.event);
    if (expect.reason) {
      text += fmt::format(" ({})",
                          std::visit([](auto reason) { return name(reason); }, *expect.reason));
    }
    text += in_span;
  }
  if (expect.cohort) text += " in " + scenario.cohorts[expect.cohort->value].name;
  return text + ": " + bounds_in_words(expect);
}

}  // namespace tokenlife::sim
