#include "events/verify.hpp"

#include <algorithm>

#include "events/partition_fold.hpp"
#include "events/partition_replay.hpp"

namespace tokenlife::events {
namespace {

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

LogFacts facts_of(const LogReader& log, const EventCount& counted) {
  LogFacts facts;
  facts.of_kind = counted.of_kind;
  facts.events = log.summary().events;
  facts.first = facts.events == 0 ? Instant{} : counted.first;
  facts.last = facts.events == 0 ? Instant{} : counted.last;
  facts.files = 1 + log.partitions().size();
  facts.bytes = log.summary().bytes;
  return facts;
}

}  // namespace

std::optional<LogFacts> told_facts(const LogReader& log) {
  const auto& counted = log.summary().counted;
  return counted ? std::optional(facts_of(log, *counted)) : std::nullopt;
}

Result<LogFacts, LogError> verify(const LogReader& log, unsigned threads) {
  if (auto site = replay_site(log); !site) return Failed<LogError>(site.error());
  auto fold = fold_partitions(log, threads, VerifyFold(log.header()));
  if (!fold) return Failed<LogError>(fold.error());
  for (const Recorded<SiteEvent>& recorded : log.site_events()) {
    fold->events().add(kind_of(recorded.event), recorded.time);
  }
  if (log.summary().counted && *log.summary().counted != fold->events()) {
    return Failed<LogError>(LogError{LogError::Kind::corrupt, log.site_file(), std::nullopt,
                                     "the end frame miscounts the kinds of events"});
  }
  LogFacts facts = facts_of(log, fold->events());
  facts.population = fold->population();
  return facts;
}

}  // namespace tokenlife::events
