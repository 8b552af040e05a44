#include "events/join.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "events/batch_reader.hpp"
#include "events/header_difference.hpp"
#include "events/log_files.hpp"
#include "events/log_format.hpp"
#include "events/log_reader.hpp"
#include "events/log_writer.hpp"
#include "events/new_folder.hpp"
#include "events/output_file.hpp"
#include "events/partition_states.hpp"
#include "events/state_keeper.hpp"

namespace tokenlife::events {
namespace {

namespace fs = std::filesystem;

Failed<LogError> refused(const LogReader& log, const std::string& what) {
  return Failed<LogError>(
      LogError{LogError::Kind::misuse, log.folder().string(), std::nullopt, what});
}

// Of these partitions, the last of which counts.
std::string clients_of(std::uint32_t first, std::uint32_t last, const LogHeader& header) {
  return std::to_string(clients_of_partition(first, header.clients).first) + " to " +
         std::to_string(clients_of_partition(last, header.clients).end - 1);
}

// Of walk(): checks all, and counts.
struct Counter {
  EventCount counted{};
  StateKeeper states{};
  bool on_batch(std::span<const StretchCursor> stretches, const StreamPosition&) {
    states.add(stretches);
    return false;
  }
  bool begin(ClientNumber) { return true; }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    counted.add(Event::kind, recorded.time);
    return true;
  }
};

// Where a partition is.
struct Place {
  const LogReader* log = nullptr;
  const PartitionSummary* partition = nullptr;
};

// One place for each partition of the run.
Result<std::vector<Place>, LogError> places_in(const std::vector<LogReader>& logs) {
  const LogHeader& header = logs.front().header();
  const std::uint64_t partitions =
      (std::uint64_t{header.clients} + kPartitionClients - 1) / kPartitionClients;
  std::vector<Place> places(partitions);
  for (const LogReader& log : logs) {
    if (!is_of_same_run(log.header(), header)) {
      return refused(log, "is of a different run from " + logs.front().folder().string() + ": " +
                              difference(log.header(), header));
    }
    if (log.site_events() != logs.front().site_events()) {
      return refused(log,
                     "has different events of the site from " + logs.front().folder().string());
    }
    for (const PartitionSummary& partition : log.partitions()) {
      Place& place = places[partition.partition];
      const std::string clients = clients_of(partition.partition, partition.partition, header);
      if (place.log != nullptr) {
        const bool is_same = place.partition->digest == partition.digest;
        return refused(log, "has clients " + clients + ", and so has " +
                                place.log->folder().string() +
                                (is_same ? "" : ", with different events"));
      }
      place = {&log, &partition};
    }
  }
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    const Place& place = places[partition];
    const bool is_whole =
        place.log != nullptr &&
        place.partition->clients == clients_of_partition(partition, header.clients).count();
    if (is_whole) continue;
    if (place.log != nullptr) {
      return refused(*place.log, "clients " + clients_of(partition, partition, header) +
                                     " are not all there: the run was interrupted");
    }
    std::uint32_t last = partition;
    while (last + 1 < partitions && places[last + 1].log == nullptr) ++last;
    return refused(logs.front(),
                   "clients " + clients_of(partition, last, header) + " are in none of the logs");
  }
  return places;
}

// Checks the partition and copies its file, which has its name when it is whole.
Result<WrittenPartition, LogError> copy(const Place& place, const fs::path& to) {
  Counter counter;
  const auto visited = visit_batches(*place.log, *place.partition, counter);
  if (!visited) return Failed<LogError>(visited.error());
  const fs::path file = to / partition_file_name(place.partition->partition);
  auto out = OutputFile::create(file);
  if (!out) return Failed<LogError>(out.error());
  auto done = copy_file(place.log->files(), partition_file_name(place.partition->partition),
                        place.partition->bytes,
                        [&](std::span<const std::byte> bytes) { return out->append(bytes); });
  if (done) {
    done = write_states(to, place.partition->partition, place.partition->digest,
                        counter.states.kept(), false);
  }
  if (done) done = out->close();
  if (!done) return Failed<LogError>(place.log->blame(done.error()));
  WrittenPartition written;
  static_cast<PartitionSummary&>(written) = *place.partition;
  written.counted = counter.counted;
  return written;
}

}  // namespace

Result<LogSummary, LogError> join(const std::vector<fs::path>& folders, const fs::path& to) {
  std::vector<LogReader> logs;
  for (const fs::path& folder : folders) {
    auto log = LogReader::open(folder);
    if (!log) return Failed<LogError>(log.error());
    logs.push_back(std::move(*log));
  }
  const auto places = places_in(logs);
  if (!places) return Failed<LogError>(places.error());
  LogHeader header = logs.front().header();
  // Of a part that was salvaged without its end, it is too large a number.
  for (const LogReader& log : logs) {
    header.client_schema = std::min(header.client_schema, log.header().client_schema);
  }
  NewLog made(to);
  auto writer = LogWriter::create(to, header, logs.front().site_events());
  if (!writer) {
    // Another process was faster, and what is there is its own.
    if (writer.error().kind == LogError::Kind::exists) made.keep();
    return Failed<LogError>(writer.error());
  }
  std::vector<WrittenPartition> written;
  for (const Place& place : *places) {
    auto copied = copy(place, to);
    if (!copied) return Failed<LogError>(copied.error());
    written.push_back(std::move(*copied));
  }
  auto joined = writer->finish(written, false);
  if (joined) made.keep();
  return joined;
}

}  // namespace tokenlife::events
