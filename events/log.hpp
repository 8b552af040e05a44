// What a log says about the run that wrote it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../core/id.hpp"
#include "../core/time.hpp"
#include "event_count.hpp"

namespace tokenlife::events {

// SHA-256: of a file, or of a log as far as it goes.
struct Digest {
  std::array<unsigned char, 32> bytes{};
  friend bool operator==(const Digest&, const Digest&) = default;
};

// Lower-case hexadecimal.
std::string to_string(const Digest& digest);

// Clients are simulated and logged in partitions: fixed ranges of client numbers.
inline constexpr std::uint32_t kPartitionClients = 1024;

// From the first up to `end`, which is behind the last one; in 64 bits, since no client number is
// behind the last one of all.
struct ClientRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  constexpr std::uint32_t count() const { return static_cast<std::uint32_t>(end - first); }
  constexpr ClientNumber first_client() const { return {static_cast<std::uint32_t>(first)}; }
  constexpr bool has_some_of(std::uint32_t from, std::uint32_t last) const {
    return first <= last && end > from;
  }
  friend constexpr bool operator==(const ClientRange&, const ClientRange&) = default;
};

// Those of a partition, of a run of so many clients; none if the run does not go that far.
constexpr ClientRange clients_of_partition(std::uint32_t partition, std::uint64_t clients) {
  const std::uint64_t first = std::uint64_t{partition} * kPartitionClients;
  return {first, std::clamp<std::uint64_t>(clients, first, first + kPartitionClients)};
}

struct LogCohort {
  std::string name;
  ClientNumber first;
  std::uint32_t clients = 0;
  std::vector<std::string> devices{};  // of an inventory, by client; otherwise empty
  friend bool operator==(const LogCohort&, const LogCohort&) = default;
};

// A file that the scenario names, by what it held.
struct LogInput {
  std::string name;
  Digest digest{};
  friend bool operator==(const LogInput&, const LogInput&) = default;
};

// Enough to run again: with the scenario's text and the seed the same events follow.
struct LogHeader {
  std::string scenario_name;
  std::string scenario_text;
  std::vector<LogInput> inputs;
  std::uint64_t seed = 0;
  double clients_scale = 1;
  std::int64_t start_unix_seconds = 0;  // the run's start; event times count from it
  Duration tick{0};
  Duration duration{0};
  std::vector<LogCohort> cohorts;
  std::uint32_t clients = 0;
  std::uint64_t lifecycle_fingerprint = 0;
  // The first version of event.capnp with all that the events of clients may use: 4 or 7. A writer
  // has to know before there are any. In the file it is the end that says so: as long as there is
  // none, a reader takes the version of the whole log, which the site's events alone may need. So
  // it does not tell one run from another: is_of_same_run().
  std::uint32_t client_schema = 4;

  std::chrono::sys_seconds start() const {
    return std::chrono::sys_seconds{std::chrono::seconds{start_unix_seconds}};
  }

  friend bool operator==(const LogHeader&, const LogHeader&) = default;
};

// Whether the log is that of a client on disk, which is no run's.
inline bool is_of_client(const LogHeader& header) { return header.scenario_text.empty(); }

// What is known of a partition when it is done.
struct PartitionSummary {
  std::uint32_t partition = 0;
  std::uint32_t clients = 0;  // whose stream is complete
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  Digest digest{};
  friend bool operator==(const PartitionSummary&, const PartitionSummary&) = default;
};

// A partition that has been written.
struct WrittenPartition : PartitionSummary {
  EventCount counted;
};

struct LogSummary {
  Digest digest{};
  std::uint64_t events = 0;  // the site's too
  std::uint64_t bytes = 0;
  bool complete = true;  // false: the run was interrupted, or its log is not finished
  // What the log says of its events without being read, since format 2. verify() compares it.
  std::optional<EventCount> counted{};
  // False: the writer has not come to the end of the log, or never did. It has no digest then, and
  // holds the partitions that were done.
  bool finished = true;
  bool being_written = false;  // as far as locks tell
};

// Why a log, or a journal, cannot be written or read.
struct LogError {
  enum class Kind : std::uint8_t {
    not_found,    // there is no such log
    io,           // the system said no
    unsupported,  // of a format or schema that this program does not know
    corrupt,      // what was written is not what is there, or cannot have been written so
    interrupted,  // its writer did not come to the end
    exists,       // something is in the place of what is to be written
    misuse,       // not what is asked for: a log that is being written, a log of the other sort
  };
  Kind kind;
  std::string file;
  std::optional<std::uint64_t> offset;  // the byte at which the trouble starts, if there is one
  std::string what;                     // one sentence, no full stop; does not repeat the kind
};

}  // namespace tokenlife::events
