// The [[expect]] tables.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/possible_reason.hpp"
#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kExpectationsMax = 10'000;
// Each takes memory by the run's length.
constexpr std::size_t kPeaksMax = 100;

bool is_site_kind(EventKind kind) { return static_cast<std::size_t>(kind) >= kClientKinds; }

// ---- Bounds ------------------------------------------------------------------------------------

std::optional<std::uint64_t> read_number(Keys& keys, std::string_view key) {
  const auto number = keys.whole(key, WholeRange{});
  return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

template <class Number>
void check_order(Keys& keys, std::string_view min_key, const std::optional<Number>& min,
                 std::string_view max_key, const std::optional<Number>& max) {
  if (!min || !max || *min <= *max) return;
  keys.wrong(max_key, fmt::format("is {}, less than `{}`", *max, min_key), "swap the two");
}

// Whether there is one, be it of the wrong kind.
bool read_bounds(Keys& keys, Expectation& expect) {
  expect.count = read_number(keys, "count");
  expect.min = read_number(keys, "min");
  expect.max = read_number(keys, "max");
  check_order(keys, "min", expect.min, "max", expect.max);
  bool has_other = keys.has("min") || keys.has("max");
  if (keys.has("peak-of")) {
    for (const std::string_view key : {"per-client-min", "per-client-max"}) {
      keys.forbid(key, "`peak-of`, which counts all clients together", "use `min` or `max`");
    }
  } else if (keys.has("event") || keys.has("cause")) {
    expect.per_client_min = read_number(keys, "per-client-min");
    expect.per_client_max = read_number(keys, "per-client-max");
    check_order(keys, "per-client-min", expect.per_client_min, "per-client-max",
                expect.per_client_max);
    has_other = has_other || keys.has("per-client-min") || keys.has("per-client-max");
    if (expect.event && is_site_kind(*expect.event)) {
      for (const std::string_view key : {"per-client-min", "per-client-max"}) {
        if (keys.has(key)) {
          keys.wrong(key, "counts by client, but the event is the site's",
                     "use `count`, `min` or `max`");
        }
      }
    }
  } else {
    expect.share_min = keys.share("share-min");
    expect.share_max = keys.share("share-max");
    check_order(keys, "share-min", expect.share_min, "share-max", expect.share_max);
    has_other = has_other || keys.has("share-min") || keys.has("share-max");
  }
  if (keys.has("count") && has_other) {
    keys.wrong("count", "does not go with other bounds", "give either `count` or the bounds");
  }
  constexpr std::string_view bounds[] = {
      "count", "min", "max", "per-client-min", "per-client-max", "share-min", "share-max"};
  return std::any_of(std::begin(bounds), std::end(bounds),
                     [&](std::string_view key) { return keys.has(key); });
}

// ---- What is counted ---------------------------------------------------------------------------

void read_states(Reading& reading, Keys& keys, Expectation& expect) {
  const toml::array* list = keys.list("states", Need::required);
  if (list == nullptr) return;
  if (list->empty()) keys.wrong("states", "holds no state", "write it as in [\"expired\"]");
  constexpr auto& words = Names<StateWord>::values;
  for (const toml::node& element : *list) {
    const auto* text = element.as_string();
    const std::string word = text == nullptr ? std::string() : text->get();
    const auto found = from_name<StateWord>(word);
    const auto note = [&](std::string what, std::string advice) {
      reading.mistakes.note(position(element), "`states` " + std::move(what), std::move(advice));
    };
    if (text == nullptr) {
      note("must hold strings", "write them as in [\"expired\", \"stranded\"]");
    } else if (!found) {
      note(fmt::format("cannot hold {}", in_quotes(word)), which_of(word, words));
    } else if (expect.states.has(*found)) {
      note(fmt::format("holds {} twice", in_quotes(word)), "leave one out");
    } else {
      expect.states.add(*found);
    }
  }
}

void read_state(Reading& reading, Keys& keys, Expectation& expect) {
  if (keys.has("state")) {
    if (const auto word = keys.word<StateWord>("state", Need::required)) expect.states = *word;
    keys.forbid("states", "`state`", "put all of them into `states`");
  } else {
    read_states(reading, keys, expect);
  }
  const Instant end{reading.time.duration};
  expect.at = keys.time("at").value_or(end);
  if (expect.at > end) {
    keys.wrong("at",
               fmt::format("is {}, but the run ends at {}", to_text(expect.at.time_since_epoch()),
                           to_text(reading.time.duration)),
               "choose an earlier time, or lengthen the run");
  }
  constexpr std::string_view why = "states, which are counted at one moment";
  keys.forbid("per", why, "drop it, or expect a `peak-of` an event");
  keys.forbid("from", why, "use `at`");
  keys.forbid("to", why, "use `at`");
  keys.forbid("reason", why, "drop it, or expect an `event`");
  keys.forbid("cause", why, "make two expectations of it");
  keys.forbid("per-client-min", why, "use `min` or `share-min`");
  keys.forbid("per-client-max", why, "use `max` or `share-max`");
}

enum class Reasons : std::uint8_t { none, of_refusals, of_failures };

template <class Event>
constexpr Reasons reasons_of() {
  if constexpr (HasReason<Event>) {
    if constexpr (std::is_same_v<decltype(Event::reason), RefusalReason>) {
      return Reasons::of_refusals;
    } else {
      static_assert(std::is_same_v<decltype(Event::reason), FailureReason>);
      return Reasons::of_failures;
    }
  } else {
    return Reasons::none;
  }
}

template <class... OfClients, class... OfSite>
constexpr std::array<Reasons, kEventKinds> reasons_of_all(const std::variant<OfClients...>*,
                                                          const std::variant<OfSite...>*) {
  return {reasons_of<OfClients>()..., reasons_of<OfSite>()...};
}
// By EventKind: as the events themselves have it.
constexpr auto kReasons = reasons_of_all(static_cast<const ClientEvent*>(nullptr),
                                         static_cast<const SiteEvent*>(nullptr));

// Notes a refusal that can never be the event's: nothing could ever be counted.
void check_refusal(const Reading& reading, Keys& keys, EventKind event, RefusalReason reason) {
  const bool real = reading.scenario.real_crypto;
  if (can_have(event, reason, real)) return;
  if (can_have(event, reason, true)) {
    return keys.wrong("reason",
                      fmt::format("is `{}`, for which only real tokens are refused", name(reason)),
                      "choose another, or write crypto = \"real\" in [site]");
  }
  std::vector<std::string_view> possible;
  for (std::size_t i = 0; i < kCount<RefusalReason>; ++i) {
    const auto other = static_cast<RefusalReason>(i);
    if (can_have(event, other, false)) possible.push_back(name(other));
  }
  keys.wrong("reason",
             fmt::format("is `{}`, which is never the reason for `{}`", name(reason), name(event)),
             fmt::format("choose one of {}", fmt::join(possible, ", ")));
}

void read_reason(const Reading& reading, Keys& keys, Expectation& expect) {
  switch (kReasons[static_cast<std::size_t>(*expect.event)]) {
    case Reasons::of_refusals:
      if (const auto reason = keys.word<RefusalReason>("reason")) {
        check_refusal(reading, keys, *expect.event, *reason);
        expect.reason = *reason;
      }
      return;
    case Reasons::of_failures:
      if (const auto reason = keys.word<FailureReason>("reason")) expect.reason = *reason;
      return;
    case Reasons::none: {
      std::vector<std::string_view> with_reasons;
      for (std::size_t i = 0; i < kEventKinds; ++i) {
        if (kReasons[i] != Reasons::none) with_reasons.push_back(Names<EventKind>::values[i]);
      }
      return keys.forbid("reason",
                         fmt::format("the event `{}`, which has none", name(*expect.event)),
                         fmt::format("drop it, or choose an event that has reasons: {}",
                                     fmt::join(with_reasons, ", ")));
    }
  }
}

void read_span(Reading& reading, Keys& keys, Expectation& expect) {
  const Instant end{reading.time.duration};
  expect.from = keys.time("from").value_or(Instant{});
  expect.to = keys.time("to").value_or(end);
  const std::string ends = fmt::format("but the run ends at {}", to_text(reading.time.duration));
  if (expect.from >= end) {
    keys.wrong("from", fmt::format("is {}, {}", to_text(expect.from.time_since_epoch()), ends),
               "choose an earlier time, or lengthen the run");
  } else if (expect.to > end) {
    keys.wrong("to", fmt::format("is {}, {}", to_text(expect.to.time_since_epoch()), ends),
               "choose an earlier time, or lengthen the run");
  } else if (expect.from >= expect.to) {
    keys.wrong("to",
               fmt::format("is {}, not after `from` at {}", to_text(expect.to.time_since_epoch()),
                           to_text(expect.from.time_since_epoch())),
               "events are counted from `from` on and before `to`");
  }
}

std::vector<std::string_view> kinds_of_runs() {
  std::vector<std::string_view> names;
  for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
    if (is_of_runs(static_cast<EventKind>(kind))) names.push_back(Names<EventKind>::values[kind]);
  }
  return names;
}

