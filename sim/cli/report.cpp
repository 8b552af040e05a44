#include "sim/cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/cli/endpoint_report.hpp"
#include "sim/cli/spell_report.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr int kLabelWidth = 28;
constexpr int kNumberWidth = 14;

std::string bar(double share) {
  constexpr int width = 30;
  std::string text;
  for (int i = 0; i < static_cast<int>(share * width + 0.5); ++i) text += "█";
  return text;
}

std::uint64_t per_second(const Signatures& signatures, double wall_seconds) {
  const auto all = static_cast<double>(signatures.made + signatures.verified);
  return static_cast<std::uint64_t>(all / std::max(wall_seconds, 1e-9));
}

std::string rules_text(RefusalReason reason) {
  return fmt::format("{}", fmt::join(rules_behind(reason), " "));
}

Peak peak_of_renewals(const RunStatistics& tally) {
  return tally.renewals.most_within(std::chrono::hours{1});
}

std::uint64_t sum(const StateCounts& states) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : states) total += count;
  return total;
}

template <class Enum, std::size_t N>
std::string counts_text(const std::array<std::uint64_t, N>& counts) {
  std::string text;
  for (std::size_t i = 0; i < N; ++i) {
    if (counts[i] > 0) text += table_row(Names<Enum>::values[i], counts[i], 0);
  }
  return text;
}

std::string refusals_text(const RunStatistics& tally) {
  std::string text;
  for (std::size_t i = 0; i < tally.refusals.size(); ++i) {
    if (tally.refusals[i] == 0) continue;
    std::string line = table_row(Names<RefusalReason>::values[i], tally.refusals[i], 0);
    line.pop_back();
    text += line + "  " + rules_text(static_cast<RefusalReason>(i)) + "\n";
  }
  if (!text.empty()) text += "  `tokenlife rules R57` prints what a rule says\n";
  return text;
}

std::string expectations_text(const std::vector<Outcome>& outcomes, const Scenario& scenario,
                              const Console& console) {
  std::string text;
  for (const Outcome& outcome : outcomes) {
    const std::string verdict = !outcome.holds   ? console.paint("skip", Tone::dim)
                                : *outcome.holds ? console.paint("ok  ", Tone::good)
                                                 : console.paint("FAIL", Tone::bad);
    text += fmt::format("  {}  {}: {}", verdict, escape_text(outcome.expectation->text),
                        actual_text(outcome));
    if (!outcome.holds.value_or(true)) {
      text += fmt::format("   ({}:{})", escape_text(scenario.path), outcome.expectation->line);
    }
    if (!outcome.holds) text += "   (numbers are not checked in a scaled run)";
    text += "\n";
  }
  return text;
}

// Nothing of an interrupted run: nobody was judged.
std::string idle_text(const Scenario& scenario, const RunResult& result) {
  std::string text;
  if (!result.idle) return text;
  for (const std::uint32_t number : *result.idle) {
    const Action& action = scenario.actions[number];
    text +=
        fmt::format("  {} at {} ({}:{})\n", name_of(action), to_text(action.at.time_since_epoch()),
                    escape_text(scenario.path), action.line);
  }
  return text;
}

nlohmann::ordered_json idle_json(const Scenario& scenario, const RunResult& result) {
  auto idle = nlohmann::ordered_json::array();
  if (!result.idle) return idle;
  for (const std::uint32_t number : *result.idle) {
    const Action& action = scenario.actions[number];
    idle.push_back({{"do", name_of(action)},
                    {"at", rfc3339(scenario.start, action.at)},
                    {"line", action.line}});
  }
  return idle;
}

// Nothing of a run with modelled tokens.
std::string signatures_text(const Signatures& signatures, double wall_seconds) {
  if (signatures.made == 0) return "";
  return fmt::format("{} signatures made and {} verified, {} a second\n", grouped(signatures.made),
                     grouped(signatures.verified), grouped(per_second(signatures, wall_seconds)));
}

std::string section(std::string_view title, const std::string& body, const Console& console) {
  if (body.empty()) return "";
  return "\n" + console.paint(title, Tone::strong) + "\n" + body;
}

