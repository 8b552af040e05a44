#include "sim/sweep/metric.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "core/ensure.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

// Those that are no count of spells or events, in the order of their numbers below.
constexpr std::string_view kOwn[] = {"stranded",
                                     "stranded-peak",
                                     "peak-renewals-per-hour",
                                     "spells",
                                     "requests-per-client-day",
                                     "out-of-service-days",
                                     "longest-queue",
                                     "wait-p99"};

std::vector<std::string> all_names() {
  std::vector<std::string> names(std::begin(kOwn), std::end(kOwn));
  for (const std::string_view cause : Names<SpellCause>::values) {
    names.push_back(fmt::format("spells.{}", cause));
  }
  for (const std::string_view kind : Names<EventKind>::values) names.emplace_back(kind);
  return names;
}

constexpr double kDay = std::chrono::seconds{std::chrono::days{1}}.count();

double requests_in(const RunStatistics& tally) {
  const auto of = [&](EventKind kind) {
    return static_cast<double>(tally.kinds[static_cast<std::size_t>(kind)]);
  };
  return of(EventKind::registration_requested) + of(EventKind::renewal_requested);
}

// In seconds: at the endpoint at which it is longer.
double longest_wait(const RunResult& result) {
  Duration longest{0};
  for (const EndpointLoad& load : result.loads) {
    longest = std::max(longest, load.wait_at(0.99).value_or(Duration{0}));
  }
  return static_cast<double>(longest.count());
}

}  // namespace

const std::vector<std::string>& metric_names() {
  static const std::vector<std::string> names = all_names();
  return names;
}

std::vector<double> numbers_of(const Scenario& scenario, const RunResult& result) {
  const RunStatistics& tally = result.tally;
  const SpellTally& spells = tally.spells;
  double all_spells = 0;
  for (const SpellCount& spell : spells.spells) all_spells += static_cast<double>(spell.count());
  const double days = static_cast<double>(scenario.duration.count()) / kDay;
  const Duration out = spells.out_of_service.time_until(at(scenario.duration));
  std::vector<double> numbers{
      static_cast<double>(spells.all_stranded()),
      static_cast<double>(spells.stranded.peak().count),
      static_cast<double>(tally.renewals.most_within(std::chrono::hours{1}).count),
      all_spells,
      requests_in(tally) / (static_cast<double>(scenario.clients) * days),
      static_cast<double>(out.count()) / kDay,
      static_cast<double>(std::max(result.loads[0].longest_queue, result.loads[1].longest_queue)),
      longest_wait(result)};
  for (const SpellCount& spell : spells.spells) {
    numbers.push_back(static_cast<double>(spell.count()));
  }
  std::vector<std::uint64_t> kinds(kEventKinds);
  std::copy(tally.kinds.begin(), tally.kinds.end(), kinds.begin());
  for (const auto& event : result.site_events) {
    ++kinds[static_cast<std::size_t>(kind_of(event.event))];
  }
  for (const std::uint64_t count : kinds) numbers.push_back(static_cast<double>(count));
  ensure(numbers.size() == metric_names().size(), "a number for each metric");
  return numbers;
}

std::size_t metric_called(std::string_view name) {
  const auto found = std::find(metric_names().begin(), metric_names().end(), name);
  ensure(found != metric_names().end(), "a metric to be one");
  return static_cast<std::size_t>(found - metric_names().begin());
}

Result<std::size_t, Error> parse_metric(const std::string& name) {
  const std::vector<std::string>& names = metric_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  constexpr std::string_view kSpells = "spells.";
  if (name.starts_with(kSpells)) {
    const std::string cause = name.substr(kSpells.size());
    return usage_error(fmt::format("--metric: {} is not a cause of a spell", in_quotes(cause)),
                       advice_or(did_you_mean("cause", cause, Names<SpellCause>::values),
                                 "`offline` and `blocked` are two"));
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::string advice =
      suggestion(name, known)
          ? did_you_mean("metric", name, known)
          : fmt::format("use {}, spells.CAUSE or the kind of an event", fmt::join(kOwn, ", "));
  return usage_error(fmt::format("--metric: unknown metric {}", in_quotes(name)),
                     std::move(advice));
}

}  // namespace tokenlife::sim
