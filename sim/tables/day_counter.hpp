// Counts clients and events by day.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/event.hpp"
#include "core/spell_cause.hpp"
#include "events/standing.hpp"
#include "sim/tables/row.hpp"

namespace tokenlife::sim {

// Listens to lives.
class DayCounter {
 public:
  explicit DayCounter(const events::LogHeader& header);

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
  // What another one has counted, of the same header.
  void merge(const DayCounter& other);
  // Rows of the table.
  std::vector<SqlRow> rows() const;

 private:
  // Of one day: how numbers of clients change in it, and what happens.
  struct Day {
    std::array<std::int64_t, kCount<LifecycleState>> states{};
    std::int64_t out_of_service = 0;
    std::int64_t stranded = 0;
    std::array<std::int64_t, kEventKinds> kinds{};
  };

  static std::int64_t floor_day(std::int64_t second) {
    return second / kSecondsOfDay - (second % kSecondsOfDay < 0 ? 1 : 0);
  }
  Day& day(Instant now) {
    const auto i =
        static_cast<std::size_t>(floor_day(start_ + now.time_since_epoch().count()) - first_);
    if (i >= days_.size()) days_.resize(i + 1);
    return days_[i];
  }

  static constexpr std::int64_t kSecondsOfDay = 86'400;

  std::int64_t start_;
  std::int64_t first_;  // since 1970
  std::vector<Day> days_;
  std::int64_t clients_ = 0;
};

}  // namespace tokenlife::sim
