// The file beside that of a partition in which states of its clients are kept: what follows from
// the events, so that a question about a moment need not begin at the start. FORMAT.md explains it.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "events/frame_reader.hpp"
#include "events/kept_states.hpp"
#include "events/log_reader.hpp"

namespace tokenlife::events {

// Writes the file, if there are any states; otherwise removes one that an earlier run has left.
// `digest`: the partition's. `goes_over` as LogWriter has it.
Result<void, LogError> write_states(const std::filesystem::path& folder, std::uint32_t partition,
                                    const Digest& digest, const std::vector<KeptStates>& kept,
                                    bool goes_over);

class PartitionStates {
 public:
  // Reads the end of the file alone. Of a partition that has none there are no states.
  static Result<PartitionStates, LogError> open(const LogReader& log,
                                                const PartitionSummary& partition);

  // The offsets of the stretches to which states belong; they increase.
  std::span<const std::uint64_t> stretches() const { return stretches_; }
  // What is listed for one of them, by its place among the stretches: held to none yet.
  Result<KeptStates, LogError> read(std::size_t place);
  // All of them, with every byte of the file checked.
  Result<std::vector<KeptStates>, LogError> read_all();

  LogError error(std::string what) const;

 private:
  Result<void, LogError> read_end(const Digest& partition);

  std::optional<FrameReader> file_;
  std::vector<std::uint64_t> stretches_;
  std::vector<std::uint64_t> frames_;  // where theirs begin
  std::uint64_t end_ = 0;              // where the end frame does
};

// Where kept states are not those that follow from the events; empty if they are.
std::string difference(const std::vector<KeptStates>& kept,
                       const std::vector<KeptStates>& followed);

}  // namespace tokenlife::events
