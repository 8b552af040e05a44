#include "sim/engine/simulation.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include "sim/engine/gather_parts.hpp"
#include "sim/engine/live_client.hpp"
#include "sim/engine/queues.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/token_client.hpp"
#include "sim/engine/token_site.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {
namespace {

// What one thread does: partitions, one after the other.
class Worker {
 public:
  // `log` may be null: nothing is written, and nothing encoded for a digest.
  Worker(const World& world, const events::LogWriter* log, RunControl& control)
      : world_(world), log_(log), control_(control), tally_(*world.scenario) {
    tally_.spells.want(world.wanted);
    if (world.real != nullptr) tokens_.emplace(*world.real, tally_.signatures);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Result<events::WrittenPartition, Error> simulate(std::uint32_t partition) {
    auto writer = open(partition);
    if (!writer) return Failed<Error>(to_error(writer.error()));
    writer_ = *writer ? &**writer : nullptr;
    const std::uint32_t first = partition * events::kPartitionClients;
    const std::uint32_t last =
        std::min(first + events::kPartitionClients, world_.scenario->clients);
    std::uint32_t client = first;
    for (; client < last && !error_ && !control_.stopped(); ++client) {
      simulate_client(client);
      const auto done = control_.clients_done.fetch_add(1, std::memory_order_relaxed) + 1;
      if (done == control_.stop_after) control_.stop = true;
    }
    flush();
    if (writer_ == nullptr) return events::WrittenPartition{{partition, client - first}, {}};
    auto summary = error_ ? Failed<events::LogError>(*error_) : writer_->finish(client - first);
    if (summary) return *summary;
    // A full disk may have room for the log's end then.
    writer_->abandon();
    return Failed<Error>(to_error(summary.error()));
  }

  const RunStatistics& tally() const { return tally_; }

 private:
  Result<std::optional<events::PartitionWriter>, events::LogError> open(std::uint32_t partition) {
    if (log_ == nullptr) return std::optional<events::PartitionWriter>();
    auto writer = log_->partition(partition);
    if (!writer) return Failed<events::LogError>(writer.error());
    return std::optional(std::move(*writer));
  }

  void simulate_client(std::uint32_t client) {
    const Scenario& scenario = *world_.scenario;
    while (client >= scenario.cohorts[cohort_].first.value + scenario.cohorts[cohort_].clients) {
      ++cohort_;
      draw_keys_.reset();
    }
    if (!draw_keys_) draw_keys_ = keys_of(scenario, scenario.cohorts[cohort_]);
    const std::uint32_t in_cohort = client - scenario.cohorts[cohort_].first.value;
    const CohortNumber cohort{static_cast<std::uint32_t>(cohort_)};
    const Recorder recorder{&batch_, &tally_,
                            [](void* self) { static_cast<Worker*>(self)->flush(); }, this,
                            tokens_ ? &*tokens_ : nullptr};
    live_client(world_, recorder, cohort, in_cohort, *draw_keys_, own_steps_);
  }

  // After an error the run goes on to the end of the client, writing nothing.
  void flush() {
    if (!error_ && writer_ != nullptr) {
      if (const auto written = writer_->write(batch_); !written) {
        error_ = written.error();
      }
    }
    control_.events_done.fetch_add(batch_.size(), std::memory_order_relaxed);
    batch_.clear();
  }

  const World& world_;
  const events::LogWriter* log_;
  RunControl& control_;
  events::PartitionWriter* writer_ = nullptr;
  events::ClientBatch batch_;
  RunStatistics tally_;
  std::optional<TokenClient> tokens_;
  std::vector<PlannedStep> own_steps_;  // of the client at hand
  std::size_t cohort_ = 0;              // partitions are taken in rising order
  std::optional<DrawKeys> draw_keys_;   // of that cohort
  std::optional<events::LogError> error_;
};

// Hands out partitions and collects what comes back.
class WorkerPool {
 public:
  // Partitions from `first` on and below `end`. Where there are digests of all partitions the crew
  // stops at the first one that is another.
  WorkerPool(const World& world, const events::LogWriter* log, RunControl& control,
             unsigned threads, std::uint32_t first, std::uint32_t end,
             std::span<const events::Digest> expected = {})
      : world_(world),
        log_(log),
        control_(control),
        expected_(expected),
        first_(first),
        next_(first),
        summaries_(end - first),
        total_(*world.scenario) {
    total_.spells.want(world.wanted);
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : others) thread.join();
    if (bug_) std::rethrow_exception(bug_);
  }

