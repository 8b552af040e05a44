// For visitors of batches that replay besides what else they do. Not installed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/evolve.hpp"
#include "events/batch_reader.hpp"
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

  // False, for ever after, if the event cannot have happened.
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    const EventError error = evolve_in_place(client_, recorded.event);
    if (error != EventError::none) [[unlikely]] {
      impossible_ = Impossible{recorded.seq, Event::kind, error};
    }
    return error == EventError::none;
  }

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
  bool add(ClientNumber number, const Client& client, Service service = Service::served);
  void merge(const PopulationCount& other);
  const PopulationByCohort& counted() const { return counted_; }

 private:
  const LogHeader* header_;
  PopulationByCohort counted_;
};

LogError wrong_cohort(const std::string& file, std::uint64_t offset, ClientNumber client);

// Replays the events of a partition with time <= until and counts its clients. Each event is told
// to `see(EventKind, Instant)` before it happens.
template <class See>
class PartitionReplay {
 public:
  PartitionReplay(PopulationCount& count, Instant until, See see)
      : count_(count), until_(until), see_(std::move(see)) {}

  Result<void, LogError> run(const LogReader& log, const PartitionSummary& partition) {
    const auto visited = visit_batches(log, partition, *this);
    if (!visited) return Failed<LogError>(visited.error());
    const std::string file = log.file_of(partition);
    if (const auto error = replay_.error(file, visited->offset)) return Failed<LogError>(*error);
    if (!visited->to_the_end || !count_current()) {
      return Failed<LogError>(wrong_cohort(file, visited->offset, replay_.number()));
    }
    return {};
  }

  // What visit_batches() calls.
  bool begin(ClientNumber client) {
    if (!count_current()) return false;
    is_first_ = false;
    replay_.begin(client);
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    if (recorded.time > until_) return true;
    see_(Event::kind, recorded.time);
    return replay_.on(recorded);
  }

 private:
  bool count_current() { return is_first_ || count_.add(replay_.number(), replay_.client()); }

  PopulationCount& count_;
  Instant until_;
  See see_;
  ClientReplay replay_;
  bool is_first_ = true;
};

}  // namespace tokenlife::events
