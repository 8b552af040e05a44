// Writes a run's log: a folder with site.log and one file for each partition of clients. The format
// is described in events/FORMAT.md.
//
// Every file is a chain of SHA-256 digests from the run's header on; the last digest of site.log,
// which also holds those of all partitions, stands for the whole run. A writer without a folder
// writes nothing and computes the same digest.
//
// Memory does not grow with the log: a batch is encoded, hashed, written and forgotten.
//
// A file has its name once it is whole, and site.log comes last. A writer that does not come so far
// leaves "site.log.partial", with the header and all of the site's events, and the partitions that
// were done: LogReader reads that as an unfinished log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "../core/result.hpp"
#include "../core/site_event.hpp"
#include "log.hpp"

namespace tokenlife::events {

class ClientBatch;
class OutputFile;

// One partition's stretch of the log. Owned by one thread at a time.
class PartitionWriter {
 public:
  PartitionWriter(PartitionWriter&&) noexcept;
  PartitionWriter& operator=(PartitionWriter&&) noexcept;
  ~PartitionWriter();

  // Encodes and writes the batch, unless it is empty. Does not clear it.
  Result<void, LogError> write(const ClientBatch& batch);

  // Closes the file with what it holds. `clients` have a complete stream: fewer than the partition
  // has if the run was interrupted.
  Result<WrittenPartition, LogError> finish(std::uint32_t clients);

  // Gives up, and gives the room of the file back.
  void abandon();

 private:
  friend class LogWriter;
  struct Impl;
  explicit PartitionWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class LogWriter {
 public:
  // Makes the folder, which must not exist or be empty, and writes the header and the site's
  // events. Without a folder only digests are computed.
  static Result<LogWriter, LogError> create(const std::optional<std::filesystem::path>& folder,
                                            const LogHeader& header,
                                            const std::vector<Recorded<SiteEvent>>& site_events);
  // Goes on with a log that was not finished, or was interrupted. What is written again is compared
  // with what is there, and kept where it is the same: the log that comes of it is the same as one
  // that was never interrupted, whatever was there. A folder that does not exist is made.
  // Misuse: the folder holds no log, that of another run (its header is another), or one that is
  // being written.
  static Result<LogWriter, LogError> resume(const std::filesystem::path& folder,
                                            const LogHeader& header,
                                            const std::vector<Recorded<SiteEvent>>& site_events);
  // Writes partitions of a log that another process has begun, or goes on with, perhaps on another
  // machine: that one writes site.log and is told what was done. Partitions that are there are gone
  // over. The folder is made where this machine does not see the other's. What finish() gives here
  // is on no disk.
  static Result<LogWriter, LogError> help(const std::filesystem::path& folder,
                                          const LogHeader& header,
                                          const std::vector<Recorded<SiteEvent>>& site_events);
  LogWriter(LogWriter&&) noexcept;
  LogWriter& operator=(LogWriter&&) noexcept;
  ~LogWriter();

  // Starts the partition's file. Safe to call from several threads at once, once for each
  // partition.
  Result<PartitionWriter, LogError> partition(std::uint32_t partition) const;

  // Closes the log. `partitions` in the order of their numbers; an interrupted run may lack some.
  Result<LogSummary, LogError> finish(const std::vector<WrittenPartition>& partitions,
                                      bool interrupted);

 private:
  struct Impl;
  explicit LogWriter(std::unique_ptr<Impl> impl);
  static Result<LogWriter, LogError> start(OutputFile file,
                                           const std::optional<std::filesystem::path>& folder,
                                           bool goes_over, const LogHeader& header,
                                           const std::vector<Recorded<SiteEvent>>& site_events);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tokenlife::events
