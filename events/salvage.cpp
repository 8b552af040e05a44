#include "events/salvage.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "events/batch_reader.hpp"
#include "events/client_batch.hpp"
#include "events/log_format.hpp"
#include "events/log_reader.hpp"
#include "events/log_writer.hpp"
#include "events/new_folder.hpp"

namespace tokenlife::events {
namespace {

// Copies the streams of one partition. A stream counts once the next one begins: until then it may
// go on in what is lost.
class StreamCopy {
 public:
  explicit StreamCopy(PartitionWriter& to) : to_(to) {}

  // Of walk().
  bool begin(ClientNumber client) {
    if (client_ == client) return true;
    if (client_ && !write_stream()) return false;
    client_ = client;
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    stream_.push_back({recorded.envelope(), ClientEvent{recorded.event}});
    return true;
  }

  // The stream that came last: it is whole, or as far as it goes the end of an interrupted run.
  bool write_last() { return !client_ || write_stream(); }
  // What is still in memory.
  bool flush() {
    if (!error_) {
      if (const auto done = to_.write(batch_); !done) error_ = done.error();
    }
    batch_.clear();
    return !error_;
  }

  std::uint32_t streams() const { return streams_; }  // written so far
  const std::optional<LogError>& error() const { return error_; }

 private:
  // As the engine does: a log that is whole comes out with the bytes that it has.
  bool write_stream() {
    batch_.begin(client_->value, 0);
    std::uint32_t seq = 0;
    for (const Recorded<ClientEvent>& recorded : stream_) {
      if (batch_.full()) {
        if (!flush()) return false;
        batch_.begin(client_->value, seq);
      }
      std::visit([&](const auto& event) { batch_.append(recorded.time, recorded.cause, event); },
                 recorded.event);
      ++seq;
    }
    stream_.clear();
    ++streams_;
    return true;
  }

  PartitionWriter& to_;
  ClientBatch batch_;
  std::optional<ClientNumber> client_;
  std::vector<Recorded<ClientEvent>> stream_;
  std::uint32_t streams_ = 0;
  std::optional<LogError> error_;
};

class Salvage {
 public:
  Salvage(const LogReader& from, LogWriter& to) : from_(from), to_(to) {}

  // Nothing if nothing was whole.
  Result<std::optional<WrittenPartition>, LogError> copy(const PartitionSummary& partition) {
    auto writer = to_.partition(partition.partition);
    if (!writer) return Failed<LogError>(writer.error());
    StreamCopy streams(*writer);
    const auto visited = visit_batches(from_, partition, streams);
    if (visited) streams.write_last();
    streams.flush();
    if (streams.error()) return Failed<LogError>(*streams.error());
    const std::uint32_t whole = visited ? partition.clients : streams.streams();
    const LogError not_run{LogError::Kind::interrupted, from_.file_of(partition), std::nullopt,
                           "the run did not come to them"};
    lose(partition.partition, whole, visited ? not_run : visited.error());
    salvaged_.clients += whole;
    if (whole == 0 && !visited) {
      writer->abandon();
      return std::optional<WrittenPartition>();
    }
    auto done = writer->finish(whole);
    if (!done) return Failed<LogError>(done.error());
    return std::optional(*done);
  }

  // Those of the partition from the client on that has that place in it.
  void lose(std::uint32_t partition, std::uint32_t from, const LogError& why) {
    const ClientRange clients = clients_of_partition(partition, from_.header().clients);
    if (from >= clients.count()) return;
    const std::uint32_t first = clients.first_client().value;
    salvaged_.lost.push_back({first + from, first + clients.count() - 1, why});
  }

  Result<Salvaged, LogError> all() {
    std::vector<WrittenPartition> written;
    auto partition = from_.partitions().begin();
    const std::uint32_t partitions = from_.header().clients / kPartitionClients +
                                     (from_.header().clients % kPartitionClients == 0 ? 0 : 1);
    for (std::uint32_t number = 0; number < partitions; ++number) {
      if (partition == from_.partitions().end() || partition->partition != number) {
        lose(number, 0,
             {LogError::Kind::not_found, (from_.folder() / partition_file_name(number)).string(),
              std::nullopt, "the file is missing"});
        continue;
      }
      auto done = copy(*partition);
      if (!done) return Failed<LogError>(done.error());
      if (*done) written.push_back(**done);
      ++partition;
    }
    const auto summary = to_.finish(written, salvaged_.clients < from_.header().clients);
    if (!summary) return Failed<LogError>(summary.error());
    salvaged_.log = *summary;
    return std::move(salvaged_);
  }

 private:
  const LogReader& from_;
  LogWriter& to_;
  Salvaged salvaged_;
};

}  // namespace

Result<Salvaged, LogError> salvage(const std::filesystem::path& from,
                                   const std::filesystem::path& to) {
  const auto log = LogReader::open_leftovers(from);
  if (!log) return Failed<LogError>(log.error());
  NewLog made(to);
  auto writer = LogWriter::create(to, log->header(), log->site_events());
  if (!writer) {
    // Another process was faster, and what is there is its own.
    if (writer.error().kind == LogError::Kind::exists) made.keep();
    return Failed<LogError>(writer.error());
  }
  auto salvaged = Salvage(*log, *writer).all();
  if (salvaged) made.keep();
  return salvaged;
}

}  // namespace tokenlife::events
