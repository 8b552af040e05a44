// The [[expect]] tables.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <type_traits>
#include <variant>

#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kExpectationsMax = 10'000;

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
  if (keys.has("event")) {
    expect.per_client_min = read_number(keys, "per-client-min");
    expect.per_client_max = read_number(keys, "per-client-max");
    check_order(keys, "per-client-min", expect.per_client_min, "per-client-max",
                expect.per_client_max);
    has_other = has_other || keys.has("per-client-min") || keys.has("per-client-max");
    if (expect.event && is_site_kind(*expect.event)) {
      for (const std::string_view key : {"per-client-min", "per-client-max"}) {
        if (keys.has(key)) {
          keys.wrong(key, "is of clients, but the event is the site's",
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

void read_state(Reading& reading, Keys& keys, Expectation& expect) {
  // A client that is not installed yet has no state and is counted nowhere.
  const auto states = std::span(Names<LifecycleState>::values).subspan(1);
  if (const auto* word = keys.any("state")->as_string();
      word != nullptr && word->get() == "stranded") {
    keys.wrong(
        "state", "cannot be `stranded`, which is no state of a client",
        "expect `expired` and `re-registration-required` clients; `run` counts the stranded");
  } else {
    expect.state = keys.word<LifecycleState>("state", Need::required, states);
  }
  const Instant end{reading.time.duration};
  expect.at = keys.time("at").value_or(end);
  if (expect.at > end) {
    keys.wrong("at",
               fmt::format("is {}, and the run ends at {}", to_text(expect.at.time_since_epoch()),
                           to_text(reading.time.duration)),
               "choose an earlier time, or lengthen the run");
  }
  constexpr std::string_view why = "`state`, which is counted at one moment";
  keys.forbid("from", why, "use `at`");
  keys.forbid("to", why, "use `at`");
  keys.forbid("reason", why, "drop it, or expect an `event`");
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

void read_reason(Keys& keys, Expectation& expect) {
  switch (kReasons[static_cast<std::size_t>(*expect.event)]) {
    case Reasons::of_refusals:
      if (const auto reason = keys.word<RefusalReason>("reason")) expect.reason = *reason;
      return;
    case Reasons::of_failures:
      if (const auto reason = keys.word<FailureReason>("reason")) expect.reason = *reason;
      return;
    case Reasons::none:
      return keys.forbid("reason",
                         fmt::format("the event `{}`, which has none", name(*expect.event)),
                         "drop it: only refusals and failures have reasons");
  }
}

void read_span(Reading& reading, Keys& keys, Expectation& expect) {
  const Instant end{reading.time.duration};
  expect.from = keys.time("from").value_or(Instant{});
  expect.to = keys.time("to").value_or(end);
  const std::string ends = fmt::format("and the run ends at {}", to_text(reading.time.duration));
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

void read_event(Reading& reading, Keys& keys, Expectation& expect) {
  const auto of_runs = std::span(Names<EventKind>::values).first(kRunKinds);
  expect.event = keys.word<EventKind>("event", Need::required, of_runs);
  read_span(reading, keys, expect);
  constexpr std::string_view why = "`event`, which is counted over a time";
  keys.forbid("at", why, "use `from` and `to`");
  keys.forbid("share-min", why, "use `per-client-min`");
  keys.forbid("share-max", why, "use `per-client-max`");
  if (!expect.event) keys.any("reason");
  if (!expect.event) return;
  read_reason(keys, expect);
  if (is_site_kind(*expect.event) && keys.has("cohort")) {
    keys.wrong(
        "cohort",
        fmt::format("does not go with `{}`, which is an event of the site", name(*expect.event)),
        "drop it");
  }
}

// ---- In words ----------------------------------------------------------------------------------

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

std::string expectation_in_words(const Scenario& scenario, const Expectation& expect) {
  std::string text;
  if (expect.state) {
    const bool is_at_end = expect.at == Instant{scenario.duration};
    text = fmt::format("{} at {}", name(*expect.state),
                       is_at_end ? "the end" : to_text(expect.at.time_since_epoch()));
  } else {
    text = name(*expect.event);
    if (expect.reason) {
      text += fmt::format(" ({})",
                          std::visit([](auto reason) { return name(reason); }, *expect.reason));
    }
    text += fmt::format(" in [{}, {})", to_text(expect.from.time_since_epoch()),
                        to_text(expect.to.time_since_epoch()));
  }
  if (expect.cohort) text += " in " + scenario.cohorts[expect.cohort->value].name;
  return text + ": " + bounds_in_words(expect);
}

void read_expectation(Reading& reading, const toml::node& element) {
  auto found = reading.keys_of(element, "[[expect]]");
  if (!found) return;
  Keys& keys = *found;
  Expectation expect;
  expect.line = static_cast<int>(element.source().begin.line);
  if (keys.has("state") == keys.has("event")) {
    // What else is valid depends on which of the two it is.
    if (keys.has("state")) return keys.forbid("event", "`state`", "make two expectations of it");
    const bool is_event = keys.may_be_misspelt("event");
    keys.missing(is_event ? "event" : "state", "give either `state` or `event`");
    keys.finish(Others::undecided);
    return;
  }
  if (keys.has("state")) {
    read_state(reading, keys, expect);
  } else {
    read_event(reading, keys, expect);
  }
  const auto cohort = reading.reference(keys, "cohort", Need::optional, "cohort", reading.cohorts);
  if (cohort) expect.cohort = CohortNumber{*cohort};
  const bool has_bound = read_bounds(keys, expect);
  // An unknown key may be meant for a bound.
  if (keys.finish() && !has_bound) {
    keys.missing("count", keys.has("event")
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
