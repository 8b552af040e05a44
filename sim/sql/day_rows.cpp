// Rows of days and of the run.
#include <fmt/format.h>

#include "sim/scenario/scenario.hpp"
#include "sim/sql/lives.hpp"
#include "sim/sql/rows.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::int64_t kSecondsOfDay = 86'400;

// Of one day: how numbers of clients change in it, and what happens.
struct Day {
  std::array<std::int64_t, kCount<LifecycleState>> states{};
  std::int64_t out_of_service = 0;
  std::int64_t stranded = 0;
  std::array<std::int64_t, kEventKinds> kinds{};
};

// Listens to lives.
class DayCounter {
 public:
  explicit DayCounter(const events::LogHeader& header)
      : start_(header.start_unix_seconds), first_(floor_day(start_)) {
    const Duration last = events::tick_at(header, kNever).time_since_epoch();
    const bool has_end = header.tick > Duration{0} && last <= Duration{UINT32_MAX};
    if (has_end) day(at(last));
  }

  template <class Event>
  void happened(const Client& before, const Recorded<Event>& recorded,
                const events::StandingReplay& after) {
    Day& its = day(recorded.time);
    ++its.kinds[static_cast<std::size_t>(Event::kind)];
    const LifecycleState state = after.replay().client().state;
    if (state == before.state) return;
    // Who is not installed yet is counted at the end.
    if (before.state != LifecycleState::not_installed) {
      --its.states[static_cast<std::size_t>(before.state)];
    }
    ++its.states[static_cast<std::size_t>(state)];
  }
  void serves(Instant now, Service before, Service after) {
    const auto step = [&](std::int64_t& count, Service least) {
      count += (after >= least ? 1 : 0) - (before >= least ? 1 : 0);
    };
    step(day(now).out_of_service, Service::out_of_service);
    step(day(now).stranded, Service::stranded);
  }
  void ended(const events::StandingReplay&, Service) { ++clients_; }
  void happened_to_site(const Recorded<SiteEvent>& recorded) {
    ++day(recorded.time).kinds[static_cast<std::size_t>(kind_of(recorded.event))];
  }

  // All clients of a complete run; those that an interrupted one came to.
  void set_clients(std::int64_t clients) { clients_ = clients; }
  std::vector<SqlRow> rows() const {
    std::vector<SqlRow> rows;
    Day level;
    for (std::size_t i = 0; i < days_.size(); ++i) {
      std::int64_t installed = 0;
      for (std::size_t s = 1; s < level.states.size(); ++s) {
        installed += level.states[s] += days_[i].states[s];
      }
      level.states[0] = clients_ - installed;
      level.out_of_service += days_[i].out_of_service;
      level.stranded += days_[i].stranded;
      std::int64_t events = 0;
      for (const std::int64_t count : days_[i].kinds) events += count;
      const std::int64_t second = (first_ + static_cast<std::int64_t>(i)) * kSecondsOfDay;
      SqlRow row{rfc3339(std::chrono::sys_seconds{std::chrono::seconds{second}}).substr(0, 10)};
      for (const std::int64_t count : level.states) row.emplace_back(count);
      row.emplace_back(level.out_of_service);
      row.emplace_back(level.stranded);
      row.emplace_back(events);
      for (const std::int64_t count : days_[i].kinds) row.emplace_back(count);
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  static std::int64_t floor_day(std::int64_t second) {
    return second / kSecondsOfDay - (second % kSecondsOfDay < 0 ? 1 : 0);
  }
  Day& day(Instant now) {
    const auto i =
        static_cast<std::size_t>(floor_day(start_ + now.time_since_epoch().count()) - first_);
    if (i >= days_.size()) days_.resize(i + 1);
    return days_[i];
  }

  std::int64_t start_;
  std::int64_t first_;  // since 1970
  std::vector<Day> days_;
  std::int64_t clients_ = 0;
};

class DayRows final : public RowsByLot {
 public:
  explicit DayRows(SqlSource& source) : source_(source) {}

 private:
  Result<bool, events::LogError> fill(std::vector<SqlRow>& rows) override {
    if (std::exchange(is_done_, true)) return false;
    DayCounter counter(source_.header());
    for (const auto& recorded : source_.site_events()) counter.happened_to_site(recorded);
    for (const events::PartitionSummary& partition : source_.log()->partitions()) {
      if (source_.stop()) return Failed<events::LogError>(stopped_error());
      const auto followed = follow_lives(source_, partition, {}, counter);
      if (!followed) return Failed<events::LogError>(followed.error());
    }
    if (source_.log()->summary().complete) counter.set_clients(source_.header().clients);
    rows = counter.rows();
    return true;
  }

  SqlSource& source_;
  bool is_done_ = false;
};

class RunRows final : public RowsByLot {
 public:
  explicit RunRows(SqlSource& source) : source_(source) {}

 private:
  Result<bool, events::LogError> fill(std::vector<SqlRow>& rows) override {
    if (std::exchange(is_done_, true)) return false;
    const auto add = [&](const char* key, std::string value) {
      rows.push_back({std::string(key), std::move(value)});
    };
    const events::LogHeader& header = source_.header();
    add("start", rfc3339(header.start()));
    add("events", std::to_string(source_.events()));
    if (const auto* journal = source_.journal()) {
      add("tenant", to_string(journal->site.tenant));
      add("digest", events::to_string(journal->digest));
      return true;
    }
    const events::LogSummary& summary = source_.log()->summary();
    Scenario scenario;
    scenario.name = header.scenario_name;
    add("scenario", title(scenario));
    add("seed", std::to_string(header.seed));
    add("clients", std::to_string(header.clients));
    add("clients-scale", fmt::format("{}", header.clients_scale));
    add("end", rfc3339(header.start() + header.duration));
    add("duration", std::to_string(header.duration.count()));
    add("tick", std::to_string(header.tick.count()));
    add("complete", summary.complete ? "1" : "0");
    if (summary.finished) add("digest", events::to_string(summary.digest));
    add("lifecycle", fmt::format("{:016x}", header.lifecycle_fingerprint));
    add("scenario-text", header.scenario_text);
    for (const events::LogInput& input : header.inputs) {
      rows.push_back({"input " + input.name, events::to_string(input.digest)});
    }
    return true;
  }

  SqlSource& source_;
  bool is_done_ = false;
};

}  // namespace

std::unique_ptr<Rows> day_rows(SqlSource& source) { return std::make_unique<DayRows>(source); }
std::unique_ptr<Rows> run_rows(SqlSource& source) { return std::make_unique<RunRows>(source); }

}  // namespace tokenlife::sim
