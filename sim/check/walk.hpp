// A path through the states, lived through step by step: by the rules and, beside them, by the
// reference.
#pragma once

#include <cstdint>
#include <memory>
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
  std::optional<ReferenceView> event;
  std::uint32_t count = 1;
  std::optional<LifecycleState> state;
};

struct WalkStep {
  PathStep taken;
  std::uint32_t tick;                     // in which the action begins
  std::shared_ptr<const SiteState> site;  // before it
  std::vector<Transition> transitions;    // by client if time passes; of one client; or none
  // What the reference went by: by client if time passes, else one.
  std::vector<RuleSet> rules;
};

class ModelRun {
 public:
  ModelRun(const Options& options, const Rules& rules);

  // False, with nothing changed, if the action makes no sense now, nor does to the reference.
  bool take(const PathStep& action);

  const std::vector<WalkStep>& actions() const { return actions_; }
  const std::vector<ClientState>& clients() const { return clients_; }
  const SiteState& site() const { return site_; }
  std::uint32_t tick() const { return tick_; }
  // Of the first tick that has any.
  const std::vector<Demand>& demands() const { return demands_; }

 private:
  void pass_time();
  void demand(std::uint32_t client, const Transition& transition, const ReferenceStep& expected,
              std::vector<Demand>& demands) const;

  Model stepper_;
  SiteState site_;
  SiteState reference_site_;
  std::vector<ClientState> clients_;
  std::vector<Reference> references_;
  std::vector<WalkStep> actions_;
  std::vector<Demand> demands_;
  std::uint32_t tick_ = 0;
};

// The way to a violation, and on to where an observer can tell that something is wrong: at most as
// long as a token lives.
ModelRun walk_of(const Options& options, const Rules& rules, const Violation& violation);

// What the reference goes by in the action that breaks the property.
std::vector<RuleWords> rules_concerned(const ModelRun& walk, const Violation& violation);

}  // namespace tokenlife::sim::checker
