#include "sim/check/walk.hpp"

#include <algorithm>

#include "core/ensure.hpp"

namespace tokenlife::sim::checker {

Walk::Walk(const Options& options, const Rules& rules)
    : stepper_(options, rules), clients_(options.clients), references_(options.clients) {
  site_.site.established = true;
  site_.site.keys = {SigningKey{true}, SigningKey{true}, SigningKey{false}};
  reference_site_ = site_;
  for (ClientPart& part : clients_) part.client.newest_ordinal = 1;
}

bool Walk::take(const PathStep& taken) {
  const Packing& packing = stepper_.packing();
  if (taken.step.kind == StepKind::tick) {
    pass_time();
    return true;
  }
  WalkStep step{taken, tick_, {}, {}};
  if (taken.client) {
    ClientPart& part = clients_[*taken.client];
    auto deed = stepper_.act(part, site_, taken.step);
    if (!deed) return false;
    part = packing.unpack_client(packing.pack(deed->after, deed->now));
    Reference& reference = references_[*taken.client];
    const ReferenceStep expected = reference_act(reference, taken.step);
    reference = expected.next;
    step.rules = {expected.rules};
    step.deeds.push_back(std::move(*deed));
  } else {
    const auto next = stepper_.act(site_, taken.step);
    const auto expected = reference_act(reference_site_, taken.step);
    if (!next && !expected) return false;
    step.rules = {rules_of_site_step(taken.step.kind)};
    if (next) site_ = packing.unpack_site(packing.pack(*next, kPresent));
    if (expected) reference_site_ = packing.unpack_site(packing.pack(*expected, kPresent));
    const StepKind kind = taken.step.kind;
    if (kind == StepKind::rotate || kind == StepKind::retire) {
      if (next) {
        for (ClientPart& part : clients_) part = stepper_.after_signer_change(part, kind);
      }
      if (expected) {
        for (Reference& r : references_) r = reference_signer_change(r, kind);
      }
    }
  }
  steps_.push_back(std::move(step));
  return true;
}

void Walk::pass_time() {
  const Packing& packing = stepper_.packing();
  WalkStep step{{}, tick_++, {}, {}};
  std::vector<Demand> demands;
  for (std::uint32_t i = 0; i < clients_.size(); ++i) {
    step.deeds.push_back(stepper_.tick(clients_[i], site_));
    const Deed& deed = step.deeds.back();
    const ReferenceStep expected =
        reference_tick(references_[i], reference_site_, stepper_.options());
    step.rules.push_back(expected.rules);
    demand(i, deed, expected, demands);
    references_[i] = expected.next;
    clients_[i] = packing.unpack_client(packing.pack(deed.after, deed.now));
  }
  if (demands_.empty()) demands_ = std::move(demands);
  for (SitePart* site : {&site_, &reference_site_}) {
    const Instant later = kPresent + stepper_.options().unit;
    *site = packing.unpack_site(packing.pack(stepper_.tick(*site), later));
  }
  steps_.push_back(std::move(step));
}

void Walk::demand(std::uint32_t client, const Deed& deed, const ReferenceStep& expected,
                  std::vector<Demand>& demands) const {
  std::vector<Seen> happened;
  for (const Happened& event : deed.events) happened.push_back(seen(event));
  const auto add = [&](const Seen& event, std::uint32_t count) {
    const std::uint32_t when = event.after_clock ? tick_ : tick_ - 1;
    demands.push_back({client, when, event, count, std::nullopt});
  };
  for (const Seen& event : expected.seen) {
    if (std::find(happened.begin(), happened.end(), event) == happened.end()) add(event, 1);
  }
  for (const Seen& event : happened) {
    const auto& list = expected.seen;
    if (std::find(list.begin(), list.end(), event) == list.end()) add(event, 0);
  }
  const LifecycleState state = lifecycle_of(expected.next, stepper_.packing().token_age_max());
  if (state != deed.after.client.state && state != LifecycleState::not_installed) {
    demands.push_back({client, tick_, std::nullopt, 1, state});
  }
}

Walk walk_of(const Options& options, const Rules& rules, const Violation& violation) {
  Walk walk(options, rules);
  for (const PathStep& step : violation.path) {
    ensure(walk.take(step), "the steps of a path to be taken");
  }
  Walk waited = walk;
  if (violation.path.back().step.kind != StepKind::tick) waited.take({});
  if (!waited.demands().empty()) return waited;

  // Nobody can tell yet: where would the client have to go, for the shortest time, if anywhere?
  std::optional<Walk> best;
  const std::int64_t ticks_max = Packing(options).token_age_max() + 2;
  const auto look = [&](Walk longer) {
    for (std::int64_t i = 0; i < ticks_max && longer.demands().empty(); ++i) longer.take({});
    const bool tells = !longer.demands().empty();
    if (tells && (!best || longer.tick() < best->tick())) best = std::move(longer);
  };
  look(waited);
  for (const Step& way : client_steps(options)) {
    if (way.kind != StepKind::install && way.kind != StepKind::move) continue;
    for (const Walk& from : {walk, waited}) {
      Walk longer = from;
      if (longer.take({way, violation.client})) look(std::move(longer));
    }
  }
  return best ? std::move(*best) : std::move(waited);
}

std::vector<RuleWords> rules_concerned(const Walk& walk, const Violation& violation) {
  const WalkStep& step = walk.steps()[violation.path.size() - 1];
  return rules_in(step.rules[step.rules.size() > 1 ? violation.client : 0]);
}

}  // namespace tokenlife::sim::checker
