// All that a log says, as one value: written to a log, and read from one.
#pragma once

#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <variant>
#include <vector>

#include "core/event.hpp"
#include "events/client_batch.hpp"
#include "events/log_reader.hpp"
#include "events/log_writer.hpp"
#include "support/print.hpp"

namespace tokenlife::test {

using Stream = std::vector<Recorded<ClientEvent>>;

struct LogContent {
  events::LogHeader header;
  std::vector<Recorded<SiteEvent>> site;
  std::vector<Stream> clients;
  friend bool operator==(const LogContent&, const LogContent&) = default;
};

inline events::LogHeader header_for(std::uint32_t clients) {
  events::LogHeader header;
  header.scenario_name = "test";
  header.scenario_text = "clients = \"\xc3\xa4 few\"\n";
  header.inputs = {{"trace.csv", events::Digest{1, 2, 3}}};
  header.seed = 42;
  header.clients_scale = 0.5;
  header.start_unix_seconds = 1'767'225'600;
  header.tick = Duration{60};
  header.duration = std::chrono::days{120};
  const std::uint32_t first = clients / 2;
  header.cohorts = {{"laptops", {0}, first}, {"kiosks", {first}, clients - first}};
  header.clients = clients;
  header.lifecycle_fingerprint = 0x1234;
  return header;
}

inline CohortNumber cohort_of(const events::LogHeader& header, std::uint32_t client) {
  return {client < header.cohorts[0].clients ? 0U : 1U};
}

inline void append(events::ClientBatch& batch, const Recorded<ClientEvent>& recorded) {
  std::visit([&](const auto& event) { batch.append(recorded.time, recorded.cause, event); },
             recorded.event);
}

// Writes the clients' streams to the partition, with at most so many events in a batch.
inline Result<events::WrittenPartition, events::LogError> write_partition(
    const events::LogWriter& log, std::uint32_t number, const LogContent& content,
    std::size_t batch_events) {
  auto partition = log.partition(number);
  if (!partition) return Failed<events::LogError>(partition.error());
  events::ClientBatch batch;
  std::uint32_t clients = 0;
  const std::uint32_t first = number * events::kPartitionClients;
  for (std::uint32_t client = first;
       client < content.clients.size() && clients < events::kPartitionClients;
       ++client, ++clients) {
    batch.begin(client, 0);
    for (const Recorded<ClientEvent>& recorded : content.clients[client]) {
      if (batch.size() == batch_events) {
        if (auto done = partition->write(batch); !done) {
          return Failed<events::LogError>(done.error());
        }
        batch.clear();
        batch.begin(client, recorded.seq);
      }
      append(batch, recorded);
    }
  }
  if (auto done = partition->write(batch); !done) return Failed<events::LogError>(done.error());
  return partition->finish(clients);
}

inline Result<events::LogSummary, events::LogError> write_log(
    const std::optional<std::filesystem::path>& folder, const LogContent& content,
    std::size_t batch_events = events::ClientBatch::kEvents) {
  auto log = events::LogWriter::create(folder, content.header, content.site);
  if (!log) return Failed<events::LogError>(log.error());
  std::vector<events::WrittenPartition> summaries;
  for (std::uint32_t first = 0; first < content.clients.size();
       first += events::kPartitionClients) {
    auto summary = write_partition(*log, first / events::kPartitionClients, content, batch_events);
    if (!summary) return Failed<events::LogError>(summary.error());
    summaries.push_back(*summary);
  }
  return log->finish(summaries, false);
}

// Clients that an interrupted run did not get to have no stream.
inline Result<LogContent, events::LogError> read_log(const std::filesystem::path& folder) {
  auto log = events::LogReader::open(folder);
  if (!log) return Failed<events::LogError>(log.error());
  LogContent content{log->header(), log->site_events(), {}};
  const auto keep = [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    if (content.clients.size() <= client.value) content.clients.resize(client.value + 1);
    content.clients[client.value].push_back(recorded);
    return true;
  };
  for (const events::PartitionSummary& partition : log->partitions()) {
    const auto visited = log->visit(partition, keep);
    if (!visited) return Failed<events::LogError>(visited.error());
  }
  // The last clients may have a stream without events.
  if (log->summary().complete) content.clients.resize(log->header().clients);
  return content;
}

inline bool is_error(const std::filesystem::path& folder) { return !read_log(folder); }

}  // namespace tokenlife::test

namespace Catch {

template <>
struct StringMaker<tokenlife::events::LogError> {
  static std::string convert(const tokenlife::events::LogError& error) {
    const std::string byte = error.offset ? ", byte " + std::to_string(*error.offset) : "";
    return error.file + byte + ": " + error.what;
  }
};

}  // namespace Catch