  const std::optional<Error>& error() const { return error_; }
  const RunStatistics& total() const { return total_; }
  bool met_difference() const { return met_difference_; }
  // In the order of their numbers; without those that an interrupted run did not begin.
  std::vector<events::WrittenPartition> summaries() const {
    std::vector<events::WrittenPartition> done;
    for (const auto& summary : summaries_) {
      if (summary) done.push_back(*summary);
    }
    return done;
  }

 private:
  void work() {
    try {
      Worker worker(world_, log_, control_);
      while (!control_.stopped()) {
        const std::uint32_t partition = next_.fetch_add(1);
        if (partition - first_ >= summaries_.size()) break;
        auto summary = worker.simulate(partition);
        if (!summary) {
          stop_because(summary.error());
          break;
        }
        summaries_[partition - first_] = *summary;
        if (!expected_.empty() && !control_.stopped() && summary->digest != expected_[partition]) {
          met_difference_ = true;
          control_.stop = true;
        }
      }
      const std::lock_guard lock(mutex_);
      total_.add(worker.tally());
    } catch (...) {
      const std::lock_guard lock(mutex_);
      bug_ = std::current_exception();
      control_.stop = true;
    }
  }
  void stop_because(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
    control_.stop = true;
  }

  const World& world_;
  const events::LogWriter* log_;
  RunControl& control_;
  std::span<const events::Digest> expected_;
  std::uint32_t first_;
  std::atomic<std::uint32_t> next_;
  std::atomic<bool> met_difference_{false};
  std::vector<std::optional<events::WrittenPartition>> summaries_;
  std::mutex mutex_;
  RunStatistics total_;
  std::optional<Error> error_;
  std::exception_ptr bug_;
};

std::uint32_t partitions_of(std::uint32_t clients) {
  return (clients + events::kPartitionClients - 1) / events::kPartitionClients;
}

// Of the partitions from `first` on and below `end`.
std::uint32_t clients_between(const Scenario& scenario, std::uint32_t first, std::uint32_t end) {
  const std::uint64_t behind = std::uint64_t{end} * events::kPartitionClients;
  const auto last = static_cast<std::uint32_t>(std::min<std::uint64_t>(behind, scenario.clients));
  return first == end ? 0 : last - first * events::kPartitionClients;
}

// Of a log whose end could not be written.
events::LogSummary unfinished(const std::vector<events::WrittenPartition>& partitions) {
  events::LogSummary summary;
  summary.complete = false;
  summary.finished = false;
  for (const events::WrittenPartition& partition : partitions) {
    summary.events += partition.events;
    summary.bytes += partition.bytes;
  }
  return summary;
}

// On a log that cannot be begun, or gone on with.
std::string advice_on(const events::LogError& error, bool resume) {
  using enum events::LogError::Kind;
  if (resume && error.kind == corrupt) return kLostSiteFileAdvice;
  if (error.kind != exists && error.kind != misuse) return to_error(error).advice;
  if (!resume) {
    return "give a new folder; or, if this is the log of a run that was cut off, add --resume";
  }
  return error.what.ends_with("has no site.log")
             ? "give a new folder, or put site.log back from a copy"
             : "give a new folder, or the scenario and the options (--seed, --set, "
               "--clients-scale) that it was run with";
}

Result<events::LogWriter, Error> open_log(const Scenario& scenario, const SiteTimeline& site,
                                          const RunOptions& options) {
  const auto open = [&]() -> Result<events::LogWriter, Error> {
    const bool is_helper = options.ranks != nullptr && options.ranks->rank() > 0;
    const events::LogHeader header = header_of(scenario);
    auto log = is_helper && options.log_folder
                   ? events::LogWriter::help(*options.log_folder, header, site.events())
               : options.resume
                   ? events::LogWriter::resume(*options.log_folder, header, site.events())
                   : events::LogWriter::create(options.log_folder, header, site.events());
    if (log) return std::move(*log);
    Error error = to_error(log.error());
    error.advice = advice_on(log.error(), options.resume);
    return Failed<Error>(std::move(error));
  };
  if (options.ranks == nullptr) return open();
  // Rank 0 makes the log, or finds that it cannot; then the others go there.
  std::optional<Result<events::LogWriter, Error>> log;
  for (const bool is_first : {true, false}) {
    if ((options.ranks->rank() == 0) == is_first) log = open();
    const bool failed = log && !*log;
    const auto own =
        failed ? Result<void, Error>(Failed<Error>(log->error())) : Result<void, Error>();
    if (auto agreed = options.ranks->agree(own); !agreed) return Failed<Error>(agreed.error());
  }
  return std::move(*log);
}

}  // namespace

