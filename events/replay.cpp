#include "events/replay.hpp"

#include <algorithm>
#include <memory>

#include "core/ensure.hpp"
#include "core/event.hpp"
#include "core/site_history.hpp"
#include "events/log_format.hpp"
#include "events/partition_fold.hpp"
#include "events/partition_states.hpp"
#include "events/population_walk.hpp"
#include "events/standing.hpp"

namespace tokenlife::events {

// ---- Counting ----------------------------------------------------------------------------------

std::uint64_t Population::clients() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : in_state) sum += count;
  return sum;
}

void Population::add(const Population& other) {
  for (std::size_t i = 0; i < in_state.size(); ++i) in_state[i] += other.in_state[i];
  out_of_service += other.out_of_service;
  stranded += other.stranded;
}

bool PopulationCount::fits(ClientNumber number, const Client& client) const {
  if (client.state == LifecycleState::not_installed) return true;
  const std::size_t cohort = client.cohort.value;
  if (cohort >= header_->cohorts.size()) return false;
  const LogCohort& range = header_->cohorts[cohort];
  return number >= range.first && number.value - range.first.value < range.clients;
}

bool PopulationCount::add(ClientNumber number, const Client& client, Service service) {
  if (!fits(number, client)) return false;
  if (client.state == LifecycleState::not_installed) return true;
  const std::size_t cohort = client.cohort.value;
  const auto state = static_cast<std::size_t>(client.state);
  for (Population* population : {&counted_.all, &counted_.cohorts[cohort]}) {
    ++population->in_state[state];
    if (service != Service::served) ++population->out_of_service;
    if (service == Service::stranded) ++population->stranded;
  }
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
              " is not in the cohort that the header puts it in"};
}

// ---- Where clients stand -----------------------------------------------------------------------

Instant tick_at(const LogHeader& header, Instant at) {
  if (header.tick <= Duration{0}) return at;
  const Duration last = header.duration - header.tick;
  const Duration now = std::min(at.time_since_epoch(), last);
  return tokenlife::at(now - now % header.tick);
}

namespace {

// Nothing later is read, but for who asks for the end: all is read then, and every digest checked.
// No client has an event before the start.
ReadWindow window_until(const LogHeader& header, Instant at) {
  if (at.time_since_epoch() >= header.duration - header.tick) return {};
  const Duration last = std::clamp(at.time_since_epoch(), Duration{0}, Duration{UINT32_MAX});
  return {.until = static_cast<std::uint32_t>(last.count())};
}

// Of each client the last that it came to: what a Replay knows of it. Self may do more when a
// client is counted.
template <class Replay, class Self>
class EndFold {
 public:
  EndFold(const LogHeader& header, const SiteHistory& site, Instant until)
      : count_(header),
        replay_(site, header, until),
        until_(until),
        window_(window_until(header, until)) {}

  Result<void, LogError> add(const LogReader& log, const PartitionSummary& partition) {
    is_first_ = true;
    const auto visited = visit_batches(log, partition, self(), window_);
    if (!visited) return Failed<LogError>(visited.error());
    const std::string file = log.file_of(partition);
    if (const auto error = replay_.replay().error(file, visited->offset)) {
      return Failed<LogError>(*error);
    }
    if (!visited->to_the_end || !self().count_current()) {
      return Failed<LogError>(wrong_cohort(file, visited->offset, replay_.replay().number()));
    }
    return {};
  }

  // Whether there is no client yet, or the current one is where the header puts it; counts it.
  bool count_current() {
    return is_first_ ||
           count_.add(replay_.replay().number(), replay_.replay().client(), replay_.service());
  }

  // What visit_batches() calls.
  bool begin(ClientNumber client) {
    if (!self().count_current()) return false;
    is_first_ = false;
    replay_.begin(client);
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    return recorded.time > until_ || replay_.on(recorded);
  }

 protected:
  PopulationCount count_;
  Replay replay_;  // of the current client
  Instant until_;
  ReadWindow window_;
  bool is_first_ = true;

