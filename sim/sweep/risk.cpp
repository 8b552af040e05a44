#include "sim/sweep/risk.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <tuple>

#include "events/run_on_threads.hpp"
#include "sim/engine/client_schedule.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/queues.hpp"
#include "sim/engine/site_timeline.hpp"

namespace tokenlife::sim {
namespace {

// The scenario up to a moment, without what no client's life depends on.
Scenario until(const Scenario& scenario, Instant end) {
  Scenario part = scenario;
  part.text.clear();
  part.expectations.clear();
  part.warnings.clear();
  part.real_crypto = false;
  part.duration = std::min(part.duration, end.time_since_epoch());
  return part;
}

// A scenario, and what all its clients share.
struct Stage {
  explicit Stage(Scenario its)
      : scenario(std::move(its)), site(timeline_of(scenario)), schedule(scenario) {}
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  const Scenario scenario;
  const SiteTimeline site;
  const ClientSchedule schedule;
};

// Finds the risk of one client after the other, some at a time on each thread.
class Futures {
 public:
  Futures(const Scenario& scenario, const RiskOptions& options)
      : options_(options),
        future_(until(scenario, options.at + scenario.tick)),
        past_(until(scenario, std::max(options.known_at, Instant{scenario.tick}))),
        risks_(scenario.clients) {
    if (has_capacity(scenario)) sites_.resize(options.seeds());
  }

  std::optional<std::vector<Risk>> find() {
    if (!on_all_threads(sites_.size(), &Futures::find_queues)) return std::nullopt;
    if (!on_all_threads((risks_.size() + kAtOnce - 1) / kAtOnce, &Futures::find_risks)) {
      return std::nullopt;
    }
    if (done_ < risks_.size()) return std::nullopt;
    return std::move(risks_);
  }

 private:
  static constexpr std::size_t kAtOnce = 16;

  // False if it was stopped.
  bool on_all_threads(std::size_t count, void (Futures::*job)(events::Worker&)) {
    const auto go_on = [this] { return !options_.go_on || options_.go_on(done_.load()); };
    events::watch_threads(options_.threads, count, {go_on, stop_},
                          [this, job](events::Worker& worker) { (this->*job)(worker); });
    return !stop_;
  }
  // Where clients wait for each other: each future of all of them first.
  void find_queues(events::Worker& worker) {
    while (const auto seed = worker.next()) {
      sites_[*seed] = timeline_of(future_.scenario, reseed(*seed), &stop_);
    }
  }
  void find_risks(events::Worker& worker) {
    ClientFates futures(future_.scenario, future_.site, future_.schedule);
    ClientFates past(past_.scenario, past_.site, past_.schedule);
    std::vector<Instant> dates;
    while (const auto some = worker.next()) {
      const std::size_t first = *some * kAtOnce;
      const std::size_t end = std::min(first + kAtOnce, risks_.size());
      for (std::size_t i = first; i < end && !stop_; ++i, ++done_) {
        const ClientNumber client{static_cast<std::uint32_t>(i)};
        risks_[i] = risk_of(client, futures, dates);
        know(risks_[i], past);
      }
    }
  }

  Risk risk_of(ClientNumber client, ClientFates& futures, std::vector<Instant>& dates) const {
    Risk risk{client};
    dates.clear();
    std::array<std::uint32_t, kCount<SpellCause>> causes{};
    for (std::uint32_t i = 0; i < options_.seeds(); ++i) {
      const SiteTimeline* site = sites_.empty() ? nullptr : &*sites_[i];
      const auto fate = futures.fate_of(client, reseed(i), site);
      if (fate.is_stranded_at_end) ++risk.stranded_at_end;
      if (!fate.stranded) continue;
      dates.push_back(*fate.stranded);
      ++causes[static_cast<std::size_t>(fate.cause)];
    }
    if (dates.empty()) return risk;
    risk.stranded = static_cast<std::uint32_t>(dates.size());
    const auto middle = dates.begin() + static_cast<std::ptrdiff_t>((dates.size() - 1) / 2);
    std::nth_element(dates.begin(), middle, dates.end());
    risk.median = *middle;
    risk.cause =
        static_cast<SpellCause>(std::max_element(causes.begin(), causes.end()) - causes.begin());
    return risk;
  }

  void know(Risk& risk, ClientFates& past) const {
    const EndOfLife end = past.end_of(risk.client);
    risk.known = end.client;
    if (options_.known_at > Instant{}) {
      if (end.outlook.last_contact != Instant::min()) risk.last_contact = end.outlook.last_contact;
      return;
    }
    // An inventory knows the network that it says, and no contact; without one nothing is known.
    risk.known.network = end.client.last_connected;
    const auto& cohort = past_.scenario.cohorts[end.client.cohort.value];
    if (cohort.inventory == nullptr) risk.known = {};
  }

  Reseed reseed(std::size_t i) const { return {options_.known_at, options_.first_seed + i}; }

  const RiskOptions& options_;
  const Stage future_;
  const Stage past_;
  std::vector<Risk> risks_;                         // by client; each written by one thread
  std::vector<std::optional<SiteTimeline>> sites_;  // by seed, where an endpoint has a limit
  std::atomic<std::size_t> done_{0};
  std::atomic<bool> stop_{false};
};

}  // namespace

std::optional<std::vector<Risk>> risk(const Scenario& scenario, const RiskOptions& options) {
  return Futures(scenario, options).find();
}

void sort_by_risk(std::vector<Risk>& risks) {
  std::sort(risks.begin(), risks.end(), [](const Risk& a, const Risk& b) {
    return std::tuple(b.stranded, a.median, a.client.value) <
           std::tuple(a.stranded, b.median, b.client.value);
  });
}

}  // namespace tokenlife::sim
