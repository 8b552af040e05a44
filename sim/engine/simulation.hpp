// Runs a scenario: all its clients, partition by partition, on as many threads as asked. What
// happens depends on the scenario and the seed alone.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "../../core/result.hpp"
#include "../../events/log_writer.hpp"
#include "../scenario/scenario.hpp"
#include "../text/error.hpp"
#include "run_ranks.hpp"
#include "tally.hpp"
#include "timetable.hpp"

namespace tokenlife {
class PrivateKey;  // core/token/key.hpp
}

namespace tokenlife::sim {

// Read and set by other threads while a run goes on.
struct RunControl {
  std::atomic<bool> stop{false};  // set it to end the run early and cleanly
  // Once so many clients are done the run stops by itself, as if it had been told to just then.
  std::uint32_t stop_after = std::numeric_limits<std::uint32_t>::max();
  std::atomic<std::uint32_t> clients_done{0};
  std::atomic<std::uint64_t> events_done{0};
  // Where endpoints have limits, all clients are run together first: how far, in seconds of the
  // run.
  std::atomic<Duration::rep> queues_until{0};
  // By the other processes of the run, as far as this one was told.
  std::atomic<std::uint64_t> clients_elsewhere{0};
  std::atomic<std::uint64_t> events_elsewhere{0};
  // Of the run that this one is a part of, and ends with.
  const RunControl* whole = nullptr;

  bool stopped() const {
    return stop.load(std::memory_order_relaxed) || (whole != nullptr && whole->stopped());
  }
};

struct RunOptions {
  unsigned threads = 1;                             // at least 1
  std::optional<std::filesystem::path> log_folder;  // must not exist or be empty, but to be resumed
  bool resume = false;  // what is in the folder: see LogWriter::resume()
  // No log: what happens is counted and forgotten. `log` and `partitions` of the result then say no
  // more than whether it is complete.
  bool counts_only = false;
  // The part of the run's partitions that is run, of so many: 0 of 1 is all. Its log is one of an
  // interrupted run, and events::join() makes one of all parts.
  std::uint32_t part = 0;
  std::uint32_t parts = 1;
  // Other processes run the other parts, and write to the same log: a rank's part is that of its
  // number. The result of rank 0 is that of the whole run; that of others is not looked at.
  RunRanks* ranks = nullptr;
  // For real tokens: RSA keys that are taken before new ones are made, by callers with many runs.
  const std::vector<PrivateKey>* rsa_keys = nullptr;
  SpellTally::Wanted wanted{};  // what is counted besides
};

// Of a run with so many clients: the first that are its part's, and the first that are not any
// more.
std::pair<std::uint32_t, std::uint32_t> partitions_of_part(std::uint32_t clients,
                                                           const RunOptions& options);

struct RunResult {
  RunStatistics tally;
  std::vector<Recorded<SiteEvent>> site_events;
  events::LogSummary log;  // complete is false if the run was stopped, or was a part
  bool stopped = false;    // before its end, or the part's
  unsigned threads = 1;    // that were used
  // Of the partitions that were done, in order.
  std::vector<events::Digest> partitions{};
  // The actions, by their numbers, without which the events would be the same: see idle_actions().
  // Nothing: nobody has asked.
  std::optional<std::vector<std::uint32_t>> idle{};
  // Of the MP and the CMG, where one of them has a limit: what they had to do.
  std::array<EndpointLoad, 2> loads{};
  // Why the log could not be written to its end: the run was stopped then, and its log holds what
  // was done, if that could be written.
  std::optional<Error> log_error{};
};

Result<RunResult, Error> run(const Scenario& scenario, const RunOptions& options,
                             RunControl& control);

// The clients whose numbers are from `first` on and below `end`.
struct ClientRange {
  std::uint32_t first = 0;
  std::uint32_t end = 0;
};

// Whether a run of another scenario has the same events as the complete `result`, as far as the
// site and these clients are concerned. It has the same clients and the same text, so that digests
// can be compared; it is run, without a log, until the first difference. Nothing: it was stopped.
std::optional<bool> has_same_events(const Scenario& other, const RunResult& result,
                                    ClientRange clients, RunControl& control);

// What the log's header says of the scenario.
events::LogHeader header_of(const Scenario& scenario);

}  // namespace tokenlife::sim
