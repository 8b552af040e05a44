// What makes no difference to a client or site: an event delivered twice, a thing done and undone,
// an event that cannot happen.
#include <algorithm>
#include <vector>

#include "core/decide.hpp"
#include "core/evolve.hpp"
#include "core/evolve_in_place.hpp"
#include "core/request.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/verdict.hpp"
#include "support/print.hpp"
#include "support/property.hpp"
#include "support/story.hpp"

namespace tokenlife::test {
namespace {

ClientEvent adopted(const Client&, Network network, const ClientToken& token) {
  ClientAdopted event{};
  event.state = network == Network::intranet ? LifecycleState::registered : LifecycleState::roaming;
  event.network = network;
  event.last_connected = network == Network::intranet ? network : Network::internet;
  event.token = token;
  event.tokens = token.serial.ordinal();
  return event;
}

// Any event of that kind that fits the client's networks, requests and tokens, or nearly so.
ClientEvent any_event(const Client& client, std::size_t kind) {
  const auto network = *rc::gen::element(Network::offline, Network::intranet, Network::internet);
  const auto via = *rc::gen::element(Endpoint::mp, Endpoint::cmg);
  // Answers reach a client only where it asked.
  const Endpoint there = endpoint_on(client.last_connected);
  const auto refusal = *rc::gen::element(RefusalReason::client_blocked, RefusalReason::expired);
  const auto failure = *rc::gen::element(FailureReason::endpoint_down, FailureReason::answer_lost);
  const Instant now = day(*rc::gen::inRange(0, 400));
  const ClientToken token = token_issued(now, client.newest_ordinal + 1);
  const ClientEvent events[] = {install(network),
                                NetworkChanged{client.network, network},
                                AgentRestarted{},
                                RegistrationRequested{via, Credential::self_signed, {}},
                                RegistrationCompleted{there, token},
                                RegistrationRefused{via, refusal},
                                RegistrationFailed{via, failure},
                                RenewalRequested{via, client.token.serial},
                                TokenRenewed{via, token, client.token.serial},
                                RenewalRefused{via, refusal},
                                RenewalFailed{via, failure},
                                TokenExpired{client.token.serial},
                                ReRegistrationRequired{via, refusal},
                                ClientReinstalled{kBulkGuid},
                                ClientUpgraded{},
                                ClientBlocked{},
                                ClientUnblocked{},
                                CmgAllowedChanged{*rc::gen::arbitrary<bool>()},
                                adopted(client, network, token),
                                ClientPolicyChanged{{Duration{1}, {}, {}, {}, {}}},
                                CredentialRenewed{Duration{60}},
                                CredentialExpired{RenewsOn::connected},
                                ClockChanged{Duration{60}},
                                AskedToRenew{client.token.serial}};
  static_assert(std::size(events) == kClientKinds);
  return events[kind];
}

// A client with some past: every fourth event or so is legal.
Client any_client() {
  Client client;
  const int events = *rc::gen::inRange(1, 60);
  for (int i = 0; i < events; ++i) {
    const auto kind = *rc::gen::inRange<std::size_t>(0, kClientKinds);
    if (const auto next = evolve(client, any_event(client, kind))) client = *next;
  }
  return client;
}

TEST_CASE("an event delivered twice changes what it changes once") {
  property("duplicate delivery equals one",
           [] {
             const Client client = any_client();
             const auto kind = *rc::gen::inRange<std::size_t>(0, kClientKinds);
             const ClientEvent event = any_event(client, kind);
             const auto once = evolve(client, event);
             RC_CLASSIFY(once.has_value(), "legal");
             if (!once) return;
             const auto twice = evolve(*once, event);
             if (twice) RC_ASSERT(*twice == *once);
             const bool may_repeat = std::holds_alternative<AgentRestarted>(event) ||
                                     std::holds_alternative<ClientReinstalled>(event) ||
                                     std::holds_alternative<ClientPolicyChanged>(event) ||
                                     std::holds_alternative<CredentialRenewed>(event) ||
                                     std::holds_alternative<AskedToRenew>(event) ||
                                     std::holds_alternative<ClockChanged>(event);
             RC_ASSERT(twice.has_value() == may_repeat);
           },
           5, {{"legal", 0.1}});
}

TEST_CASE("an event that cannot happen is refused with a reason, and changes nothing") {
  property("disabled events change nothing",
           [] {
             Client client = any_client();
             const Client before = client;
             const auto kind = *rc::gen::inRange<std::size_t>(0, kClientKinds);
             const ClientEvent event = any_event(client, kind);
             const EventError why =
                 std::visit([&](const auto& e) { return evolve_in_place(client, e); }, event);
             const auto next = evolve(before, event);
             RC_ASSERT((why == EventError::none) == next.has_value());
             RC_CLASSIFY(!next.has_value(), "disabled");
             if (next) return;
             RC_ASSERT(client == before);
             RC_ASSERT(next.error() == why);
           },
           5, {{"disabled", 0.3}});
}

TEST_CASE("block then unblock, out then back and a setting off then on are identities") {
  property("done and undone is nothing",
           [] {
             const Client client = any_client();
             RC_PRE(client.state != LifecycleState::not_installed);
             const auto then = [](const Client& c, const ClientEvent& event) {
               const auto next = evolve(c, event);
               RC_ASSERT(next.has_value());
               return *next;
             };
             const ClientEvent block = ClientBlocked{};
             const ClientEvent unblock = ClientUnblocked{};
             RC_ASSERT(then(then(client, client.blocked ? unblock : block),
                            client.blocked ? block : unblock) == client);
             RC_ASSERT(then(then(client, CmgAllowedChanged{!client.cmg_allowed}),
                            CmgAllowedChanged{client.cmg_allowed}) == client);
             RC_CLASSIFY(client.network != Network::offline, "connected");
             for (const Network out : {Network::offline, Network::intranet, Network::internet}) {
               if (out == client.network || client.network == Network::offline) continue;
               RC_ASSERT(then(then(client, NetworkChanged{client.network, out}),
                              NetworkChanged{out, client.network}) == client);
             }
           },
           5, {{"connected", 0.3}});
}

TEST_CASE("an outage that is over and a bulk token that is unblocked leave the site as it was") {
  property("an undone outage is nothing", [] {
    Site site;
    const auto take = [&](const SiteCommand& command) {
      const auto event = decide(site, command, day(1));
      RC_ASSERT(event.has_value());
      site = *evolve(site, *event);
    };
    take(EstablishSite{{1, 1}, Policy{}});
    take(IssueBulkToken{"kiosks", kBulkGuid, *rc::gen::inRange<std::int64_t>(1, 10'081)});
    if (*rc::gen::arbitrary<bool>()) take(RotateSigningCertificate{});
    const Site before = site;
    const auto endpoint = *rc::gen::element(Endpoint::mp, Endpoint::cmg, Endpoint::sts);
    take(TakeEndpointDown{endpoint});
    RC_ASSERT(site != before);
    take(BringEndpointUp{endpoint});
    RC_ASSERT(site == before);
    take(BlockBulkToken{kBulkGuid});
    RC_ASSERT(site != before);
    take(UnblockBulkToken{kBulkGuid});
    RC_ASSERT(site == before);
  });
}

// ---- Numbers -----------------------------------------------------------------------------------

TEST_CASE("R44 R46 A4: of all lifetimes those of 1 to 10,080 minutes are accepted") {
  Site site = *evolve(Site{}, *decide(Site{}, EstablishSite{{1, 1}, Policy{}}, day(0)));
  for (std::int64_t minutes = -10; minutes <= 10'100; ++minutes) {
    const auto event = decide(site, IssueBulkToken{"kiosks", kBulkGuid, minutes}, day(0));
    if (event.has_value() != (1 <= minutes && minutes <= 10'080)) FAIL(minutes);
    if (!event && event.error() != SiteRefusal::lifetime_out_of_range) FAIL(minutes);
  }
}

TEST_CASE("R57 A5: to the second, a token authorises for 7,776,000 seconds") {
  property(
      "a token authorises iff it is valid",
      [] {
        const Duration since_issue{
            *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 10'000'000),
                            rc::gen::element<std::int64_t>(0, 1, 7'775'999, 7'776'000, 7'776'001))};
        const Instant issued = at(Duration{*rc::gen::inRange<std::int64_t>(0, 100'000'000)});
        Client client = roaming(issued);
        const Request exchange{RequestKind::exchange, Endpoint::cmg, Credential::self_signed, {}};
        const Verdict verdict = judge(client, exchange, SiteView{}, Policy{}, issued + since_issue);
        const bool valid = since_issue.count() < 7'776'000;
        RC_CLASSIFY(valid, "valid");
        RC_CLASSIFY(!valid, "over");
        RC_ASSERT((verdict.kind == Verdict::Kind::granted) == valid);
      },
      5, {{"valid", 0.2}, {"over", 0.1}});
}

}  // namespace
}  // namespace tokenlife::test
