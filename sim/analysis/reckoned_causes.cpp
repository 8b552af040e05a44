#include "sim/analysis/reckoned_causes.hpp"

#include <algorithm>

#include "sim/analysis/log_scenario.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/queues.hpp"
#include "sim/engine/site_timeline.hpp"

namespace tokenlife::sim {
namespace {

bool is_unknown(const events::ClientStanding& standing) {
  return standing.spell && !standing.spell->is_recorded;
}

bool says_all(const ClientEvents& events) {
  const auto spells = spells_of(events, {});
  return std::all_of(spells.begin(), spells.end(),
                     [](const StorySpell& spell) { return spell.spell.is_recorded; });
}

}  // namespace

ReckonedCauses::ReckonedCauses(const events::LogReader& log, std::optional<std::string> inputs)
    : log_(log), inputs_(std::move(inputs)) {}

ReckonedCauses::~ReckonedCauses() = default;

// Read when it is first needed.
const Scenario* ReckonedCauses::scenario() {
  if (!is_read_) {
    is_read_ = true;
    auto scenario = scenario_of(log_.header(), inputs_);
    if (scenario) {
      scenario_ = std::move(*scenario);
      site_ = std::make_unique<SiteTimeline>(timeline_of(*scenario_));
      if (site_->events() != log_.site_events()) scenario_.reset();
      if (!scenario_) why_not_ = "its scenario gives different events of the site today";
    } else {
      why_not_ = scenario.error();
    }
  }
  return scenario_ ? &*scenario_ : nullptr;
}

ClientEvents ReckonedCauses::complete(ClientNumber client, ClientEvents events) {
  if (says_all(events) || scenario() == nullptr) return events;
  LoneClient lone(*scenario_, client);
  const ClientEvents& again = lone.live(*scenario_, *site_).events;
  if (is_repetition(events, again)) return again;
  why_not_ = "its scenario gives different events today";
  return events;
}

Result<void, events::LogError> ReckonedCauses::complete(
    std::vector<events::ClientStanding>& standings, Instant at) {
  const auto finish = [&](events::ClientStanding& standing, ClientEvents events) {
    const ClientEvents all = complete(standing.number, std::move(events));
    const auto spells = spells_of(until(all, at), {});
    if (!spells.empty() && !spells.back().end) standing.spell = spells.back().spell;
  };
  auto next = standings.begin();
  const auto find_next = [&] { next = std::find_if(next, standings.end(), is_unknown); };
  for (find_next(); next != standings.end(); find_next()) {
    const events::PartitionSummary* partition = log_.partition_of(next->number);
    if (partition == nullptr) return {};
    // All that are wanted of the partition in one visit.
    ClientEvents events;
    const auto visited =
        log_.visit(*partition, [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
          if (client > next->number) {
            finish(*next, std::move(events));
            events.clear();
            ++next;
            find_next();
            if (next == standings.end() || log_.partition_of(next->number) != partition) {
              return false;
            }
          }
          if (client == next->number) events.push_back(recorded);
          return true;
        });
    if (!visited) return Failed<events::LogError>(visited.error());
    if (!visited->to_the_end) continue;
    finish(*next, std::move(events));
    ++next;
  }
  return {};
}

Result<const Recorded<ClientEvent>*, events::LogError> ReckonedEvents::complete(
    ClientNumber client, const Recorded<ClientEvent>& recorded) {
  if (!may_lack_cause(recorded.event)) return &recorded;
  const auto [its, is_new] = found_.try_emplace(client);
  if (is_new) {
    const auto logged = events_of(log_, client);
    if (!logged) return Failed<events::LogError>(logged.error());
    const ClientEvents all = causes_.complete(client, *logged);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] != (*logged)[i]) its->second.emplace(all[i].seq, all[i]);
    }
  }
  const auto found = its->second.find(recorded.seq);
  return found == its->second.end() ? &recorded : &found->second;
}

}  // namespace tokenlife::sim