 private:
  Self& self() { return static_cast<Self&>(*this); }
};

class PopulationFold : public EndFold<ServiceReplay, PopulationFold> {
 public:
  PopulationFold(const LogHeader& header, const SiteHistory& site, Instant until)
      : EndFold(header, site, until), walk_(ServiceReplay(site, header, until), until) {}

  // From the states that the log keeps, unless all of it is to be read.
  Result<void, LogError> add(const LogReader& log, const PartitionSummary& partition) {
    states_.reset();
    wrong_.reset();
    window_.starts = {};
    if (!window_.is_all()) {
      auto states = PartitionStates::open(log, partition);
      if (!states) return Failed<LogError>(log.blame(states.error()));
      states_ = std::make_shared<PartitionStates>(std::move(*states));
      window_.starts = states_->stretches();
    }
    auto done = EndFold::add(log, partition);
    return wrong_ ? Failed<LogError>(log.blame(*wrong_)) : done;
  }

  // What walk() calls.
  bool begin(ClientNumber client) {
    if (wrong_ || !EndFold::begin(client)) return false;
    if (!known_.empty()) replay_.go_on(client, known_[client.value - known_from_]);
    return true;
  }
  bool on_batch(std::span<const StretchCursor> stretches, StreamPosition& position) {
    const StretchHead& head = stretches.front().view.head;
    const std::uint64_t end = std::uint64_t{head.first_client} + head.clients;
    const bool goes_on = position.streams != 0 && head.first_client == position.client;
    if (!wrong_) wrong_ = find_known(stretches.front().view, goes_on);
    if (wrong_) return false;
    if (goes_on && !known_.empty()) replay_.go_on({known_from_}, known_.front());
    const std::uint32_t new_from = goes_on ? 1 : 0;
    const bool is_behind = head.first_client + std::uint64_t{new_from} ==
                           std::uint64_t{position.first_client} + position.streams;
    // Of clients that come later than the window nothing is read.
    const bool is_further = position.has_gaps && !goes_on &&
                            head.first_client >= position.first_client &&
                            (position.streams == 0 || head.first_client > position.client);
    if (!(is_behind || is_further || (goes_on && position.has_gaps)) || end > position.end_client ||
        !walk_.walk(stretches, known_, goes_on ? &replay_ : nullptr, position))
      return false;
    const auto fits = [this](const ServiceReplay& client) {
      return count_.fits(client.replay().number(), client.replay().client());
    };
    const std::span<const ServiceReplay> clients = walk_.clients();
    if (!std::all_of(clients.begin(), clients.end(), fits)) return false;
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (i >= new_from && !count_current()) return false;
      is_first_ = false;
      replay_ = clients[i];
    }
    position.streams += head.clients - new_from;
    position.client = head.first_client + head.clients - 1;
    position.next_seq = walk_.last_seq_end();
    position.last_time = walk_.last_time();
    position.events += walk_.events();
    return true;
  }

  void merge(const PopulationFold& other) { count_.merge(other.count_); }
  const PopulationByCohort& counted() const { return count_.counted(); }

 private:
  // How the clients of a batch are known to be before the first of its stretches that is read.
  std::optional<LogError> find_known(const StretchView& first, bool goes_on) {
    known_.clear();
    known_from_ = first.head.first_client;
    const std::span<const std::uint64_t> starts = window_.starts;
    const auto found = std::lower_bound(starts.begin(), starts.end(), first.offset);
    if (found == starts.end() || *found != first.offset) return std::nullopt;
    const auto kept = states_->read(static_cast<std::size_t>(found - starts.begin()));
    if (!kept) return kept.error();
    const bool fits = kept->first_client == first.head.first_client &&
                      kept->clients == first.head.clients && kept->from == first.head.from;
    if (!fits || !decode_states(*kept, known_)) {
      return states_->error("the states that are kept cannot be those of clients");
    }
    if (kept->goes_on && goes_on) known_.front() = replay_.state();
    return std::nullopt;
  }

