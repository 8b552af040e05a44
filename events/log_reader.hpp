// Reads a log and trusts nothing in it: every byte is covered by a digest or compared, and no
// length, pointer or code is used before it has been checked. A log is only handed out as far as it
// was checked, so a caller that visits every partition has verified every byte.
//
// Memory does not grow with the log: the header and the site's events are kept, client events are
// read batch by batch.
//
// A log is a folder, or one packed file of the same content: see pack.hpp. What was opened is what
// is read, whatever takes its place meanwhile; of a folder that is written anew under a reader that
// is an error, unless the bytes are the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../core/client_event.hpp"
#include "../core/result.hpp"
#include "../core/site_event.hpp"
#include "log.hpp"

namespace tokenlife::events {

class FrameReader;
class LogFiles;
struct RunEnd;

// How a visit ended.
struct PartitionVisit {
  bool to_the_end = true;    // No: the visitor stopped it.
  std::uint64_t offset = 0;  // of the frame read last
};

// Says whether to go on.
using OnEvent = std::function<bool(ClientNumber, const Recorded<ClientEvent>&)>;

class LogReader {
 public:
  // Reads and checks all of site.log, and that exactly the files that it names are there. Of a log
  // that is not finished (site.log.partial) the partitions count that are whole. `place` is a
  // folder or a packed file.
  static Result<LogReader, LogError> open(const std::filesystem::path& place);
  // A packed log that comes from a descriptor, in one pass, and is called `name` in errors. What a
  // pipe gives is kept in a file in TMPDIR that has no name.
  static Result<LogReader, LogError> receive(int descriptor, const std::string& name);

  // What is left of a log, whole or not: of site.log its header and what the site did, and a
  // partition wherever there is a file. What is not whole shows when it is visited.
  static Result<LogReader, LogError> open_leftovers(const std::filesystem::path& place);

  // The folder, or the packed file.
  const std::filesystem::path& folder() const;
  const LogHeader& header() const { return header_; }
  const std::vector<Recorded<SiteEvent>>& site_events() const { return site_events_; }
  // Not complete: the run was interrupted, or goes on, and streams or partitions end early or are
  // missing.
  const LogSummary& summary() const { return summary_; }
  // In the order of their numbers.
  const std::vector<PartitionSummary>& partitions() const { return partitions_; }
  // The partition of the client, unless there is no such client or an interrupted run did not get
  // so far.
  const PartitionSummary* partition_of(ClientNumber client) const;
  std::string site_file() const;
  std::string file_of(const PartitionSummary& partition) const;
  std::uint64_t site_file_bytes() const { return site_file_bytes_; }

  // Hands over the events of one partition, client by client, each client's in their order, until
  // `on_event` says false. What was handed over counts only if the visit ends well. Safe to call
  // from several threads at once. Precondition: the partition is one of partitions().
  Result<PartitionVisit, LogError> visit(const PartitionSummary& partition,
                                         const OnEvent& on_event) const;

  // What is wrong with a file of this log may be that the log was removed, or written anew, since
  // it was opened: then it is that.
  LogError blame(const LogError& error) const;
  // For pack().
  const LogFiles& files() const { return *files_; }

 private:
  friend class BatchReader;

  explicit LogReader(LogFiles files);
  static Result<LogReader, LogError> open_files(LogFiles files);
  Result<void, LogError> read_site_file();
  Result<void, LogError> read_unfinished();
  Result<void, LogError> read_start(const std::string& site_file);
  Result<void, LogError> read_done_partitions();
  Result<void, LogError> read_header(FrameReader& file);
  Result<PartitionSummary, LogError> summary_of(const std::string& file,
                                                std::uint32_t partition) const;
  // How the end frame contradicts itself or what was read before it; null if it does not.
  const char* wrong_in(const RunEnd& end) const;
  Result<void, LogError> check_files() const;
  bool is_replaced() const;
  std::string name_of(const PartitionSummary& partition) const;
  std::uint32_t clients_of(const PartitionSummary& partition) const;

  std::shared_ptr<const LogFiles> files_;
  LogHeader header_;
  Digest header_digest_{};
  std::vector<Recorded<SiteEvent>> site_events_;
  LogSummary summary_;
  std::vector<PartitionSummary> partitions_;
  std::uint64_t site_file_bytes_ = 0;
  bool is_leftovers_ = false;  // files may be partial
};

// The header of the log to which a site.log belongs, whole or not.
Result<LogHeader, LogError> read_header(const std::filesystem::path& site_file);

}  // namespace tokenlife::events