std::pair<std::uint32_t, std::uint32_t> partitions_of_part(std::uint32_t clients,
                                                           const RunOptions& options) {
  const std::uint64_t partitions = partitions_of(clients);
  return {static_cast<std::uint32_t>(partitions * options.part / options.parts),
          static_cast<std::uint32_t>(partitions * (options.part + 1) / options.parts)};
}

Result<RunResult, Error> run(const Scenario& scenario, const RunOptions& options,
                             RunControl& control) {
  SiteTimeline site(scenario);
  const ClientSchedule schedule(scenario);
  // Before all that takes time: a folder that cannot be written is said at once.
  auto log = open_log(scenario, site, options);
  if (!log) return Failed<Error>(log.error());
  std::optional<TokenSite> real;
  if (scenario.real_crypto) {
    real.emplace(scenario, site, KeyMaking{options.threads, options.rsa_keys, &control.stop});
  }
  const World world{&scenario, &site, &schedule, real ? &*real : nullptr, options.wanted};
  const auto [first, end] = partitions_of_part(scenario.clients, options);
  if (has_capacity(scenario)) {
    const std::uint32_t before = clients_between(scenario, 0, first);
    const OwnClients own{before, before + clients_between(scenario, first, end), options.ranks};
    auto timetable =
        simulate_queues(scenario, site, schedule, {}, own, &control.stop, &control.queues_until);
    if (timetable) site.know(std::move(*timetable));
    if (!timetable) control.stop = true;  // also if it was another rank that was told so
  }

  const unsigned threads = std::clamp(options.threads, 1U, std::max(end - first, 1U));
  const events::LogWriter* writer = options.counts_only ? nullptr : &*log;
  std::optional<WorkerPool> crew;
  {
    const AmongRanks among(options.ranks, control);
    crew.emplace(world, writer, control, threads, first, end);
  }
  PartDone done{crew->total(), crew->summaries(), crew->error()};
  auto& [total, summaries, error] = done;
  std::uint32_t all = clients_between(scenario, first, end);
  bool is_part = options.parts != 1;
  if (options.ranks != nullptr) {
    gather_parts(*options.ranks, scenario, done);
    if (options.ranks->rank() == 0) {
      all = scenario.clients;
      is_part = false;
    }
  }
  const bool stopped = error || total.clients < all;
  const auto summary = log->finish(summaries, stopped || is_part);
  if (!summary && !error) error = to_error(summary.error());
  if (real) total.add(real->signatures());
  std::vector<events::Digest> digests;
  for (const events::WrittenPartition& partition : summaries) digests.push_back(partition.digest);
  return RunResult{
      std::move(total),
      site.events(),
      summary ? *summary : unfinished(summaries),
      stopped,
      threads,
      std::move(digests),
      {},
      site.timetable() == nullptr ? std::array<EndpointLoad, 2>{} : site.timetable()->loads,
      std::move(error)};
}

std::optional<bool> has_same_events(const Scenario& other, const RunResult& result,
                                    ClientRange clients, RunControl& control) {
  const auto timeline = timeline_of(other, {}, &control.stop);
  if (!timeline) return std::nullopt;
  const SiteTimeline& site = *timeline;
  if (site.events() != result.site_events) return false;
  if (clients.first == clients.end) return true;
  const ClientSchedule schedule(other);
  auto log = events::LogWriter::create(std::nullopt, header_of(other), site.events());
  if (!log) return std::nullopt;
  // Real tokens change no event.
  const World world{&other, &site, &schedule, nullptr};
  const std::uint32_t first = clients.first / events::kPartitionClients;
  const std::uint32_t end = partitions_of(clients.end);
  RunControl part;
  part.whole = &control;
  const WorkerPool crew(world, &*log, part, std::clamp(result.threads, 1U, end - first), first, end,
                        result.partitions);
  if (crew.met_difference()) return false;
  if (control.stopped() || crew.error()) return std::nullopt;
  return true;
}

}  // namespace tokenlife::sim
