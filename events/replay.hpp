// Rebuilds what was from the events alone: core's evolve and nothing else.
//
// Every function here takes events with time <= `at`; kNever takes all. An event that evolve does
// not let happen is a LogError that names client, event and reason.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "../core/client.hpp"
#include "../core/result.hpp"
#include "../core/spell_cause.hpp"
#include "log_reader.hpp"

namespace tokenlife {
struct Site;  // core/site.hpp
}

namespace tokenlife::events {

// How many clients are in which state. Clients that are not installed yet are counted nowhere.
struct Population {
  std::array<std::uint64_t, kCount<LifecycleState>> in_state{};
  // A13. Stranded clients are out of service too.
  std::uint64_t out_of_service = 0;
  std::uint64_t stranded = 0;

  std::uint64_t operator[](LifecycleState state) const {
    return in_state[static_cast<std::size_t>(state)];
  }
  std::uint64_t clients() const;
  void add(const Population& other);
  friend bool operator==(const Population&, const Population&) = default;
};

struct PopulationByCohort {
  Population all;
  std::vector<Population> cohorts;  // in the order of the header's cohorts
  friend bool operator==(const PopulationByCohort&, const PopulationByCohort&) = default;
};

Result<PopulationByCohort, LogError> replay_population(const LogReader& log, Instant at = kNever,
                                                       unsigned threads = 1);

// One client at a moment.
struct ClientStanding {
  ClientNumber number;
  Client client;  // not_installed: nothing has happened to it yet
  Instant since;  // in its state
  Service service = Service::served;
  std::optional<Spell> spell{};  // while it is out of service
};

// The clients of which `wanted` says so, by number.
using IsWanted = std::function<bool(const ClientStanding&)>;
Result<std::vector<ClientStanding>, LogError> replay_standings(const LogReader& log, Instant at,
                                                               const IsWanted& wanted,
                                                               unsigned threads = 1);

struct ReplayedClient {
  Client client;             // not_installed: nothing has happened to it yet
  std::uint32_t events = 0;  // that happened to it; also the next sequence number
  Instant last_event;        // if there are any
  Instant since;             // in its state
  Service service = Service::served;
  std::optional<Spell> spell{};  // while it is out of service
};

// Reads the client's partition only. Precondition: the log's header counts the client. One that an
// interrupted run did not get to is not installed.
Result<ReplayedClient, LogError> replay_client(const LogReader& log, ClientNumber client,
                                               Instant at = kNever);

Result<Site, LogError> replay_site(const LogReader& log, Instant at = kNever);
// Only whether its events can have happened.
Result<void, LogError> check_site(const LogReader& log);

}  // namespace tokenlife::events
