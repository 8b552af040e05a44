#include "events/verify.hpp"

#include <algorithm>

#include "events/partition_fold.hpp"
#include "events/partition_replay.hpp"

namespace tokenlife::events {
namespace {

struct EventCount {
  std::array<std::uint64_t, kEventKinds> of_kind{};
  Instant first = Instant::max();
  Instant last = Instant::min();

  void add(EventKind kind, Instant time) {
    ++of_kind[static_cast<std::size_t>(kind)];
    first = std::min(first, time);
    last = std::max(last, time);
  }
  void merge(const EventCount& other) {
    for (std::size_t i = 0; i < of_kind.size(); ++i) of_kind[i] += other.of_kind[i];
    first = std::min(first, other.first);
    last = std::max(last, other.last);
  }
};

class VerifyFold {
 public:
  explicit VerifyFold(const LogHeader& header) : clients_(header) {}

  Result<void, LogError> add(const LogReader& log, const PartitionSummary& partition) {
    const auto see = [this](EventKind kind, Instant time) { events_.add(kind, time); };
    return PartitionReplay(clients_, kNever, see).run(log, partition);
  }

  void merge(const VerifyFold& other) {
    events_.merge(other.events_);
    clients_.merge(other.clients_);
  }

  EventCount& events() { return events_; }
  const PopulationByCohort& population() const { return clients_.counted(); }

 private:
  EventCount events_;
  PopulationCount clients_;
};

}  // namespace

Result<LogFacts, LogError> verify(const LogReader& log, unsigned threads) {
  if (auto site = replay_site(log); !site) return Failed<LogError>(site.error());
  auto fold = fold_partitions(log, threads, VerifyFold(log.header()));
  if (!fold) return Failed<LogError>(fold.error());
  for (const Recorded<SiteEvent>& recorded : log.site_events()) {
    fold->events().add(kind_of(recorded.event), recorded.time);
  }
  LogFacts facts;
  facts.of_kind = fold->events().of_kind;
  facts.events = log.summary().events;
  facts.first = facts.events == 0 ? Instant{} : fold->events().first;
  facts.last = facts.events == 0 ? Instant{} : fold->events().last;
  facts.files = 1 + log.partitions().size();
  facts.bytes = log.summary().bytes;
  facts.population = fold->population();
  return facts;
}

}  // namespace tokenlife::events
