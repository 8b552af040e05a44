#include "events/replay.hpp"

#include <algorithm>

#include "core/ensure.hpp"
#include "core/event.hpp"
#include "events/log_format.hpp"
#include "events/partition_fold.hpp"
#include "events/partition_replay.hpp"

namespace tokenlife::events {

// ---- Counting ----------------------------------------------------------------------------------

std::uint64_t Population::clients() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : in_state) sum += count;
  return sum;
}

void Population::add(const Population& other) {
  for (std::size_t i = 0; i < in_state.size(); ++i) in_state[i] += other.in_state[i];
}

bool PopulationCount::add(ClientNumber number, const Client& client) {
  if (client.state == LifecycleState::not_installed) return true;
  const std::size_t cohort = client.cohort.value;
  if (cohort >= header_->cohorts.size()) return false;
  const LogCohort& range = header_->cohorts[cohort];
  if (number < range.first || number.value - range.first.value >= range.clients) return false;
  const auto state = static_cast<std::size_t>(client.state);
  ++counted_.all.in_state[state];
  ++counted_.cohorts[cohort].in_state[state];
  return true;
}

void PopulationCount::merge(const PopulationCount& other) {
  counted_.all.add(other.counted_.all);
  for (std::size_t i = 0; i < counted_.cohorts.size(); ++i) {
    counted_.cohorts[i].add(other.counted_.cohorts[i]);
  }
}

std::optional<LogError> ClientReplay::error(const std::string& file, std::uint64_t offset) const {
  if (!impossible_) return std::nullopt;
  return LogError{LogError::Kind::corrupt, file, offset,
                  "an event cannot have happened: client " + std::to_string(number_.value) +
                      ", event " + std::to_string(impossible_->seq) + ", " +
                      std::string(name(impossible_->kind)) + " in state " +
                      std::string(name(client_.state)) + ": " +
                      std::string(name(impossible_->why))};
}

LogError wrong_cohort(const std::string& file, std::uint64_t offset, ClientNumber client) {
  return {LogError::Kind::corrupt, file, offset,
          "client " + std::to_string(client.value) +
              " is not of the cohort that the header puts it into"};
}

// ---- The population ----------------------------------------------------------------------------

namespace {

class PopulationFold {
 public:
  PopulationFold(const LogHeader& header, Instant until) : count_(header), until_(until) {}

  Result<void, LogError> add(const LogReader& log, const PartitionSummary& partition) {
    return PartitionReplay(count_, until_, [](EventKind, Instant) {}).run(log, partition);
  }

  void merge(const PopulationFold& other) { count_.merge(other.count_); }
  const PopulationByCohort& counted() const { return count_.counted(); }

 private:
  PopulationCount count_;
  Instant until_;
};

}  // namespace

Result<PopulationByCohort, LogError> replay_population(const LogReader& log, Instant at,
                                                       unsigned threads) {
  const auto fold = fold_partitions(log, threads, PopulationFold(log.header(), at));
  if (!fold) return Failed<LogError>(fold.error());
  return fold->counted();
}

// ---- One client --------------------------------------------------------------------------------

namespace {

struct OneClient {
  ClientNumber wanted;
  Instant until;
  ClientReplay replay;
  ReplayedClient found;

  // The rest of the partition is not read.
  bool begin(ClientNumber client) {
    replay.begin(client);
    return client <= wanted;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    if (replay.number() != wanted) return true;
    if (recorded.time > until) return false;
    ++found.events;
    found.last_event = recorded.time;
    if (!replay.on(recorded)) return false;
    found.client = replay.client();
    return true;
  }
};

}  // namespace

Result<ReplayedClient, LogError> replay_client(const LogReader& log, ClientNumber client,
                                               Instant at) {
  ensure(client.value < log.header().clients, "a client that the log counts");
  const PartitionSummary* partition = log.partition_of(client);
  if (partition == nullptr) return ReplayedClient{};
  OneClient visitor{client, at, {}, {}};
  const auto visited = visit_batches(log, *partition, visitor);
  if (!visited) return Failed<LogError>(visited.error());
  if (const auto error = visitor.replay.error(log.file_of(*partition), visited->offset)) {
    return Failed<LogError>(*error);
  }
  return visitor.found;
}

// ---- The site ----------------------------------------------------------------------------------

Result<Site, LogError> replay_site(const LogReader& log, Instant at) {
  Site site;
  for (const Recorded<SiteEvent>& recorded : log.site_events()) {
    if (recorded.time > at) break;
    const auto refused = [&](std::string_view why) {
      return Failed<LogError>(
          LogError{LogError::Kind::corrupt, (log.folder() / kSiteFile).string(), std::nullopt,
                   "an event cannot have happened: event " + std::to_string(recorded.seq) +
                       " of the site, " + std::string(name(kind_of(recorded.event))) + ": " +
                       std::string(why)});
    };
    if (!site.established && !std::holds_alternative<SiteEstablished>(recorded.event)) {
      return refused("the site is not established yet");
    }
    auto next = evolve(site, recorded.event);
    if (!next) return refused(name(next.error()));
    site = std::move(*next);
  }
  return site;
}

}  // namespace tokenlife::events
