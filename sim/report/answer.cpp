// The question, and the answer in a sentence.
#include <fmt/format.h>

#include <algorithm>

#include "sim/report/html.hpp"
#include "sim/report/sections.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

// Which of what clients talk to was ever down: "the CMG", or what it may have been.
std::string what_was_down(const events::LogReader& log) {
  bool mp = false;
  bool cmg = false;
  for (const Recorded<SiteEvent>& recorded : log.site_events()) {
    const auto* down = std::get_if<EndpointDown>(&recorded.event);
    if (down == nullptr) continue;
    mp = mp || down->endpoint == Endpoint::mp;
    cmg = cmg || down->endpoint == Endpoint::cmg;
  }
  if (cmg && !mp) return "the CMG";
  if (mp && !cmg) return "the management point";
  return "the management point or the CMG";
}

std::string are_stranded(std::uint64_t count) {
  return count == 1 ? "is stranded" : "are stranded";
}

}  // namespace

std::string because_of(SpellCause cause, const events::LogReader& log) {
  switch (cause) {
    case SpellCause::not_recorded: return "of something that the log does not record";
    case SpellCause::not_enrolled: return "they never registered after their installation";
    case SpellCause::adopted: return "they had no good token when the run began";
    case SpellCause::blocked: return "they are blocked";
    case SpellCause::signer_retired:
      return "the certificate that had signed their tokens was retired";
    case SpellCause::endpoint_down:
      return what_was_down(log) + " was down while they were due for renewal";
    case SpellCause::sts_down:
      return "the site's token service was down while they were due for renewal";
    case SpellCause::answer_lost: return "the site's answers did not arrive";
    case SpellCause::client_outdated: return "their version is outdated";
    case SpellCause::cmg_not_allowed: return "they were on the internet and may not use the CMG";
    case SpellCause::no_agent_start:
      return "their agents did not start while they were due for renewal";
    case SpellCause::busy: return "the site was busy while they were due for renewal";
    case SpellCause::timed_out: return "the site's answers took too long";
    case SpellCause::answer_late:
    case SpellCause::on_its_way: return "the answer to their renewal came too late";
    case SpellCause::offline: return "they were offline while they were due for renewal";
    case SpellCause::never_due: return "their tokens expired before they were due for renewal";
  }
  return "";
}

std::string title_of(const events::LogHeader& header) {
  Scenario scenario;
  scenario.name = header.scenario_name;
  return title(scenario);
}

std::string which(Runs runs, std::size_t i) {
  if (runs.size() < 2) return "";
  return i == 0 ? "A" : "B";
}

std::string answer_of(const ReportedRun& run) {
  const Fleet& fleet = run.fleet;
  const std::uint64_t clients = fleet.end.clients;
  if (clients == 0) return "The run was interrupted before it came to any client.";
  const Level::Peak& peak = fleet.stranded_peak;
  const std::int64_t peak_at =
      run.log.header().start_unix_seconds + peak.at.time_since_epoch().count();
  const std::uint64_t stranded = fleet.end.stranded;
  const std::string all = counted(clients, "client");
  if (stranded == 0) {
    std::string text = fmt::format("Of {}, none is stranded at the end", all);
    if (peak.count == 0) return text + ", and none was at any time.";
    return text + fmt::format("; the most at one time was {}, on {}.", grouped(peak.count),
                              long_date(peak_at));
  }
  std::string text = fmt::format("{} of {} ({}) {} at the end", grouped(stranded), all,
                                 percent(stranded, clients), are_stranded(stranded));
  if (peak.count > stranded) {
    text += fmt::format(", with a peak of {} on {}", grouped(peak.count), long_date(peak_at));
  }
  const auto& causes = fleet.end.stranded_causes;
  const auto most = std::max_element(causes.begin(), causes.end());
  const std::string because = because_of(static_cast<SpellCause>(most - causes.begin()), run.log);
  if (*most == stranded) return fmt::format("{}; all because {}.", text, because);
  return fmt::format("{}; {} of them because {}.", text, percent(*most, stranded), because);
}

}  // namespace tokenlife::sim