  PopulationWalk walk_;
  std::shared_ptr<PartitionStates> states_;  // is copied before there are any
  std::vector<ServiceState> known_;          // of the batch, if there are any
  std::uint32_t known_from_ = 0;
  std::optional<LogError> wrong_;  // with the states
};

class StandingsFold : public EndFold<StandingReplay, StandingsFold> {
 public:
  StandingsFold(const LogHeader& header, const SiteHistory& site, Instant until,
                const IsWanted& wanted)
      : EndFold(header, site, until), wanted_(&wanted) {}

  bool count_current() {
    if (!is_first_ && replay_.replay().client().state != LifecycleState::not_installed) {
      const ClientStanding standing = replay_.standing();
      if ((*wanted_)(standing)) found_.push_back(standing);
    }
    return EndFold::count_current();
  }

  void merge(const StandingsFold& other) {
    found_.insert(found_.end(), other.found_.begin(), other.found_.end());
  }
  std::vector<ClientStanding> found() const {
    std::vector<ClientStanding> found = found_;
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    return found;
  }

 private:
  const IsWanted* wanted_;
  std::vector<ClientStanding> found_;
};

Result<SiteHistory, LogError> history_of(const LogReader& log) {
  // Of a log that nobody has checked.
  if (const auto site = check_site(log); !site) return Failed<LogError>(site.error());
  return SiteHistory(log.site_events());
}

}  // namespace

Result<PopulationByCohort, LogError> replay_population(const LogReader& log, Instant at,
                                                       unsigned threads) {
  const auto site = history_of(log);
  if (!site) return Failed<LogError>(site.error());
  const auto fold = fold_partitions(log, threads, PopulationFold(log.header(), *site, at));
  if (!fold) return Failed<LogError>(fold.error());
  return fold->counted();
}

Result<std::vector<ClientStanding>, LogError> replay_standings(const LogReader& log, Instant at,
                                                               const IsWanted& wanted,
                                                               unsigned threads) {
  const auto site = history_of(log);
  if (!site) return Failed<LogError>(site.error());
  const auto fold = fold_partitions(log, threads, StandingsFold(log.header(), *site, at, wanted));
  if (!fold) return Failed<LogError>(fold.error());
  return fold->found();
}

// ---- One client --------------------------------------------------------------------------------

namespace {

struct OneClient {
  ClientNumber wanted;
  Instant until;
  StandingReplay standing;
  ReplayedClient found;

  // The rest of the partition is not read.
  bool begin(ClientNumber client) {
    if (client > wanted) return false;
    standing.begin(client);
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    if (standing.replay().number() != wanted) return true;
    if (recorded.time > until) return false;
    ++found.events;
    found.last_event = recorded.time;
    return standing.on(recorded);
  }
};

}  // namespace

Result<ReplayedClient, LogError> replay_client(const LogReader& log, ClientNumber client,
                                               Instant at) {
  ensure(client.value < log.header().clients, "a client that the log counts");
  const PartitionSummary* partition = log.partition_of(client);
  if (partition == nullptr) return ReplayedClient{};
  const auto site = history_of(log);
  if (!site) return Failed<LogError>(site.error());
  OneClient visitor{client, at, StandingReplay(*site, log.header(), at), {}};
  const auto visited = visit_batches(log, *partition, visitor);
  if (!visited) return Failed<LogError>(visited.error());
  const std::string file = log.file_of(*partition);
  if (const auto error = visitor.standing.replay().error(file, visited->offset)) {
    return Failed<LogError>(*error);
  }
  if (visitor.found.events == 0) return visitor.found;
  const ClientStanding standing = visitor.standing.standing();
  visitor.found.client = standing.client;
  visitor.found.since = standing.since;
  visitor.found.service = standing.service;
  visitor.found.spell = standing.spell;
  return visitor.found;
}

}  // namespace tokenlife::events
