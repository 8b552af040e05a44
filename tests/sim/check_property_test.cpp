// Every property sees its own breach: what core cannot be made to do by its arguments is done to a
// action by hand.
#include "core/event_error.hpp"
#include "core/site.hpp"
#include "sim/check/model.hpp"
#include "sim/check/property.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "sim/check/explore.hpp"
#include "support/check_faults.hpp"

namespace tokenlife::test {
namespace {

using namespace sim::checker;

struct Breach {
  std::string_view property;
  std::function<void(Transition&)> do_it;
};

std::set<std::string_view> broken(const Transition& transition, const Model& model) {
  std::set<std::string_view> names;
  const ViolationSet bits = check_invariants(transition, model);
  for (std::size_t i = 0; i < always().size(); ++i) {
    if ((bits >> i & 1) != 0) names.insert(always()[i].name);
  }
  return names;
}

ClientState registered_client() {
  ClientState part;
  part.client.state = LifecycleState::registered;
  part.client.network = part.client.last_connected = Network::intranet;
  part.client.newest_ordinal = 1;
  const Instant issued = kPresent - std::chrono::days{1};
  part.client.token = {TokenSerial::of({}, 1), issued, issued + std::chrono::days{90}, kCurrentKey};
  return part;
}

SiteState quiet_site() {
  SiteState site;
  site.site->established = true;
  site.site->keys = {SigningKey{true}, SigningKey{true}, SigningKey{false}};
  return site;
}

void jump(Transition& transition, LifecycleState from, LifecycleState to) {
  transition.before.client.state = from;
  transition.after.client.state = to;
  transition.events.push_back(
      {AgentRestarted{}, from, to, Where::intranet, EventError::none, true});
}

const std::vector<Breach>& breaches() {
  static const std::vector<Breach> all{
      {"unblocking-gives-nothing",
       [](Transition& transition) {
         transition.action.kind = ActionKind::unblock;
         transition.before.client.state = LifecycleState::re_registration_required;
         transition.before.client.blocked = true;
         transition.before.client.token = {};
       }},
      {"certificates-renew-on-the-intranet",
       [](Transition& transition) {
         transition.before.client.network = Network::intranet;
         transition.after.client.credential_expired = true;
       }},
      {"new-identity-is-free",
       [](Transition& transition) {
         transition.before.reinstall = {true, false, true};
         transition.before.client.blocked = transition.after.client.blocked = true;
         const LifecycleState from = transition.before.client.state;
         transition.events.push_back({ClientReinstalled{{}, true}, from, LifecycleState::installed,
                                      Where::intranet, EventError::none, true});
       }},
      {"bulk-is-used-once",
       [](Transition& transition) { transition.after.client.bulk = kBulkGuid; }},
      {"held-tokens-keep-their-dates",
       [](Transition& transition) {
         transition.after.client.token.expires += std::chrono::days{1};
       }},
      {"only-the-dead-hold-none",
       [](Transition& transition) { transition.after.client.token = {}; }},
      {"installed-is-left-rightly",
       [](Transition& transition) {
         jump(transition, LifecycleState::installed, LifecycleState::registered);
       }},
      {"expired-is-left-rightly",
       [](Transition& transition) {
         jump(transition, LifecycleState::expired, LifecycleState::registered);
       }},
      {"re-registration-is-left-rightly",
       [](Transition& transition) {
         jump(transition, LifecycleState::re_registration_required, LifecycleState::registered);
       }},
      {"states-follow-the-network",
       [](Transition& transition) { transition.after.client.last_connected = Network::internet; }},
      {"events-are-legal",
       [](Transition& transition) {
         const Client& client = transition.before.client;
         transition.events.push_back({ClientUnblocked{}, client.state, client.state,
                                      Where::intranet, EventError::nothing_changed, true});
       }},
  };
  return all;
}

}  // namespace

TEST_CASE("an action as core takes it breaks no property") {
  const Model model(Options{}, Rules{});
  const SiteState site = quiet_site();
  CHECK(broken(model.tick(registered_client(), site), model).empty());
}

TEST_CASE("an action that is tampered with breaks the property that speaks of it") {
  const Model model(Options{}, Rules{});
  const SiteState site = quiet_site();
  for (const Breach& breach : breaches()) {
    INFO(breach.property);
    Transition transition = model.tick(registered_client(), site);
    breach.do_it(transition);
    CHECK(broken(transition, model).contains(breach.property));
  }
}

TEST_CASE("no property is there that was never seen to fail") {
  std::set<std::string_view> seen;
  for (const Breach& breach : breaches()) seen.insert(breach.property);
  for (const Fault& fault : faults()) {
    const Exploration exploration =
        explore(fault.options, fault.rules, [](const Counts&) { return true; });
    for (const Violation& violation : exploration.violations) {
      seen.insert(always()[violation.property].name);
    }
  }
  for (const Invariant& property : always()) {
    INFO(property.name);
    CHECK(seen.contains(property.name));
  }
}

}  // namespace tokenlife::test
