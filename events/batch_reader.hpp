// How the parts of tokenlife walk a log: batch by batch, without making a ClientEvent of each
// event. Not installed: LogReader::visit() is the same for everybody else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/result.hpp"
#include "events/batch_view.hpp"
#include "events/log_reader.hpp"
#include "events/stretch_place.hpp"
#include "events/stretch_view.hpp"

namespace tokenlife::events {

struct EventFilter;

// What is wanted of a partition. What lies outside may come too, but need not be read.
struct ReadWindow {
  std::uint32_t from = 0;
  std::uint32_t until = UINT32_MAX;  // from <= time <= until
  std::uint32_t first_client = 0;
  std::uint32_t last_client = UINT32_MAX;
  // Offsets of stretches that need none of those of their clients before them; they increase.
  std::span<const std::uint64_t> starts{};

  bool is_all() const {
    return from == 0 && until == UINT32_MAX && first_client == 0 && last_client == UINT32_MAX;
  }
  bool wants(std::uint32_t first, std::uint32_t last, std::uint32_t client,
             std::uint64_t clients) const {
    return first <= until && last >= from && client <= last_client &&
           client + clients > first_client;
  }
};

// What has to be read for it. Nothing: no event of a client can be meant.
std::optional<ReadWindow> window_of(const EventFilter& filter);

// Events of clients that follow each other: columns in format 1, stretches of time since.
using Batch = std::variant<BatchView, std::span<StretchCursor>>;

// A part of a partition's file that can be read by itself: a stretch, or all of it in format 1.
struct PartPlace {
  std::uint32_t from = 0;  // No event is earlier.
  std::optional<StretchPlace> stretch{};
};

// Those that the window needs, without reading them.
Result<std::vector<PartPlace>, LogError> parts_of(const LogReader& log,
                                                  const PartitionSummary& partition,
                                                  const ReadWindow& window);

// The batches of one partition's file. Of a window, the streams have gaps, and their sums are not
// checked.
class BatchReader {
 public:
  static Result<BatchReader, LogError> open(const LogReader& log, const PartitionSummary& partition,
                                            const ReadWindow& window = {});
  // That part alone.
  static Result<BatchReader, LogError> open(const LogReader& log, const PartitionSummary& partition,
                                            const PartPlace& part);
  // That part of the same file, instead of what it was opened for.
  void go_to(const PartPlace& part);
  BatchReader(BatchReader&&) noexcept;
  BatchReader& operator=(BatchReader&&) noexcept;
  ~BatchReader();

  // The next batch, until the next call; nothing after the last, when the end frame has been
  // checked against what was walked.
  Result<std::optional<Batch>, LogError> next();
  StreamPosition& position();
  std::uint64_t offset() const;
  LogError fault(WalkResult walk) const;

 private:
  friend Result<std::vector<PartPlace>, LogError> parts_of(const LogReader&,
                                                           const PartitionSummary&,
                                                           const ReadWindow&);
  static Result<BatchReader, LogError> open_file(const LogReader& log,
                                                 const PartitionSummary& partition,
                                                 const ReadWindow& window);

  struct Impl;
  explicit BatchReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// LogReader::visit() with a visitor as walk() has it, of what the reader was opened for.
template <class Visitor>
Result<PartitionVisit, LogError> visit_batches(const LogReader& log, BatchReader& batches,
                                               Visitor& visitor) {
  while (true) {
    auto batch = batches.next();
    if (!batch) return Failed<LogError>(log.blame(batch.error()));
    if (!batch->has_value()) return PartitionVisit{true, batches.offset()};
    const WalkResult walked =
        std::visit([&](auto& some) { return walk(some, batches.position(), visitor); }, **batch);
    if (walked == WalkResult::stopped) return PartitionVisit{false, batches.offset()};
    if (walked != WalkResult::done) return Failed<LogError>(batches.fault(walked));
  }
}
// The same of a ReadWindow or a PartPlace.
template <class Visitor, class Part = ReadWindow>
Result<PartitionVisit, LogError> visit_batches(const LogReader& log,
                                               const PartitionSummary& partition, Visitor& visitor,
                                               const Part& part = {}) {
  auto batches = BatchReader::open(log, partition, part);
  if (!batches) return Failed<LogError>(log.blame(batches.error()));
  return visit_batches(log, *batches, visitor);
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
