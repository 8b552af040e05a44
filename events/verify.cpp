#include "events/verify.hpp"

#include <algorithm>

#include "core/site_history.hpp"
#include "events/log_format.hpp"
#include "events/partition_fold.hpp"
#include "events/partition_replay.hpp"
#include "events/partition_states.hpp"
#include "events/run_check.hpp"
#include "events/state_keeper.hpp"

namespace tokenlife::events {
namespace {

LogError broken_rule(const std::string& file, const std::string& whose, const Envelope& event,
                     EventKind kind, BrokenRule rule) {
  return {LogError::Kind::corrupt, file, std::nullopt,
          "an event breaks a rule: " + whose + ", event " + std::to_string(event.seq) + ", " +
              std::string(name(kind)) + ": " + rule};
}

// Counts the events, lets them happen, and counts the clients.
class VerifyFold {
 public:
  // Without a check it is not asked whether events agree with the site's.
  VerifyFold(const LogHeader& header, const std::optional<RunCheck>& check)
      : clients_(header), check_(check) {}

  Result<void, LogError> add(const LogReader& log, const PartitionSummary& partition) {
    is_first_ = true;
    auto states = PartitionStates::open(log, partition);
    if (!states) return Failed<LogError>(log.blame(states.error()));
    followed_.reset();
    if (!states->stretches().empty()) followed_.emplace();
    const auto visited = visit_batches(log, partition, *this);
    if (!visited) return Failed<LogError>(visited.error());
    const std::string file = log.file_of(partition);
    if (const auto error = replay_.error(file, visited->offset)) return Failed<LogError>(*error);
    if (broken_ != nullptr) {
      const std::string client = "client " + std::to_string(replay_.number().value);
      return Failed<LogError>(broken_rule(file, client, event_, kind_, broken_));
    }
    if (!visited->to_the_end || !count_current()) {
      return Failed<LogError>(wrong_cohort(file, visited->offset, replay_.number()));
    }
    return followed_ ? check_states(log, *states) : Result<void, LogError>{};
  }

  void merge(const VerifyFold& other) {
    events_.merge(other.events_);
    clients_.merge(other.clients_);
  }

  EventCount& events() { return events_; }
  const PopulationByCohort& population() const { return clients_.counted(); }

  // What visit_batches() calls. Events are looked at one by one.
  bool on_batch(std::span<const StretchCursor> stretches, const StreamPosition&) {
    if (followed_) followed_->add(stretches);
    return false;
  }
  bool begin(ClientNumber client) {
    if (!count_current()) return false;
    is_first_ = false;
    replay_.begin(client);
    if (check_) check_->begin();
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    events_.add(Event::kind, recorded.time);
    if (!replay_.on(recorded)) return false;
    if (!check_) return true;
    broken_ = check_->on(recorded, replay_.client());
    if (broken_ == nullptr) [[likely]]
      return true;
    event_ = recorded.envelope();
    kind_ = Event::kind;
    return false;
  }

 private:
  Result<void, LogError> check_states(const LogReader& log, PartitionStates& states) const {
    const auto kept = states.read_all();
    if (!kept) return Failed<LogError>(log.blame(kept.error()));
    const std::string differs = difference(*kept, followed_->kept());
    if (differs.empty()) return {};
    return Failed<LogError>(log.blame(states.error(differs)));
  }
  bool count_current() { return is_first_ || clients_.add(replay_.number(), replay_.client()); }

  EventCount events_;
  PopulationCount clients_;
  std::optional<RunCheck> check_;
  ClientReplay replay_;
  std::optional<StateKeeper> followed_;  // where states are kept
  bool is_first_ = true;
  BrokenRule broken_ = nullptr;
  Envelope event_;
  EventKind kind_{};
};

class BytesFold {
 public:
  Result<void, LogError> add(const LogReader& log, const PartitionSummary& partition) {
    const auto visited = visit_batches(log, partition, *this);
    if (!visited) return Failed<LogError>(visited.error());
    auto states = PartitionStates::open(log, partition);
    if (!states) return Failed<LogError>(log.blame(states.error()));
    const auto kept = states->read_all();
    return kept ? Result<void, LogError>{} : Failed<LogError>(log.blame(kept.error()));
  }
  void merge(const BytesFold& other) { events_.merge(other.events_); }
  EventCount& events() { return events_; }

  // What visit_batches() calls.
  bool begin(ClientNumber) { return true; }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    events_.add(Event::kind, recorded.time);
    return true;
  }

 private:
  EventCount events_;
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

// With the site's events, which the folds do not see.
Result<LogFacts, LogError> checked_facts(const LogReader& log, EventCount& counted) {
  for (const Recorded<SiteEvent>& recorded : log.site_events()) {
    counted.add(kind_of(recorded.event), recorded.time);
  }
  if (log.summary().counted && *log.summary().counted != counted) {
    return Failed<LogError>(LogError{LogError::Kind::corrupt, log.site_file(), std::nullopt,
                                     "the end frame miscounts the kinds of events"});
  }
  return facts_of(log, counted);
}

}  // namespace

std::optional<LogFacts> told_facts(const LogReader& log) {
  const auto& counted = log.summary().counted;
  return counted ? std::optional(facts_of(log, *counted)) : std::nullopt;
}

Result<LogFacts, LogError> verify_bytes(const LogReader& log, unsigned threads) {
  auto fold = fold_partitions(log, threads, BytesFold());
  if (!fold) return Failed<LogError>(fold.error());
  return checked_facts(log, fold->events());
}

namespace {

Result<LogFacts, LogError> verify_with(const LogReader& log, const std::optional<RunCheck>& check,
                                       unsigned threads) {
  auto fold = fold_partitions(log, threads, VerifyFold(log.header(), check));
  if (!fold) return Failed<LogError>(fold.error());
  auto facts = checked_facts(log, fold->events());
  if (facts) facts->population = fold->population();
  return facts;
}

}  // namespace

Result<LogFacts, LogError> verify(const LogReader& log, unsigned threads) {
  if (auto site = check_site(log); !site) return Failed<LogError>(site.error());
  return verify_with(log, {}, threads);
}

Result<LogFacts, LogError> verify_run(const LogReader& log, std::span<const RenewalTerms> renewals,
                                      unsigned threads) {
  if (log.site_events().empty()) return verify(log, threads);
  if (auto site = check_site(log); !site) return Failed<LogError>(site.error());
  const SiteHistory site(log.site_events());
  const RunCheck check(log.header(), site, renewals);
  for (const Recorded<SiteEvent>& recorded : log.site_events()) {
    const BrokenRule broken = check.on(recorded);
    if (broken == nullptr) continue;
    return Failed<LogError>(
        broken_rule(log.site_file(), "the site", recorded, kind_of(recorded.event), broken));
  }
  return verify_with(log, check, threads);
}

}  // namespace tokenlife::events
