#include "sim/check/walk.hpp"

#include <algorithm>

#include "core/ensure.hpp"
#include "sim/check/action.hpp"
#include "sim/check/model.hpp"

namespace tokenlife::sim::checker {

ModelRun::ModelRun(const Options& options, const Rules& rules)
    : stepper_(options, rules),
      site_(initial_site()),
      reference_site_(initial_site()),
      clients_(options.clients, initial_client()),
      references_(options.clients) {}

bool ModelRun::take(const PathStep& taken) {
  const StateCodec& codec = stepper_.codec();
  if (taken.action.kind == ActionKind::tick) {
    pass_time();
    return true;
  }
  WalkStep action{taken, tick_, std::make_shared<const SiteState>(site_), {}, {}};
  if (taken.client) {
    ClientState& part = clients_[*taken.client];
    auto transition = stepper_.act(part, *action.site, taken.action);
    if (!transition) return false;
    part = codec.unpack_client(codec.pack(transition->after, transition->now));
    Reference& reference = references_[*taken.client];
    const ReferenceStep expected = reference_act(reference, taken.action);
    reference = expected.next;
    action.rules = {expected.rules};
    action.transitions.push_back(std::move(*transition));
  } else {
    const auto next = stepper_.act(site_, taken.action);
    const auto expected = reference_act(reference_site_, taken.action);
    if (!next && !expected) return false;
    action.rules = {rules_of_site_step(taken.action.kind)};
    if (next) site_ = codec.unpack_site(codec.pack(*next, kPresent));
    if (expected) reference_site_ = codec.unpack_site(codec.pack(*expected, kPresent));
    const ActionKind kind = taken.action.kind;
    if (kind == ActionKind::rotate || kind == ActionKind::retire) {
      if (next) {
        for (ClientState& part : clients_) part = stepper_.after_signer_change(part, kind);
      }
      if (expected) {
        for (Reference& r : references_) r = reference_signer_change(r, kind);
      }
    }
  }
  actions_.push_back(std::move(action));
  return true;
}

void ModelRun::pass_time() {
  const StateCodec& codec = stepper_.codec();
  WalkStep action{{}, tick_++, std::make_shared<const SiteState>(site_), {}, {}};
  std::vector<Demand> demands;
  for (std::uint32_t i = 0; i < clients_.size(); ++i) {
    action.transitions.push_back(stepper_.tick(clients_[i], *action.site));
    const Transition& transition = action.transitions.back();
    const ReferenceStep expected =
        reference_tick(references_[i], reference_site_, stepper_.options());
    action.rules.push_back(expected.rules);
    demand(i, transition, expected, demands);
    references_[i] = expected.next;
    clients_[i] = codec.unpack_client(codec.pack(transition.after, transition.now));
  }
  if (demands_.empty()) demands_ = std::move(demands);
  for (SiteState* site : {&site_, &reference_site_}) {
    const Instant later = kPresent + stepper_.options().unit;
    *site = codec.unpack_site(codec.pack(stepper_.tick(*site), later));
  }
  actions_.push_back(std::move(action));
}

void ModelRun::demand(std::uint32_t client, const Transition& transition,
                      const ReferenceStep& expected, std::vector<Demand>& demands) const {
  std::vector<ReferenceView> happened;
  for (const Happened& event : transition.events) happened.push_back(seen(event));
  const auto add = [&](const ReferenceView& event, std::uint32_t count) {
    const std::uint32_t when = event.after_clock ? tick_ : tick_ - 1;
    demands.push_back({client, when, event, count, std::nullopt});
  };
  for (const ReferenceView& event : expected.seen) {
    if (std::find(happened.begin(), happened.end(), event) == happened.end()) add(event, 1);
  }
  for (const ReferenceView& event : happened) {
    const auto& list = expected.seen;
    if (std::find(list.begin(), list.end(), event) == list.end()) add(event, 0);
  }
  const LifecycleState state = lifecycle_of(expected.next, stepper_.codec().token_age_max());
  if (state != transition.after.client.state && state != LifecycleState::not_installed) {
    demands.push_back({client, tick_, std::nullopt, 1, state});
  }
}

ModelRun walk_of(const Options& options, const Rules& rules, const Violation& violation) {
  ModelRun walk(options, rules);
  for (const PathStep& action : violation.path) {
    ensure(walk.take(action), "the actions of a path to be taken");
  }
  ModelRun waited = walk;
  if (violation.path.back().action.kind != ActionKind::tick) waited.take({});
  if (!waited.demands().empty()) return waited;

  // Nobody can tell yet: where would the client have to go, for the shortest time, if anywhere?
  std::optional<ModelRun> best;
  const std::int64_t ticks_max = StateCodec(options).token_age_max() + 2;
  const auto look = [&](ModelRun longer) {
    for (std::int64_t i = 0; i < ticks_max && longer.demands().empty(); ++i) longer.take({});
    const bool tells = !longer.demands().empty();
    if (tells && (!best || longer.tick() < best->tick())) best = std::move(longer);
  };
  look(waited);
  for (const Action& way : client_actions(options)) {
    if (way.kind != ActionKind::install && way.kind != ActionKind::move) continue;
    for (const ModelRun& from : {walk, waited}) {
      ModelRun longer = from;
      if (longer.take({way, violation.client})) look(std::move(longer));
    }
  }
  return best ? std::move(*best) : std::move(waited);
}

std::vector<RuleWords> rules_concerned(const ModelRun& walk, const Violation& violation) {
  const WalkStep& action = walk.actions()[violation.path.size() - 1];
  return rules_in(action.rules[action.rules.size() > 1 ? violation.client : 0]);
}

}  // namespace tokenlife::sim::checker
