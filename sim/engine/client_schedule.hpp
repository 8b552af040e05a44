// The actions that concern clients, as each client meets them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// Ordered as a tick takes them: what ends, then what begins in file order, then by repetition.
struct ClientStep {
  Instant at;
  bool begins;  // false: the action's time is over, if it ever began for this client
  std::uint32_t action;
  std::uint32_t repetition;
  friend auto operator<=>(const ClientStep&, const ClientStep&) = default;
};

// What is to come for one client alone.
struct PlannedStep {
  enum class What : std::uint8_t {
    repetition,  // begins now: whether and when it concerns this client is to be drawn
    end,
    beginning,
  };
  Instant at;
  What what;
  std::uint32_t action;
  std::uint32_t repetition;
  friend auto operator<=>(const PlannedStep&, const PlannedStep&) = default;
};

// The steps of one client, in order, one after the other. Of what is repeated or drawn no more is
// ever known than what comes next: repetitions may be many.
class ClientSteps {
 public:
  // Of the first step that has not been taken; kNever if there is none.
  Instant next() const { return next_; }
  // Precondition: there is one.
  ClientStep take();

 private:
  friend class ClientSchedule;
  ClientSteps(const Scenario& scenario, std::span<const ClientStep> shared, const Draws& draws,
              std::vector<PlannedStep>& own)
      : scenario_(&scenario), shared_(shared), draws_(draws), own_(&own) {}

  void plan(const PlannedStep& step);
  PlannedStep take_own();
  // Draws for the repetitions that have begun by the time of the next step.
  void settle();
  void draw(const PlannedStep& repetition);

  const Scenario* scenario_;
  std::span<const ClientStep> shared_;  // what is left of it
  Draws draws_;
  std::vector<PlannedStep>* own_;  // a heap, the next one in front
  Instant next_ = kNever;
};

class ClientSchedule {
 public:
  explicit ClientSchedule(const Scenario& scenario);

  // The steps of one client. `own` holds those that are this client's alone, as long as it lives.
  ClientSteps of(CohortNumber cohort, std::uint32_t client_in_cohort, const DrawKeys& draw_keys,
                 std::vector<PlannedStep>& own) const;

 private:
  struct OfCohort {
    std::vector<ClientStep> shared;     // of what happens once, to all at one moment, in order
    std::vector<std::uint32_t> others;  // actions on the cohort that do not
  };
  const Scenario& scenario_;
  std::vector<OfCohort> cohorts_;
  std::map<std::pair<CohortNumber, std::uint32_t>, std::vector<std::uint32_t>> for_one_;  // actions
};

}  // namespace tokenlife::sim
