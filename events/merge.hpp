// Reads events in the order of time; at one time the site's first, then clients by number, each in
// stream order.
//
// The log holds streams in stretches of time, so this sorts. Every byte that is needed is read
// once, and memory is bounded however long the log is: sorted runs that do not fit go to a
// temporary file.
#pragma once

#include <bitset>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "../core/event.hpp"
#include "../core/result.hpp"
#include "log_reader.hpp"

namespace tokenlife::events {

// Which events are wanted: those that pass all of it.
struct EventFilter {
  bool site = true;  // the site's stream
  // Only these clients, in the order of their numbers; only their partitions are read. Nothing:
  // all.
  std::optional<std::vector<ClientNumber>> clients;
  std::bitset<kEventKinds> kinds = std::bitset<kEventKinds>().set();
  Instant from = Instant::min();
  Instant until = kNever;  // from <= time <= until

  bool wants(EventKind kind, Instant time) const {
    return kinds[static_cast<std::size_t>(kind)] && from <= time && time <= until;
  }
};

// Where the events go. False: no more.
struct EventSink {
  std::function<bool(const Recorded<SiteEvent>&)> site;
  std::function<bool(ClientNumber, const Recorded<ClientEvent>&)> client;
};

// An event in memory takes about 26 bytes.
inline constexpr std::size_t kEventsInMemory = std::size_t{13} << 16;

// Hands on the events that the filter wants. An error may come after some events: they are good,
// and incomplete.
Result<void, LogError> read_ordered(const LogReader& log, const EventFilter& filter,
                                    const EventSink& sink,
                                    std::size_t events_in_memory = kEventsInMemory);

}  // namespace tokenlife::events
