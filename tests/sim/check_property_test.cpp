// Every property sees its own breach: what core cannot be made to do by its arguments is done to a
// step by hand.
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
  std::function<void(Deed&)> do_it;
};

std::set<std::string_view> broken(const Deed& deed, const Stepper& stepper) {
  std::set<std::string_view> names;
  const Broken bits = judge_deed(deed, stepper);
  for (std::size_t i = 0; i < always().size(); ++i) {
    if ((bits >> i & 1) != 0) names.insert(always()[i].name);
  }
  return names;
}

ClientPart registered_client() {
  ClientPart part;
  part.client.state = LifecycleState::registered;
  part.client.network = part.client.last_connected = Network::intranet;
  part.client.newest_ordinal = 1;
  const Instant issued = kPresent - std::chrono::days{1};
  part.client.token = {TokenSerial::of({}, 1), issued, issued + std::chrono::days{90}, kCurrentKey};
  return part;
}

SitePart quiet_site() {
  SitePart site;
  site.site.established = true;
  site.site.keys = {SigningKey{true}, SigningKey{true}, SigningKey{false}};
  return site;
}

void jump(Deed& deed, LifecycleState from, LifecycleState to) {
  deed.before.client.state = from;
  deed.after.client.state = to;
  deed.events.push_back({AgentRestarted{}, from, to, Network::intranet, Legality::legal, true});
}

const std::vector<Breach>& breaches() {
  static const std::vector<Breach> all{
      {"unblocking-gives-nothing",
       [](Deed& deed) {
         deed.step.kind = StepKind::unblock;
         deed.before.client.state = LifecycleState::re_registration_required;
         deed.before.client.blocked = true;
         deed.before.client.token = {};
       }},
      {"bulk-is-used-once", [](Deed& deed) { deed.after.client.bulk = kBulkGuid; }},
      {"held-tokens-keep-their-dates",
       [](Deed& deed) { deed.after.client.token.expires += std::chrono::days{1}; }},
      {"only-the-dead-hold-none", [](Deed& deed) { deed.after.client.token = {}; }},
      {"installed-is-left-rightly",
       [](Deed& deed) { jump(deed, LifecycleState::installed, LifecycleState::registered); }},
      {"expired-is-left-rightly",
       [](Deed& deed) { jump(deed, LifecycleState::expired, LifecycleState::registered); }},
      {"re-registration-is-left-rightly",
       [](Deed& deed) {
         jump(deed, LifecycleState::re_registration_required, LifecycleState::registered);
       }},
      {"states-follow-the-network",
       [](Deed& deed) { deed.after.client.last_connected = Network::internet; }},
      {"events-are-legal",
       [](Deed& deed) {
         const Client& client = deed.before.client;
         deed.events.push_back({ClientUnblocked{}, client.state, client.state, Network::intranet,
                                Legality::nothing_changed, true});
       }},
  };
  return all;
}

}  // namespace

TEST_CASE("a step as core takes it breaks no property") {
  const Stepper stepper(Options{}, Rules{});
  CHECK(broken(stepper.tick(registered_client(), quiet_site()), stepper).empty());
}

TEST_CASE("a step that is tampered with breaks the property that speaks of it") {
  const Stepper stepper(Options{}, Rules{});
  for (const Breach& breach : breaches()) {
    INFO(breach.property);
    Deed deed = stepper.tick(registered_client(), quiet_site());
    breach.do_it(deed);
    CHECK(broken(deed, stepper).contains(breach.property));
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
  for (const Always& property : always()) {
    INFO(property.name);
    CHECK(seen.contains(property.name));
  }
}

}  // namespace tokenlife::test
