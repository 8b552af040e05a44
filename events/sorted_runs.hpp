// Sorted events that do not fit into memory: runs in a temporary file that has no name and is gone
// with the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "events/log.hpp"
#include "events/packed_event.hpp"

namespace tokenlife::events {

class SortedRuns {
 public:
  SortedRuns() = default;
  SortedRuns(const SortedRuns&) = delete;
  SortedRuns& operator=(const SortedRuns&) = delete;
  ~SortedRuns();

  // Writes a run. Precondition: the keys are sorted.
  Result<void, LogError> add(const PackedEvents& events);

  bool empty() const { return runs_.empty(); }

  // The first event of all runs, which remain valid until the next call. Precondition: not empty.
  const EventKey& first() const { return runs_.front()->key; }
  std::span<const std::byte> first_rest() const { return runs_.front()->rest(); }
  Result<void, LogError> drop_first();

 private:
  // A run's bytes that have not been read yet, and those that have and are not used up.
  struct Run {
    std::uint64_t next;
    std::uint64_t end;
    std::vector<std::byte> buffer;
    std::size_t at = 0;
    EventKey key{};
    std::span<const std::byte> rest() const;
  };

  static bool is_later(const std::unique_ptr<Run>& a, const std::unique_ptr<Run>& b);
  Result<bool, LogError> read_next(Run& run);
  Result<void, LogError> fill(Run& run, std::size_t wanted);
  LogError error(const char* doing, int why) const;

  std::string folder_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::vector<std::unique_ptr<Run>> runs_;  // a heap, the run with the first event on top
};

}  // namespace tokenlife::events
