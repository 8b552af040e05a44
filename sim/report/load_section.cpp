// The section about endpoints with limits: who waits, how long, and what they could do.
#include <fmt/format.h>

#include <algorithm>

#include "sim/report/html.hpp"
#include "sim/report/sections.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kLoadRows = 53;
constexpr const char* kEndpointNames[] = {"MP", "CMG"};

std::string load_table(const ReportedRun& run, std::size_t endpoint, const std::string& of) {
  const Fleet& fleet = run.fleet;
  const EndpointOverTime& its = fleet.load[endpoint];
  HtmlTable table("", fmt::format("The {}{}", kEndpointNames[endpoint], of),
                  {{"From (UTC)"},
                   {"Answered", true},
                   {"Could be", true},
                   {"Turned away", true},
                   {"Longest wait", true}});
  const std::size_t step = fleet.doings.count / kLoadRows + 1;
  for (std::size_t i = 0; i < fleet.doings.count; i += step) {
    std::uint64_t answered = 0;
    std::uint64_t turned_away = 0;
    std::optional<std::uint64_t> could = 0;
    Duration wait{0};
    for (std::size_t k = i; k < std::min(i + step, fleet.doings.count); ++k) {
      answered += its.answered[k];
      turned_away += its.turned_away[k];
      wait = std::max(wait, its.longest_wait[k]);
      could = could && its.capacity[k] ? std::optional(*could + *its.capacity[k]) : std::nullopt;
    }
    table.row({minute_text(fleet.doings.begin_of(i)), grouped(answered),
               could ? grouped(*could) : "no limit", grouped(turned_away), to_text(wait)});
  }
  return std::move(table).finish();
}

std::string load_summary(Runs runs) {
  HtmlTable table(
      "", "Endpoints with limits",
      {{"Endpoint"}, {"Most in line", true}, {"Turned away", true}, {"Longest wait", true}});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::size_t e = 0; e < runs[i]->fleet.load.size(); ++e) {
      const EndpointOverTime& its = runs[i]->fleet.load[e];
      if (!its.is_limited) continue;
      std::uint64_t turned_away = 0;
      for (const std::uint64_t count : its.turned_away) turned_away += count;
      table.row({which(runs, i) + kEndpointNames[e],
                 grouped(*std::max_element(its.in_line.begin(), its.in_line.end())),
                 grouped(turned_away),
                 to_text(*std::max_element(its.longest_wait.begin(), its.longest_wait.end()))});
    }
  }
  return std::move(table).finish();
}

}  // namespace

bool has_limits(Runs runs) {
  return std::any_of(runs.begin(), runs.end(), [](const ReportedRun* run) {
    const LoadOverTime& load = run->fleet.load;
    return std::any_of(load.begin(), load.end(), [](const auto& its) { return its.is_limited; });
  });
}

std::string load_section(Runs runs) {
  const std::string period = period_words(runs[0]->fleet.doings.width);
  std::string text =
      chart_place("line", "Requests in line",
                  "The most that waited at one time, of those whose clients still awaited an "
                  "answer.") +
      chart_place("served", "Answered, and how many could have been",
                  "How many requests were answered in each " + period +
                      ", beside the endpoint's limit. What it answered after its client had given "
                      "up is not in the log.") +
      chart_place("waits", "The longest wait in line",
                  "Among the requests that were answered in each " + period + ", in hours.") +
      load_summary(runs) + "<details class=\"values\"><summary>The charts as tables</summary>\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::size_t e = 0; e < runs[i]->fleet.load.size(); ++e) {
      if (!runs[i]->fleet.load[e].is_limited) continue;
      text += load_table(*runs[i], e, runs.size() < 2 ? "" : ", in " + which(runs, i));
    }
  }
  return text + "</details>\n";
}

}  // namespace tokenlife::sim
