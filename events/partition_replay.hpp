// For visitors of batches that replay besides what else they do. Not installed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/evolve_in_place.hpp"
#include "events/batch_reader.hpp"
#include "events/network_move.hpp"
#include "events/replay.hpp"

namespace tokenlife::events {

// An event that cannot have happened.
struct Impossible {
  std::uint32_t seq;
  EventKind kind;
  EventError why;
};

// Follows one client after the other. Part of a visitor: begin() and on() are called from its own.
class ClientReplay {
 public:
  void begin(ClientNumber number) {
    number_ = number;
    client_ = Client{};
  }

  // The same of one that has not begun, and of which nothing is known.
  void number_as(ClientNumber number) { number_ = number; }

  // Goes on with a client that is like that.
  void go_on(ClientNumber number, const Client& client) {
    number_ = number;
    client_ = client;
  }

  // False, for ever after, if the event cannot have happened.
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    const EventError error = evolve_in_place(client_, recorded.event);
    if (error != EventError::none) [[unlikely]] {
      impossible_ = Impossible{recorded.seq, Event::kind, error};
    }
    return error == EventError::none;
  }

  // Two events that follow each other. False if they cannot both have happened; no error says why.
  bool renew(const RenewalRequested& requested, const TokenRenewed& renewed) {
    return evolve_in_place(client_, requested) == EventError::none &&
           evolve_in_place(client_, renewed) == EventError::none;
  }

  // Events have moved the client there that nothing else depends on.
  void move_to(ClientPlace place) { put_at(client_, place); }

  ClientNumber number() const { return number_; }
  const Client& client() const { return client_; }

  // The error of an event that cannot have happened, if there was one.
  std::optional<LogError> error(const std::string& file, std::uint64_t offset) const;

 private:
  ClientNumber number_;
  Client client_;
  std::optional<Impossible> impossible_;
};

// Counts each client once, in the state that it ended in, and holds the header to its word on
// cohorts.
class PopulationCount {
 public:
  explicit PopulationCount(const LogHeader& header)
      : header_(&header), counted_{{}, std::vector<Population>(header.cohorts.size())} {}

  // False if the client is not of the cohort that the header puts it into.
  bool fits(ClientNumber number, const Client& client) const;
  // Says what fits() says, and counts the client if it does.
  bool add(ClientNumber number, const Client& client, Service service = Service::served);
  void merge(const PopulationCount& other);
  const PopulationByCohort& counted() const { return counted_; }

 private:
  const LogHeader* header_;
  PopulationByCohort counted_;
};

LogError wrong_cohort(const std::string& file, std::uint64_t offset, ClientNumber client);

}  // namespace tokenlife::events
