// What a run counts of clients without a good token (A13): spells, the stranded, and the population
// day by day. Integers only, so that sums do not depend on who counted first.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../core/event.hpp"
#include "../../core/spell_cause.hpp"
#include "../../events/replay.hpp"
#include "../scenario/scenario.hpp"

namespace tokenlife::sim {

// Of one cause.
struct SpellCount {
  std::uint64_t by_itself = 0;
  std::uint64_t by_action = 0;
  std::uint64_t not_at_all = 0;
  std::map<Duration, std::uint64_t> lengths{};  // of those that ended

  std::uint64_t count() const { return by_itself + by_action + not_at_all; }
  template <class Bytes>
  void pass(Bytes& bytes) {
    bytes(by_itself);
    bytes(by_action);
    bytes(not_at_all);
    bytes(lengths);
  }
  // The nearest rank: the shortest length that so many in a hundred are not longer than. Nothing if
  // none ended.
  std::optional<Duration> percentile(unsigned percent) const;
};

// A number that goes up and down.
class Level {
 public:
  void add(Instant when, std::int64_t change);
  void add(const Level& other);
  template <class Bytes>
  void pass(Bytes& bytes) {
    merge();
    bytes(changes_);
    merged_ = changes_.size();
  }
  struct Peak {
    std::uint64_t count = 0;
    Instant at;
  };
  // The most at any time, and when that was first so.
  Peak peak() const;
  // What it was at the moments, which are in order.
  std::vector<std::uint64_t> at(const std::vector<Instant>& moments) const;
  // How long it was above nothing up to that moment, each of it by itself: 3 for two days are six.
  Duration time_until(Instant end) const;

 private:
  void merge() const;
  // By time, those of one moment together, up to `merged_`.
  mutable std::vector<std::pair<Instant, std::int64_t>> changes_;
  mutable std::size_t merged_ = 0;
};

// The population at the end of each day, or of each 400th of the run if that is longer, and what
// happened in it.
struct Days {
  static constexpr std::size_t kDoings = 4;
  static constexpr std::array<const char*, kDoings> kDoingNames{"registrations", "renewals",
                                                                "refusals", "failures"};
  // Which of these an event is, if any.
  static std::optional<std::size_t> doing_of(EventKind kind);
  Duration width{0};
  std::vector<std::array<std::int64_t, kCount<LifecycleState>>> moves;  // changes of the states
  std::vector<std::array<std::uint64_t, kDoings>> doings;
};

// When a client is stranded for the first time at or after a moment, and why.
struct StrandedWatch {
  Instant from;
  std::optional<Instant> first{};
  SpellCause cause = SpellCause::not_recorded;  // of the spell in which that is
  std::optional<Instant> since{};               // it is stranded
  bool is_cause_open = false;                   // the spell goes on

  void left_at(Instant now);
};

class SpellTally {
 public:
  explicit SpellTally(const Scenario& scenario);

  // What is counted only if somebody asks for it.
  struct Wanted {
    bool days = false;
    bool stranded_clients = false;
  };
  void want(Wanted wanted) { wanted_ = wanted; }

  // Of the next client nothing is counted but what is watched. The watch must outlive it.
  void watch(StrandedWatch* watch) { watch_ = watch; }

  // ---- While clients live ----
  void begin_client(CohortNumber cohort) { cohort_ = cohort; }
  void serves(Instant now, Service before, Service after);
  void ended(const EndedSpell& spell);
  bool counts_days() const { return wanted_.days; }
  void moved(Instant now, LifecycleState before, LifecycleState after);
  void did(Instant now, EventKind kind);
  void end_client(ClientNumber number, const Client& client, Instant since, Service service,
                  const std::optional<Spell>& spell);

  void add(const SpellTally& other);
  template <class Bytes>
  void pass(Bytes& bytes) {
    for (SpellCount& count : spells) count.pass(bytes);
    stranded.pass(bytes);
    out_of_service.pass(bytes);
    bytes(stranded_at_end);
    bytes(out_of_service_at_end);
    bytes(stranded_clients);
    bytes(days.moves);
    bytes(days.doings);
  }

  std::array<SpellCount, kCount<SpellCause>> spells{};
  Level stranded;
  Level out_of_service;
  std::vector<std::array<std::uint64_t, kCount<SpellCause>>> stranded_at_end;  // by cohort
  std::vector<std::uint64_t> out_of_service_at_end;                            // by cohort
  std::vector<events::ClientStanding> stranded_clients;  // if wanted; in any order
  Days days;

  std::uint64_t stranded_in(std::size_t cohort) const;
  std::uint64_t all_stranded() const;

 private:
  std::size_t day_of(Instant now) const;

  Wanted wanted_;
  StrandedWatch* watch_ = nullptr;
  CohortNumber cohort_;
};

// How long the days of a run are, and when each ends: after the last tick that is in it.
Duration width_of_days(const Scenario& scenario);
std::vector<Instant> ends_of_days(const Scenario& scenario);

}  // namespace tokenlife::sim
