#include "sim/engine/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/text/duration.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

std::uint64_t count_site_events(const Expectation& expectation, const RunResult& result) {
  return static_cast<std::uint64_t>(
      std::count_if(result.site_events.begin(), result.site_events.end(), [&](const auto& event) {
        return kind_of(event.event) == *expectation.event && expectation.from <= event.time &&
               event.time < expectation.to;
      }));
}

Peak peak_of(const Scenario& scenario, const RunResult& result, std::size_t index) {
  const Expectation& expectation = scenario.expectations[index];
  SlotCounts counts = result.tally.peaks[static_cast<std::size_t>(
      std::count_if(scenario.expectations.begin(),
                    scenario.expectations.begin() + static_cast<std::ptrdiff_t>(index),
                    [](const Expectation& other) { return other.peak_per.has_value(); }))];
  for (const auto& event : result.site_events) {
    if (kind_of(event.event) == *expectation.event && expectation.from <= event.time &&
        event.time < expectation.to) {
      counts.add(event.time);
    }
  }
  return counts.most_within(*expectation.peak_per);
}

template <class Number>
bool within(Number actual, const std::optional<Number>& min, const std::optional<Number>& max) {
  return (!min || actual >= *min) && (!max || actual <= *max);
}

Outcome judge(const Scenario& scenario, const RunResult& result, std::size_t index) {
  const Expectation& expectation = scenario.expectations[index];
  const Observed& seen = result.tally.seen[index];
  Outcome outcome{&expectation, seen.count, {}, {}, {}, {}, false, {}};
  if (expectation.peak_per) {
    const Peak peak = peak_of(scenario, result, index);
    outcome.actual = peak.count;
    if (peak.count > 0) outcome.peak_from = peak.from;
  } else if (expectation.event && static_cast<std::size_t>(*expectation.event) >= kClientKinds) {
    outcome.actual = count_site_events(expectation, result);
  }
  bool holds = true;
  bool judged = false;
  if (expectation.share_min || expectation.share_max) {
    const std::uint32_t clients =
        expectation.cohort ? scenario.cohorts[expectation.cohort->value].clients : scenario.clients;
    outcome.share = static_cast<double>(outcome.actual) / clients;
    holds = holds && within(*outcome.share, expectation.share_min, expectation.share_max);
    judged = true;
  }
  if (expectation.per_client_min || expectation.per_client_max) {
    // Without clients there is nothing that could keep a bound.
    outcome.nobody_there = seen.per_client_min > seen.per_client_max;
    if (outcome.nobody_there) {
      holds = false;
    } else {
      outcome.per_client_min = seen.per_client_min;
      outcome.per_client_max = seen.per_client_max;
      holds = holds && within(seen.per_client_min, expectation.per_client_min, {}) &&
              within(seen.per_client_max, {}, expectation.per_client_max);
    }
    judged = true;
  }
  if (scenario.clients_scale == 1) {
    holds = holds && (!expectation.count || outcome.actual == *expectation.count) &&
            within(outcome.actual, expectation.min, expectation.max);
    judged = true;
  }
  if (judged) outcome.holds = holds;
  return outcome;
}

}  // namespace

std::vector<Outcome> judge_expectations(const Scenario& scenario, const RunResult& result) {
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < scenario.expectations.size(); ++i) {
    outcomes.push_back(judge(scenario, result, i));
  }
  return outcomes;
}

bool all_hold(const std::vector<Outcome>& outcomes) {
  return std::all_of(outcomes.begin(), outcomes.end(),
                     [](const Outcome& outcome) { return outcome.holds.value_or(true); });
}

std::string actual_text(const Outcome& outcome) {
  std::string text = grouped(outcome.actual);
  if (outcome.share) text += fmt::format(" ({:.2f} %)", *outcome.share * 100);
  if (outcome.per_client_min) {
    text += fmt::format(", {} to {} a client", grouped(*outcome.per_client_min),
                        grouped(*outcome.per_client_max));
  }
  if (outcome.nobody_there) text += ": nobody was there";
  if (outcome.peak_from) {
    text += fmt::format(", from {} on", to_text(outcome.peak_from->time_since_epoch()));
  }
  return text;
}

}  // namespace tokenlife::sim
