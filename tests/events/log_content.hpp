// All that a log says, as one value: written to a log, read from one, made up at random.
#pragma once

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/evolve.hpp"
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
inline Result<events::PartitionSummary, events::LogError> write_partition(
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
  std::vector<events::PartitionSummary> summaries;
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
  events::VariantVisitor visitor([&](ClientNumber client, Recorded<ClientEvent>&& recorded) {
    if (content.clients.size() <= client.value) content.clients.resize(client.value + 1);
    content.clients[client.value].push_back(std::move(recorded));
    return true;
  });
  for (const events::PartitionSummary& partition : log->partitions()) {
    const auto visited = log->visit(partition, visitor);
    if (!visited) return Failed<events::LogError>(visited.error());
  }
  // The last clients may have a stream without events.
  if (log->summary().complete) content.clients.resize(log->header().clients);
  return content;
}

inline bool is_error(const std::filesystem::path& folder) { return !read_log(folder); }

// ---- At random ---------------------------------------------------------------------------------

inline int any_below(int end) { return *rc::gen::resize(100, rc::gen::inRange(0, end)); }

template <class Enum>
Enum any_of(std::size_t count = kCount<Enum>) {
  return static_cast<Enum>(any_below(static_cast<int>(count)));
}

inline Endpoint any_via() { return any_of<Endpoint>(2); }
inline Guid any_guid() { return {static_cast<std::uint64_t>(any_below(3)), 7}; }

// An event that is quite likely to be legal for the client.
inline ClientEvent any_event(const Client& client, ClientNumber number, CohortNumber cohort,
                             Instant now) {
  const ClientToken next{TokenSerial::of(number, client.newest_ordinal + 1),
                         now,
                         now + Duration{1 + any_below(1000)},
                         {static_cast<std::uint32_t>(any_below(4))}};
  const auto credential = any_of<Credential>();
  const Guid shown = credential == Credential::bulk ? any_guid() : Guid{};
  switch (any_below(19)) {
    case 0:
      return ClientInstalled{cohort,
                             any_of<Network>(),
                             credential,
                             any_of<ClientVersion>(),
                             any_below(2) == 0,
                             any_below(2) == 0,
                             any_guid()};
    case 1:
    case 18: return NetworkChanged{client.network, any_of<Network>()};
    case 2: return AgentRestarted{};
    case 3: return RegistrationRequested{any_via(), credential, shown};
    case 4: return RegistrationCompleted{client.pending_via, next};
    case 5: return RegistrationRefused{client.pending_via, any_of<RefusalReason>()};
    case 6: return RegistrationFailed{client.pending_via, any_of<FailureReason>()};
    case 7: return RenewalRequested{any_via(), client.token.serial};
    case 8: return TokenRenewed{client.pending_via, next, client.token.serial};
    case 9: return RenewalRefused{client.pending_via, any_of<RefusalReason>()};
    case 10: return RenewalFailed{client.pending_via, any_of<FailureReason>()};
    case 11: return TokenExpired{client.token.serial};
    case 12: return ReRegistrationRequired{any_via(), any_of<RefusalReason>()};
    case 13: return ClientReinstalled{any_guid()};
    case 14: return ClientUpgraded{};
    case 15: return ClientBlocked{};
    case 16: return ClientUnblocked{};
    default: return CmgAllowedChanged{!client.cmg_allowed};
  }
}

inline Cause any_cause() {
  const auto kind = any_of<CauseKind>();
  return {kind, events::has_number(kind) ? static_cast<std::uint32_t>(any_below(9)) : 0};
}

// A legal stream of about so many events; perhaps an empty one.
inline Stream any_stream(ClientNumber number, CohortNumber cohort, int tries) {
  Stream stream;
  Client client;
  Instant now{};
  const int edges[] = {0, 0, 1, 60, 86'400};
  for (int i = 0; i < tries; ++i) {
    ClientEvent event = any_event(client, number, cohort, now);
    if (client.state == LifecycleState::not_installed && any_below(2) == 0) {
      event = ClientInstalled{
          cohort, Network::intranet, Credential::self_signed, ClientVersion::current, true, false,
          {}};
    }
    const auto next = evolve(client, event);
    if (!next) continue;
    client = *next;
    stream.push_back({now, static_cast<std::uint32_t>(stream.size()), any_cause(), event});
    now += Duration{edges[any_below(5)]};
  }
  return stream;
}

inline rc::Gen<LogContent> any_content(int clients_max, int tries) {
  return rc::gen::exec([=] {
    const auto clients = static_cast<std::uint32_t>(any_below(clients_max + 1));
    LogContent content{header_for(clients), {}, {}};
    content.site.push_back({at(Duration{0}), 0, {}, SiteEstablished{{1, 2}, Policy{}}});
    for (std::uint32_t i = 0; i < clients; ++i) {
      content.clients.push_back(any_stream({i}, cohort_of(content.header, i), tries));
    }
    return content;
  });
}

// RapidCheck prints a counterexample's outline: the events themselves would fill screens.
inline std::ostream& operator<<(std::ostream& out, const LogContent& content) {
  out << content.clients.size() << " clients with";
  for (const Stream& stream : content.clients) {
    for (const auto& recorded : stream) out << " " << name(kind_of(recorded.event));
    out << ";";
  }
  return out;
}

}  // namespace tokenlife::test

namespace Catch {

template <>
struct StringMaker<tokenlife::events::LogError> {
  static std::string convert(const tokenlife::events::LogError& error) {
    return error.file + ", byte " + std::to_string(error.offset) + ": " + error.what;
  }
};

}  // namespace Catch