void read_per(Reading& reading, Keys& keys, Expectation& expect) {
  if (!keys.has("peak-of")) {
    keys.forbid("per", "`event`, of which all are counted", "write `peak-of` instead of `event`");
    return;
  }
  expect.peak_per = keys.duration("per", Sign::positive, Need::required);
  if (++reading.peaks > kPeaksMax) {
    keys.wrong("peak-of", fmt::format("appears more than {} times", kPeaksMax));
  }
  constexpr Duration minute = std::chrono::minutes{1};
  if (expect.peak_per && reading.time.tick < minute && *expect.peak_per % minute != Duration{0}) {
    keys.wrong(
        "per",
        fmt::format("is {}, which is not a whole number of minutes", to_text(*expect.peak_per)),
        "where ticks are shorter than a minute, peaks are counted by the minute");
  }
}

void read_event(Reading& reading, Keys& keys, Expectation& expect) {
  static const std::vector<std::string_view> of_runs = kinds_of_runs();
  const std::string_view key = keys.has("peak-of") ? "peak-of" : "event";
  expect.event = keys.word<EventKind>(key, Need::required, of_runs);
  read_span(reading, keys, expect);
  read_per(reading, keys, expect);
  constexpr std::string_view why = "events, which are counted over a period";
  keys.forbid("at", why, "use `from` and `to`");
  keys.forbid("cause", why, "make two expectations of it");
  keys.forbid("share-min", why, "use `per-client-min`");
  keys.forbid("share-max", why, "use `per-client-max`");
  if (!expect.event) keys.any("reason");
  if (!expect.event) return;
  read_reason(reading, keys, expect);
  if (is_site_kind(*expect.event) && keys.has("cohort")) {
    keys.wrong(
        "cohort",
        fmt::format("does not go with `{}`, which is an event of the site", name(*expect.event)),
        "drop it");
  }
}

