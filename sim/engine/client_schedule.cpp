#include "sim/engine/client_schedule.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace tokenlife::sim {
namespace {

// How long after it begins the action ends, if it does.
std::optional<Duration> length_of(const Action& action) {
  return visit_action(
      []<class What>(const What& what) -> std::optional<Duration> {
        if constexpr (HasLength<What>) {
          return what.length;
        } else {
          return std::nullopt;
        }
      },
      action);
}

// Whether it happens once, and to all clients at one moment.
bool is_common(const Action& action, const Target& target) {
  return !action.repeat && target.share.of_2_32 >= Share::kWhole && target.over == Duration{0};
}

}  // namespace

// ---- One client's ------------------------------------------------------------------------------

ClientStep ClientSteps::take() {
  const bool has_shared = !shared_.empty() && shared_.front().at == next_;
  const bool has_own = !own_->empty() && own_->front().at == next_;
  ClientStep step{};
  if (has_own) {
    const PlannedStep& own = own_->front();
    step = {own.at, own.what == PlannedStep::What::beginning, own.action, own.repetition};
  }
  if (has_shared && (!has_own || shared_.front() < step)) {
    step = shared_.front();
    shared_ = shared_.subspan(1);
  } else {
    take_own();
    const auto length = step.begins ? length_of(scenario_->actions[step.action]) : std::nullopt;
    if (length) plan({step.at + *length, PlannedStep::What::end, step.action, step.repetition});
  }
  settle();
  return step;
}

void ClientSteps::plan(const PlannedStep& step) {
  own_->push_back(step);
  std::push_heap(own_->begin(), own_->end(), std::greater<>{});
}

PlannedStep ClientSteps::take_own() {
  std::pop_heap(own_->begin(), own_->end(), std::greater<>{});
  const PlannedStep step = own_->back();
  own_->pop_back();
  return step;
}

void ClientSteps::settle() {
  next_ = shared_.empty() ? kNever : shared_.front().at;
  while (!own_->empty() && own_->front().at <= next_ &&
         own_->front().what == PlannedStep::What::repetition) {
    draw(take_own());
  }
  if (!own_->empty()) next_ = std::min(next_, own_->front().at);
}

void ClientSteps::draw(const PlannedStep& repetition) {
  const Action& action = scenario_->actions[repetition.action];
  static const Target everybody{};
  const Target* aim = target_of(action);
  const Target& target = aim == nullptr ? everybody : *aim;
  const Instant end = at(scenario_->duration);
  const std::uint64_t number = selection_draw(repetition.action, repetition.repetition);
  const bool is_meant = target.share.of_2_32 >= Share::kWhole ||
                        share_draw(draws_.at(Purpose::selection_share, number, repetition.at)[0]) <
                            target.share.of_2_32;
  if (is_meant) {
    Instant moment = repetition.at;
    if (target.over > Duration{0}) {
      const auto ticks = static_cast<std::uint64_t>(target.over / scenario_->tick);
      const auto bits = draws_.at(Purpose::selection_moment, number, repetition.at)[0];
      moment += scenario_->tick * static_cast<std::int64_t>(below(bits, ticks));
    }
    if (moment < end) {
      plan({moment, PlannedStep::What::beginning, repetition.action, repetition.repetition});
    }
  }
  if (!goes_on_after(action, repetition.repetition)) return;
  const Instant next = repetition.at + action.repeat->every;
  if (next >= end) return;
  plan({next, PlannedStep::What::repetition, repetition.action, repetition.repetition + 1});
}

// ---- All clients' ------------------------------------------------------------------------------

ClientSchedule::ClientSchedule(const Scenario& scenario)
    : scenario_(scenario), cohorts_(scenario.cohorts.size()) {
  for (std::uint32_t i = 0; i < scenario.actions.size(); ++i) {
    const Action& action = scenario.actions[i];
    if (action.left_out) continue;
    if (const auto* set = action_if<SetPolicy>(action); set != nullptr && set->is_for_all) {
      for (OfCohort& cohort : cohorts_) {
        if (action.repeat) {
          cohort.others.push_back(i);
        } else {
          cohort.shared.push_back({action.at, true, i, 0});
        }
      }
      continue;
    }
    const Target* target = target_of(action);
    if (target == nullptr) continue;
    OfCohort& cohort = cohorts_[target->cohort.value];
    if (target->client) {
      for_one_[{target->cohort, *target->client}].push_back(i);
    } else if (!is_common(action, *target)) {
      cohort.others.push_back(i);
    } else {
      cohort.shared.push_back({action.at, true, i, 0});
      const auto length = length_of(action);
      if (length) cohort.shared.push_back({action.at + *length, false, i, 0});
    }
  }
  for (OfCohort& cohort : cohorts_) std::sort(cohort.shared.begin(), cohort.shared.end());
}

ClientSteps ClientSchedule::of(CohortNumber cohort, std::uint32_t client_in_cohort,
                               const DrawKeys& draw_keys, std::vector<PlannedStep>& own) const {
  own.clear();
  const auto begin = [&](std::uint32_t action) {
    const Instant at = scenario_.actions[action].at;
    own.push_back({at, PlannedStep::What::repetition, action, 0});
  };
  for (const std::uint32_t action : cohorts_[cohort.value].others) begin(action);
  if (!for_one_.empty()) {
    const auto found = for_one_.find({cohort, client_in_cohort});
    if (found != for_one_.end()) std::for_each(found->second.begin(), found->second.end(), begin);
  }
  std::make_heap(own.begin(), own.end(), std::greater<>{});
  ClientSteps steps(scenario_, cohorts_[cohort.value].shared, Draws(draw_keys, client_in_cohort),
                    own);
  steps.settle();
  return steps;
}

}  // namespace tokenlife::sim