nlohmann::ordered_json expectations_json(const Scenario& scenario,
                                         const std::vector<Outcome>& outcomes) {
  auto list = nlohmann::ordered_json::array();
  for (const Outcome& outcome : outcomes) {
    const Expectation& expectation = *outcome.expectation;
    nlohmann::ordered_json entry;
    entry["at"] = rfc3339(scenario.start, expectation.event ? expectation.to : expectation.at);
    entry["expect"] = expectation.text;
    entry["actual"] = outcome.actual;
    if (outcome.share) entry["share"] = *outcome.share;
    if (outcome.peak_from) entry["peak-from"] = rfc3339(scenario.start, *outcome.peak_from);
    if (outcome.nobody_there) entry["nobody-there"] = true;
    if (outcome.per_client_min) {
      entry["per-client-min"] = *outcome.per_client_min;
      entry["per-client-max"] = *outcome.per_client_max;
    }
    entry["holds"] = outcome.holds ? nlohmann::ordered_json(*outcome.holds) : nullptr;
    entry["line"] = expectation.line;
    list.push_back(std::move(entry));
  }
  return list;
}

template <class Enum, std::size_t N>
nlohmann::ordered_json counts_json(const std::array<std::uint64_t, N>& counts) {
  auto object = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < N; ++i) {
    if (counts[i] > 0) object[std::string(Names<Enum>::values[i])] = counts[i];
  }
  return object;
}

// Of clients and of the site.
std::array<std::uint64_t, kEventKinds> all_kinds(const RunResult& result) {
  std::array<std::uint64_t, kEventKinds> kinds{};
  std::copy(result.tally.kinds.begin(), result.tally.kinds.end(), kinds.begin());
  for (const auto& event : result.site_events) {
    ++kinds[static_cast<std::size_t>(kind_of(event.event))];
  }
  return kinds;
}

}  // namespace

