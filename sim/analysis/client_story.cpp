#include "sim/analysis/client_story.hpp"

#include <algorithm>
#include <type_traits>

#include "core/ensure.hpp"
#include "core/evolve_in_place.hpp"
#include "core/spell_follower.hpp"
#include "events/batch_reader.hpp"

namespace tokenlife::sim {
namespace {

void happen(Client& client, const ClientEvent& event) {
  std::visit(
      [&](const auto& e) {
        ensure(evolve_in_place(client, e) == EventError::none, "an event that has been replayed");
      },
      event);
}

}  // namespace

Result<ClientEvents, events::LogError> events_of(const events::LogReader& log,
                                                 ClientNumber client) {
  ClientEvents events;
  const events::PartitionSummary* partition = log.partition_of(client);
  if (partition == nullptr) return events;
  events::VariantVisitor visitor([&](ClientNumber number, const Recorded<ClientEvent>& recorded) {
    if (number == client) events.push_back(recorded);
    return number <= client;
  });
  const events::ReadWindow window{.first_client = client.value, .last_client = client.value};
  const auto visited = events::visit_batches(log, *partition, visitor, window);
  if (!visited) return Failed<events::LogError>(visited.error());
  return events;
}

std::vector<StorySpell> spells_of(std::span<const Recorded<ClientEvent>> events,
                                  std::span<const Instant> admissions) {
  std::vector<StorySpell> spells;
  SpellFollower follower(admissions);
  Client client;
  std::size_t issued = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Client before = client;
    happen(client, events[i].event);
    const bool was_in_one = follower.spell().has_value();
    const auto ended = std::visit(
        [&](const auto& e) { return follower.on(before.state, events[i], e); }, events[i].event);
    if (ended) {
      spells.back().spell = ended->spell;
      spells.back().end = ended->end;
      spells.back().by_action = ended->by_action;
    } else if (follower.spell() && !was_in_one) {
      spells.push_back({*follower.spell(), {}, false, before.token, issued, i});
      // One that is adopted expired comes with the token that it has lost.
      if (std::holds_alternative<ClientAdopted>(events[i].event)) {
        spells.back().lost = client.token;
      }
    } else if (follower.spell()) {
      spells.back().spell = *follower.spell();
    }
    const bool brings = client.token.exists() && client.token.serial != before.token.serial;
    if (brings || before.state == LifecycleState::not_installed) issued = i;
  }
  return spells;
}

std::span<const Recorded<ClientEvent>> until(const ClientEvents& events, Instant at) {
  const auto end = std::upper_bound(
      events.begin(), events.end(), at,
      [](Instant moment, const Recorded<ClientEvent>& recorded) { return moment < recorded.time; });
  return {events.data(), static_cast<std::size_t>(end - events.begin())};
}

Client client_after(std::span<const Recorded<ClientEvent>> events) {
  Client client;
  for (const auto& recorded : events) happen(client, recorded.event);
  return client;
}

bool is_served_through(std::span<const Recorded<ClientEvent>> events, Instant from, Instant to) {
  Client client;
  bool is_out = true;  // Before its installation it holds none.
  Instant last = Instant::min();
  for (const auto& recorded : events) {
    if (recorded.time > from && recorded.time > last && is_out) return false;
    if (recorded.time >= to) return true;
    last = recorded.time;
    happen(client, recorded.event);
    is_out = is_out_of_service(client.state);
  }
  return !is_out;
}

}  // namespace tokenlife::sim
