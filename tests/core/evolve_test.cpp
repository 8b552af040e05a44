// What an event changes besides the state, and what else can speak against it.
#include "core/evolve.hpp"
#include "core/evolve_in_place.hpp"

#include <catch2/catch.hpp>

#include "core/request.hpp"
#include "core/verdict.hpp"
#include "support/story.hpp"

namespace tokenlife::test {
namespace {

// Refused for that reason, with the client as it was.
void check_refused(const Client& client, const ClientEvent& event, EventError reason) {
  CAPTURE(client, event);
  CHECK(evolve(client, event) == Failed<EventError>(reason));
  Client in_place = client;
  const EventError legality =
      std::visit([&](const auto& fact) { return evolve_in_place(in_place, fact); }, event);
  CHECK(legality == reason);
  CHECK(in_place == client);
}

Client registering(Endpoint via = Endpoint::mp) {
  return after({install(network_of(via), Credential::self_signed, kBulkGuid),
                RegistrationRequested{via, Credential::bulk, kBulkGuid}});
}

TEST_CASE("an installed client is what its installation says") {
  const Client client = after({ClientInstalled{CohortNumber{4}, Network::internet, Credential::pki,
                                               ClientVersion::outdated, false, true, kBulkGuid}});
  CHECK(client.state == LifecycleState::installed);
  CHECK(client.network == Network::internet);
  CHECK(client.last_connected == Network::internet);
  CHECK(client.credential == Credential::pki);
  CHECK(client.version == ClientVersion::outdated);
  CHECK_FALSE(client.cmg_allowed);
  CHECK(client.blocked);
  CHECK(client.cohort == CohortNumber{4});
  CHECK(client.bulk == kBulkGuid);
  CHECK_FALSE(client.token.exists());
}

TEST_CASE("each action on a client changes its own field alone") {
  const Client client = outdated(roaming());
  Client expected = client;
  expected.version = ClientVersion::current;
  CHECK(after({ClientUpgraded{}}, client) == expected);
  expected = client;
  expected.blocked = true;
  CHECK(after({ClientBlocked{}}, client) == expected);
  CHECK(after({ClientBlocked{}, ClientUnblocked{}}, client) == client);
  expected = client;
  expected.cmg_allowed = false;
  CHECK(after({CmgAllowedChanged{false}}, client) == expected);
  CHECK(after({AgentRestarted{}}, client) == client);
}

TEST_CASE("A12: going offline keeps the last connected network in mind") {
  const Client client = moved(roaming(), Network::offline);
  CHECK(client.network == Network::offline);
  CHECK(client.last_connected == Network::internet);
}

TEST_CASE("an expired token is held until it is replaced or refused") {
  CHECK(expired(Network::internet).token == token_issued(day(0)));
  CHECK_FALSE(re_registration_required(Network::internet).token.exists());
}

TEST_CASE("a reinstall drops token, request and old bulk token, and keeps the rest") {
  const Client client = after({ClientBlocked{}}, renewing_at(Endpoint::cmg));
  Client expected = client;
  expected.state = LifecycleState::installed;
  expected.token = {};
  expected.pending = PendingRequest::none;
  CHECK(after({ClientReinstalled{}}, client) == expected);
}

TEST_CASE("an answer to a request from before a reinstall is no answer any more") {
  const Client anew = after({ClientReinstalled{}}, registering());
  check_refused(anew, RegistrationCompleted{Endpoint::mp, token_issued(day(0))},
                EventError::nothing_pending);
  check_refused(anew, RegistrationFailed{Endpoint::mp, FailureReason::answer_lost},
                EventError::nothing_pending);
}

TEST_CASE("a network change starts where the client is and leads elsewhere") {
  check_refused(roaming(), NetworkChanged{Network::intranet, Network::offline},
                EventError::wrong_network);
  check_refused(roaming(), NetworkChanged{Network::internet, Network::internet},
                EventError::nothing_changed);
}

TEST_CASE("an endpoint is asked from its own network") {
  check_refused(installed(Network::intranet),
                RegistrationRequested{Endpoint::cmg, Credential::pki, {}},
                EventError::wrong_network);
  check_refused(registered(), RenewalRequested{Endpoint::cmg, kFirstToken},
                EventError::wrong_network);
  check_refused(moved(registered(), Network::offline), RenewalRequested{Endpoint::mp, kFirstToken},
                EventError::wrong_network);
  check_refused(roaming(), ReRegistrationRequired{Endpoint::mp, RefusalReason::expired},
                EventError::wrong_network);
}

TEST_CASE("no second request is made while one is under way") {
  check_refused(registering(), RegistrationRequested{Endpoint::mp, Credential::self_signed, {}},
                EventError::already_pending);
  const Client late = after({TokenExpired{kFirstToken}}, renewing_at(Endpoint::mp));
  check_refused(late, RegistrationRequested{Endpoint::mp, Credential::self_signed, {}},
                EventError::already_pending);
  check_refused(late, ReRegistrationRequired{Endpoint::mp, RefusalReason::expired},
                EventError::already_pending);
}

TEST_CASE("an answer answers the request that was made, over the endpoint that was asked") {
  const ClientToken token = token_issued(day(0));
  const auto reason = RefusalReason::client_blocked;
  const auto failure = FailureReason::sts_down;
  const Client client = installed(Network::intranet);
  check_refused(client, RegistrationCompleted{Endpoint::mp, token}, EventError::nothing_pending);
  check_refused(client, RegistrationRefused{Endpoint::mp, reason}, EventError::nothing_pending);
  check_refused(client, RegistrationFailed{Endpoint::mp, failure}, EventError::nothing_pending);

  check_refused(registering(), RegistrationCompleted{Endpoint::cmg, token},
                EventError::nothing_pending);
  check_refused(registering(), RegistrationRefused{Endpoint::cmg, reason},
                EventError::nothing_pending);
  check_refused(registering(), RegistrationFailed{Endpoint::cmg, failure},
                EventError::nothing_pending);

  const Client renewing = renewing_at(Endpoint::cmg);
  const ClientToken second = token_issued(day(31), 2);
  check_refused(renewing, TokenRenewed{Endpoint::mp, second, kFirstToken},
                EventError::nothing_pending);
  check_refused(renewing, RenewalRefused{Endpoint::mp, reason}, EventError::nothing_pending);
  check_refused(renewing, RenewalFailed{Endpoint::mp, failure}, EventError::nothing_pending);
  check_refused(expired(Network::internet), TokenRenewed{Endpoint::cmg, second, kFirstToken},
                EventError::nothing_pending);
}

TEST_CASE("an event about a token names the one that the client holds") {
  check_refused(roaming(), TokenExpired{kSecondToken}, EventError::wrong_token);
  check_refused(roaming(), RenewalRequested{Endpoint::cmg, kSecondToken}, EventError::wrong_token);
  check_refused(renewing_at(Endpoint::cmg),
                TokenRenewed{Endpoint::cmg, token_issued(day(31), 3), kSecondToken},
                EventError::wrong_token);
}

TEST_CASE("serials are never used again, not even after a reinstall") {
  check_refused(renewing_at(Endpoint::cmg),
                TokenRenewed{Endpoint::cmg, token_issued(day(31), 1), kFirstToken},
                EventError::wrong_token);
  const Client anew = after({ClientReinstalled{kBulkGuid},
                             RegistrationRequested{Endpoint::cmg, Credential::bulk, kBulkGuid}},
                            roaming());
  check_refused(anew, RegistrationCompleted{Endpoint::cmg, token_issued(day(31), 1)},
                EventError::wrong_token);
  CHECK(evolve(anew, RegistrationCompleted{Endpoint::cmg, token_issued(day(31), 2)}));
}

TEST_CASE("no token expires before it begins, and none has no serial") {
  const ClientToken backwards{kFirstToken, day(1), day(1), KeyNumber{0}};
  check_refused(registering(), RegistrationCompleted{Endpoint::mp, backwards},
                EventError::wrong_token);
  const ClientToken nameless{TokenSerial{}, day(1), day(91), KeyNumber{0}};
  check_refused(registering(), RegistrationCompleted{Endpoint::mp, nameless},
                EventError::wrong_token);
}

TEST_CASE("an event that changes nothing did not happen") {
  check_refused(roaming(), ClientUpgraded{}, EventError::nothing_changed);
  check_refused(roaming(), ClientUnblocked{}, EventError::nothing_changed);
  check_refused(blocked(roaming()), ClientBlocked{}, EventError::nothing_changed);
  check_refused(roaming(), CmgAllowedChanged{true}, EventError::nothing_changed);
}

}  // namespace
}  // namespace tokenlife::test