std::string table_row(std::string_view label, std::uint64_t count, std::uint64_t of) {
  std::string line =
      fmt::format("  {:<{}}{:>{}}", label, kLabelWidth, grouped(count), kNumberWidth);
  if (of > 0) {
    const double share = static_cast<double>(count) / static_cast<double>(of);
    line += fmt::format("{:>8.1f} %  {}", share * 100, bar(share));
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return line + "\n";
}

StateCounts final_states(const RunStatistics& tally) {
  StateCounts total{};
  for (const StateCounts& states : tally.final_states) {
    for (std::size_t s = 0; s < total.size(); ++s) total[s] += states[s];
  }
  return total;
}

std::string states_text(const StateCounts& states) {
  const std::uint64_t clients = sum(states);
  std::string text;
  for (std::size_t s = 0; s < states.size(); ++s) {
    if (states[s] > 0) text += table_row(Names<LifecycleState>::values[s], states[s], clients);
  }
  return text;
}

nlohmann::ordered_json states_json(const StateCounts& states) {
  auto object = nlohmann::ordered_json::object();
  for (std::size_t s = 1; s < states.size(); ++s) {
    object[std::string(Names<LifecycleState>::values[s])] = states[s];
  }
  return object;
}

std::string summary_text(const Scenario& scenario, const RunResult& result,
                         const std::vector<Outcome>& outcomes, double wall_seconds,
                         const Console& console) {
  std::string text = console.paint(escape_text(title(scenario)), Tone::strong) + "\n";
  text += fmt::format("{}, {} from {}, tick {}, seed {}\n", counted(scenario.clients, "client"),
                      to_text(scenario.duration), rfc3339(scenario.start), to_text(scenario.tick),
                      scenario.seed);
  if (!result.log.complete) {
    text += console.paint(
        fmt::format("{}: what follows covers {} of the {}\n",
                    result.stopped ? "interrupted" : "a part", grouped(result.tally.clients),
                    counted(scenario.clients, "client")),
        Tone::bad);
  }
  text += section("Clients at the end", states_text(final_states(result.tally)), console);
  text += section("Of these", stranded_text(scenario, result.tally), console);
  text += section("Without a good token, and how that ended", spells_text(scenario, result.tally),
                  console);
  text += section("Events", counts_text<EventKind>(all_kinds(result)), console);
  text += section("Refused", refusals_text(result.tally), console);
  text += section("Failed", counts_text<FailureReason>(result.tally.failures), console);

  const Peak peak = peak_of_renewals(result.tally);
  if (peak.count > 0) {
    text += fmt::format("\nMost renewals in one hour: {}, in the hour from {}\n",
                        grouped(peak.count), rfc3339(scenario.start, peak.from));
  }
  text += section("Endpoints", endpoints_text(scenario, result), console);
  text += section("Actions that changed nothing", idle_text(scenario, result), console);
  text += section("Expectations", expectations_text(outcomes, scenario, console), console);

  const auto per_second = static_cast<double>(result.log.events) / std::max(wall_seconds, 1e-9);
  text += "\n";
  if (result.log.finished) {
    text += fmt::format("Digest  {}\n", events::to_string(result.log.digest));
  }
  text += fmt::format("{} in {:.2f} s, {:.1f} million a second\n",
                      counted(result.log.events, "event"), wall_seconds, per_second / 1e6);
  text += signatures_text(result.tally.signatures, wall_seconds);
  return text;
}

nlohmann::ordered_json summary_json(const Scenario& scenario, const RunResult& result,
                                    const std::vector<Outcome>& outcomes, double wall_seconds) {
  const StateCounts states = final_states(result.tally);
  const Peak peak = peak_of_renewals(result.tally);
  nlohmann::ordered_json json;
  json["scenario"] = title(scenario);
  json["seed"] = scenario.seed;
  json["clients"] = scenario.clients;
  json["start"] = rfc3339(scenario.start);
  json["duration"] = scenario.duration.count();
  json["ticks"] = scenario.duration / scenario.tick;
  json["complete"] = result.log.complete;
  json["events"] = result.log.events;
  json["digest"] = nullptr;
  if (result.log.finished) json["digest"] = events::to_string(result.log.digest);
  json["states"] = states_json(states);
  json["event-kinds"] = counts_json<EventKind>(all_kinds(result));
  json["refusals"] = counts_json<RefusalReason>(result.tally.refusals);
  json["failures"] = counts_json<FailureReason>(result.tally.failures);
  add_spells_json(json, scenario, result.tally);
  auto& cohorts = json["cohorts"] = nlohmann::ordered_json::array();
  for (std::size_t c = 0; c < scenario.cohorts.size(); ++c) {
    nlohmann::ordered_json cohort;
    cohort["name"] = scenario.cohorts[c].name;
    cohort["clients"] = scenario.cohorts[c].clients;
    cohort["states"] = states_json(result.tally.final_states[c]);
    cohort["stranded"] = result.tally.spells.stranded_in(c);
    cohort["stranded-by-cause"] = stranded_causes_json(result.tally, c);
    cohorts.push_back(std::move(cohort));
  }
  json["peak-renewals-per-hour"] = peak.count;
  if (peak.count > 0) json["peak-renewals-from"] = rfc3339(scenario.start, peak.from);
  if (has_capacity(scenario)) json["endpoints"] = endpoints_json(result);
  json["idle-actions"] = idle_json(scenario, result);
  json["expectations"] = expectations_json(scenario, outcomes);
  auto& warnings = json["warnings"] = nlohmann::ordered_json::array();
  for (const Error& warning : scenario.warnings) warnings.push_back(to_string(warning));
  json["log-bytes"] = result.log.bytes;
  json["threads"] = result.threads;
  json["wall-seconds"] = wall_seconds;
  if (scenario.real_crypto) {
    const Signatures& signatures = result.tally.signatures;
    json["signatures-made"] = signatures.made;
    json["signatures-verified"] = signatures.verified;
    json["signatures-per-second"] = per_second(signatures, wall_seconds);
  }
  return json;
}

}  // namespace tokenlife::sim
