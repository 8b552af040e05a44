// What a scenario means, done in the plainest way: every tick, every client, step by step, with no
// other cleverness than patience. Written from the scenario format's description alone; it shares
// the events and the draws with the program, and none of its rules.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "core/client.hpp"
#include "core/event.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::naive {

// What an endpoint had to do.
struct NaiveLoad {
  std::uint64_t longest_queue = 0;
  std::uint64_t busy = 0;
  std::map<Duration, std::uint64_t> waits;  // of those that were served: how many, by length
};

struct NaiveRun {
  std::vector<Recorded<SiteEvent>> site;
  std::vector<std::vector<Recorded<ClientEvent>>> clients;  // by client number
  std::vector<std::vector<LifecycleState>> states;          // by client number, after each tick
  // A13: how many clients are so after each tick. Who is stranded is out of service too.
  std::vector<std::uint64_t> stranded;
  std::vector<std::uint64_t> out_of_service;
  std::array<NaiveLoad, 2> loads;  // of the MP and the CMG
};

// One of the times that an action happens.
struct Turn {
  std::uint32_t action;      // its number in the scenario
  std::uint32_t repetition;  // from 0
  friend auto operator<=>(const Turn&, const Turn&) = default;
};

// When the turns of an action begin, the earliest first, as far as they do before `end`.
std::vector<Instant> beginnings(const sim::Action& action, Instant end);

enum class Keep { events, events_and_states };

NaiveRun simulate_naively(const sim::Scenario& scenario, Keep keep = Keep::events);

// The draws of a client for what begins at `when`: they come from one seed or the other.
sim::Draws draws_at(const sim::Scenario& scenario, const sim::Cohort& cohort, std::uint32_t client,
                    Instant when);

// The network that a model other than `dwell` gives at `now` to a client of that number in its
// cohort, straight from the definition.
Network network_by_definition(const sim::NetworkModel& model, const sim::Scenario& scenario,
                              const sim::Cohort& cohort, std::uint32_t client, Instant now);

// The model `dwell` that holds at `now`, or null if another does.
const sim::DwellNetwork* dwell_at(const sim::NetworkModel& model, Instant now);

// One stay of the model `dwell`, and where it leads.
struct Stay {
  Network on = Network::offline;
  Instant until;
  Network then = Network::offline;
};

// The stay number `number` of a client, from 0, that begins at `since` on the network `on`.
Stay stay_by_definition(const sim::DwellNetwork& model, Duration tick, const sim::Draws& draws,
                        std::uint64_t number, Network on, Instant since);

}  // namespace tokenlife::naive