// Spells by their cause: those that a run can have.
void read_cause(Reading& reading, Keys& keys, Expectation& expect) {
  static const std::vector<std::string_view> of_runs = [] {
    const auto& all = Names<SpellCause>::values;
    return std::vector<std::string_view>(all.begin() + 1, all.end());  // without not-recorded
  }();
  expect.spell_cause = keys.word<SpellCause>("cause", Need::required, of_runs);
  read_span(reading, keys, expect);
  constexpr std::string_view why = "spells, which are counted over a period";
  keys.forbid("at", why, "use `from` and `to`");
  keys.forbid("per", why, "drop it, or expect a `peak-of` an event");
  keys.forbid("reason", why, "drop it, or expect an `event`");
  keys.forbid("share-min", why, "use `per-client-min`");
  keys.forbid("share-max", why, "use `per-client-max`");
}

void read_expectation(Reading& reading, const toml::node& element) {
  auto found = reading.keys_of(element, "[[expect]]");
  if (!found) return;
  Keys& keys = *found;
  Expectation expect;
  expect.line = static_cast<int>(reading.text.line_in_file(element.source().begin.line));
  const bool is_of_state = keys.has("state") || keys.has("states");
  const bool is_of_event = keys.has("event") || keys.has("peak-of");
  const bool is_of_spells = !is_of_event && keys.has("cause");
  if (is_of_state == (is_of_event || is_of_spells)) {
    // What else is valid depends on which of them it is.
    if (is_of_state) {
      return keys.forbid(is_of_spells        ? "cause"
                         : keys.has("event") ? "event"
                                             : "peak-of",
                         keys.has("state") ? "`state`" : "`states`", "make two expectations of it");
    }
    constexpr std::string_view deciding[] = {"states", "event", "peak-of", "cause"};
    const auto* const meant =
        std::find_if(std::begin(deciding), std::end(deciding),
                     [&](std::string_view key) { return keys.may_be_misspelt(key); });
    const bool is_state = meant == std::end(deciding) || keys.may_be_misspelt("state");
    keys.missing(is_state ? "state" : *meant, "give `state`, `event` or `cause`");
    keys.finish(Others::undecided);
    return;
  }
  if (keys.has("event")) keys.forbid("peak-of", "`event`", "make two expectations of it");
  if (is_of_state) {
    read_state(reading, keys, expect);
  } else if (is_of_spells) {
    read_cause(reading, keys, expect);
  } else {
    read_event(reading, keys, expect);
  }
  const auto cohort = reading.reference(keys, "cohort", Need::optional, "cohort", reading.cohorts);
  if (cohort) expect.cohort = CohortNumber{*cohort};
  const bool has_bound = read_bounds(keys, expect);
  // An unknown key may be meant for a bound.
  if (keys.finish() && !has_bound) {
    keys.missing("count", keys.has("peak-of") ? "give `max`, `min` or `count`"
                          : !is_of_state
                              ? "give `count`, `min`, `max`, `per-client-min` or `per-client-max`"
                              : "give `count`, `min`, `max`, `share-min` or `share-max`");
    keys.finish();
  }
  if (reading.mistakes.any()) return;
  expect.text = expectation_in_words(reading.scenario, expect);
  reading.scenario.expectations.push_back(std::move(expect));
}

}  // namespace

void read_expectations(Reading& reading, Keys& top) {
  const toml::array* list = top.list("expect");
  if (list == nullptr) return;
  std::size_t count = 0;
  for (const toml::node& element : *list) {
    if (++count > kExpectationsMax) {
      reading.mistakes.note(position(element),
                            fmt::format("there are more than {} expectations", kExpectationsMax));
      return;
    }
    read_expectation(reading, element);
  }
}

}  // namespace tokenlife::sim
