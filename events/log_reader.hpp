// Reads a log and trusts nothing in it: every byte is covered by a digest or compared, and no
// length, pointer or code is used before it has been checked. A log is only handed out as far as it
// was checked, so whoever visits every partition has verified every byte.
//
// Memory does not grow with the log: the header and the site's events are kept, client events are
// read batch by batch.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "core/site_event.hpp"
#include "events/batch_view.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

struct RunEnd;

// How a visit ended.
struct Visited {
  bool to_the_end = true;    // No: the visitor stopped it.
  std::uint64_t offset = 0;  // of the frame read last
};

class LogReader {
 public:
  // Reads and checks all of site.log, and that exactly the files that it names are there.
  static Result<LogReader, LogError> open(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  const LogHeader& header() const { return header_; }
  const std::vector<Recorded<SiteEvent>>& site_events() const { return site_events_; }
  // Not complete: the run was interrupted, and streams or partitions end early or are missing.
  const LogSummary& summary() const { return summary_; }
  // In the order of their numbers.
  const std::vector<PartitionSummary>& partitions() const { return partitions_; }
  // The partition of the client, unless there is no such client or an interrupted run did not get
  // so far.
  const PartitionSummary* partition_of(ClientNumber client) const;
  std::string file_of(const PartitionSummary& partition) const;
  std::uint64_t site_file_bytes() const { return site_file_bytes_; }

  // Walks the events of one partition, client by client: see walk(). What was handed over counts
  // only if the visit ends well. Safe to call from several threads at once. Precondition: the
  // partition is one of partitions().
  template <class Visitor>
  Result<Visited, LogError> visit(const PartitionSummary& partition, Visitor& visitor) const;

 private:
  // The batches of one partition's file.
  class Batches {
   public:
    static Result<Batches, LogError> open(const LogReader& log, const PartitionSummary& partition);
    Batches(Batches&&) noexcept;
    Batches& operator=(Batches&&) noexcept;
    ~Batches();

    // The next batch, until the next call; nothing after the last, when the end frame has been
    // checked against what was walked.
    Result<std::optional<BatchView>, LogError> next();
    StreamPosition& position();
    std::uint64_t offset() const;
    LogError fault(Walk walk) const;

   private:
    struct Impl;
    explicit Batches(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };

  Result<void, LogError> read_site_file();
  // How the end frame contradicts itself or what was read before it; null if it does not.
  const char* wrong_in(const RunEnd& end) const;
  Result<void, LogError> check_files() const;
  std::uint32_t clients_of(const PartitionSummary& partition) const;

  std::filesystem::path folder_;
  LogHeader header_;
  Digest header_digest_{};
  std::vector<Recorded<SiteEvent>> site_events_;
  LogSummary summary_;
  std::vector<PartitionSummary> partitions_;
  std::uint64_t site_file_bytes_ = 0;
};

template <class Visitor>
Result<Visited, LogError> LogReader::visit(const PartitionSummary& partition,
                                           Visitor& visitor) const {
  auto batches = Batches::open(*this, partition);
  if (!batches) return Failed<LogError>(batches.error());
  while (true) {
    const auto batch = batches->next();
    if (!batch) return Failed<LogError>(batch.error());
    if (!batch->has_value()) return Visited{true, batches->offset()};
    const Walk walked = walk(**batch, batches->position(), visitor);
    if (walked == Walk::stopped) return Visited{false, batches->offset()};
    if (walked != Walk::done) return Failed<LogError>(batches->fault(walked));
  }
}

// A visitor that turns every event into a ClientEvent: `on(ClientNumber, Recorded<ClientEvent>&&)`
// says whether to go on.
template <class On>
class VariantVisitor {
 public:
  explicit VariantVisitor(On on) : on_(std::move(on)) {}

  bool begin(ClientNumber client) {
    client_ = client;
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    return on_(client_, Recorded<ClientEvent>{recorded.envelope(), recorded.event});
  }

 private:
  On on_;
  ClientNumber client_;
};

}  // namespace tokenlife::events
