#include "sim/cli/spell_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/cli/report.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

std::string_view cause_name(std::size_t cause) { return Names<SpellCause>::values[cause]; }

std::uint64_t clients_of(const RunStatistics& tally, std::size_t cohort) {
  std::uint64_t clients = 0;
  for (const std::uint64_t count : tally.final_states[cohort]) clients += count;
  return clients;
}

constexpr std::size_t kChartWidth = 60;

// By how much time a column stands for: whole days, or nearly so.
std::string chart_title(Duration day, std::size_t values) {
  const std::size_t columns = std::min(kChartWidth, values);
  const auto all = static_cast<std::int64_t>(values) * day.count();
  const double days = static_cast<double>(all) / static_cast<double>(columns) / 86'400;
  if (days == 1) return "Stranded, day by day";
  const double whole = std::round(days);
  return fmt::format("Stranded, over the run (a column is {}{:.0f} days)",
                     days == whole ? "" : "about ", whole);
}

// Eight levels in one character each, for at most as many moments as fit in a line.
std::string sparkline(const std::vector<std::uint64_t>& values) {
  constexpr std::string_view kBars[] = {" ", "▁", "▂", "▃", "▄",  //
                                        "▅", "▆", "▇", "█"};
  const std::uint64_t most = *std::max_element(values.begin(), values.end());
  const std::size_t width = std::min(kChartWidth, values.size());
  std::string text;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t from = i * values.size() / width;
    const std::size_t to = std::max(from + 1, (i + 1) * values.size() / width);
    const std::uint64_t value =
        *std::max_element(values.begin() + static_cast<std::ptrdiff_t>(from),
                          values.begin() + static_cast<std::ptrdiff_t>(to));
    text += kBars[most == 0 ? 0 : (value * 8 + most - 1) / most];
  }
  return text;
}

nlohmann::ordered_json days_json(const Scenario& scenario, const SpellTally& spells) {
  auto list = nlohmann::ordered_json::array();
  const std::vector<Instant> ends = ends_of_days(scenario);
  const auto stranded = spells.stranded.at(ends);
  const auto out = spells.out_of_service.at(ends);
  std::array<std::int64_t, kCount<LifecycleState>> in_state{};
  for (std::size_t d = 0; d < ends.size(); ++d) {
    StateCounts states{};
    for (std::size_t s = 1; s < in_state.size(); ++s) {
      in_state[s] += spells.days.moves[d][s];
      states[s] = static_cast<std::uint64_t>(in_state[s]);
    }
    nlohmann::ordered_json day;
    day["from"] = rfc3339(scenario.start, at(spells.days.width * static_cast<std::int64_t>(d)));
    day["states"] = states_json(states);
    day["stranded"] = stranded[d];
    day["out-of-service"] = out[d];
    for (std::size_t k = 0; k < Days::kDoings; ++k) {
      day[Days::kDoingNames[k]] = spells.days.doings[d][k];
    }
    list.push_back(std::move(day));
  }
  return list;
}

}  // namespace

std::string stranded_text(const Scenario& scenario, const RunStatistics& tally) {
  const SpellTally& spells = tally.spells;
  std::uint64_t clients = 0;
  for (std::size_t c = 0; c < scenario.cohorts.size(); ++c) clients += clients_of(tally, c);
  std::string text = table_row("stranded", spells.all_stranded(), clients);
  std::uint64_t out = 0;
  for (const std::uint64_t count : spells.out_of_service_at_end) out += count;
  for (std::size_t c = 0; c < scenario.cohorts.size(); ++c) {
    const std::uint64_t lost = spells.stranded_in(c);
    if (lost == 0) continue;
    text += table_row("  of " + escape_text(scenario.cohorts[c].name), lost, clients_of(tally, c));
    for (std::size_t cause = 0; cause < kCount<SpellCause>; ++cause) {
      const std::uint64_t count = spells.stranded_at_end[c][cause];
      if (count > 0) text += table_row(fmt::format("    {}", cause_name(cause)), count, 0);
    }
  }
  if (out != spells.all_stranded()) text += table_row("out of service", out, clients);
  return text;
}

std::string spells_text(const Scenario& scenario, const RunStatistics& tally) {
  const SpellTally& spells = tally.spells;
  std::string text;
  for (std::size_t cause = 0; cause < kCount<SpellCause>; ++cause) {
    const SpellCount& count = spells.spells[cause];
    if (count.count() == 0) continue;
    if (text.empty()) {
      text = fmt::format("  {:<18}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12}\n", "cause", "spells",
                         "by itself", "by action", "not at all", "median", "90 %");
    }
    const auto length = [&](unsigned percent) {
      const auto found = count.percentile(percent);
      return found ? to_text(*found) : std::string("-");
    };
    text += fmt::format("  {:<18}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12}\n", cause_name(cause),
                        grouped(count.count()), grouped(count.by_itself), grouped(count.by_action),
                        grouped(count.not_at_all), length(50), length(90));
  }
  const Level::Peak peak = spells.stranded.peak();
  if (peak.count > 0) {
    text += fmt::format("  Most stranded at one time: {}, first at {}\n", grouped(peak.count),
                        rfc3339(scenario.start, peak.at));
    const auto values = spells.stranded.at(ends_of_days(scenario));
    text += fmt::format("  {}: |{}|\n", chart_title(spells.days.width, values.size()),
                        sparkline(values));
  }
  return text;
}

void add_spells_json(nlohmann::ordered_json& json, const Scenario& scenario,
                     const RunStatistics& tally) {
  const SpellTally& spells = tally.spells;
  std::uint64_t out = 0;
  for (const std::uint64_t count : spells.out_of_service_at_end) out += count;
  json["stranded"] = spells.all_stranded();
  json["out-of-service"] = out;
  const Level::Peak peak = spells.stranded.peak();
  json["stranded-peak"] = {
      {"count", peak.count},
      {"at", peak.count > 0 ? nlohmann::ordered_json(rfc3339(scenario.start, peak.at)) : nullptr}};
  auto& causes = json["spells"] = nlohmann::ordered_json::object();
  for (std::size_t cause = 0; cause < kCount<SpellCause>; ++cause) {
    const SpellCount& count = spells.spells[cause];
    if (count.count() == 0) continue;
    const auto length = [&](unsigned percent) {
      const auto found = count.percentile(percent);
      return found ? nlohmann::ordered_json(found->count()) : nullptr;
    };
    causes[std::string(cause_name(cause))] = {
        {"count", count.count()},       {"by-itself", count.by_itself},
        {"by-action", count.by_action}, {"not-at-all", count.not_at_all},
        {"median", length(50)},         {"p90", length(90)}};
  }
  if (spells.counts_days()) json["days"] = days_json(scenario, spells);
}

nlohmann::ordered_json stranded_causes_json(const RunStatistics& tally, std::size_t cohort) {
  auto object = nlohmann::ordered_json::object();
  for (std::size_t cause = 0; cause < kCount<SpellCause>; ++cause) {
    const std::uint64_t count = tally.spells.stranded_at_end[cohort][cause];
    if (count > 0) object[std::string(cause_name(cause))] = count;
  }
  return object;
}

}  // namespace tokenlife::sim
