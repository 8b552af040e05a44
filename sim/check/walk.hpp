// A path through the states, lived through step by step: by the rules and, beside them, by the
// reference.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/check/explore.hpp"
#include "sim/check/reference.hpp"

namespace tokenlife::sim::checker {

// What the reference demands and the rules do not do, at the first tick at which an observer can
// tell.
struct Demand {
  std::uint32_t client;
  std::uint32_t tick;
  // An event that happens `count` times, or the state after the tick's expiries.
  std::optional<Seen> event;
  std::uint32_t count = 1;
  std::optional<LifecycleState> state;
};

struct WalkStep {
  PathStep taken;
  std::uint32_t tick;       // in which the step begins
  std::vector<Deed> deeds;  // by client if time passes; of one client; or none
  // What the reference went by: by client if time passes, else one.
  std::vector<RuleSet> rules;
};

class Walk {
 public:
  Walk(const Options& options, const Rules& rules);

  // False, with nothing changed, if the step makes no sense now, nor does to the reference.
  bool take(const PathStep& step);

  const std::vector<WalkStep>& steps() const { return steps_; }
  const std::vector<ClientPart>& clients() const { return clients_; }
  const SitePart& site() const { return site_; }
  std::uint32_t tick() const { return tick_; }
  // Of the first tick that has any.
  const std::vector<Demand>& demands() const { return demands_; }

 private:
  void pass_time();
  void demand(std::uint32_t client, const Deed& deed, const ReferenceStep& expected,
              std::vector<Demand>& demands) const;

  Stepper stepper_;
  SitePart site_;
  SitePart reference_site_;
  std::vector<ClientPart> clients_;
  std::vector<Reference> references_;
  std::vector<WalkStep> steps_;
  std::vector<Demand> demands_;
  std::uint32_t tick_ = 0;
};

// The way to a violation, and on to where an observer can tell that something is wrong: at most as
// long as a token lives.
Walk walk_of(const Options& options, const Rules& rules, const Violation& violation);

// What the reference goes by in the step that breaks the property.
std::vector<RuleWords> rules_concerned(const Walk& walk, const Violation& violation);

}  // namespace tokenlife::sim::checker
