// Renewal, expiry and the way back: R56-R60, D6-D9, A2, A5, A6, A8-A11.
#include <catch2/catch.hpp>

#include "core/answer.hpp"
#include "core/request.hpp"
#include "core/token_life.hpp"
#include "core/verdict.hpp"
#include "support/story.hpp"

namespace tokenlife::test {
namespace {

constexpr Request renewal_at(Endpoint via) {
  return {RequestKind::renewal, via, Credential::self_signed, {}};
}
constexpr Request exchange_at(Endpoint via) {
  return {RequestKind::exchange, via, Credential::self_signed, {}};
}
constexpr Request registration_at(Endpoint via) {
  return {RequestKind::registration, via, Credential::self_signed, {}};
}

Answer answer(const Request& request, const Verdict& verdict, const ClientToken& token = {}) {
  return {request, verdict, token, false};
}
Answer lost(Answer answer) {
  answer.lost = true;
  return answer;
}

Client heard(const Client& client, const Answer& answer) {
  const AnswerEffects heard = apply_answer(client, answer);
  Client next = client;
  if (heard.first) next = after({*heard.first}, next);
  if (heard.then) next = after({*heard.then}, next);
  return next;
}

// ---- When a client asks ------------------------------------------------------------------------

TEST_CASE("R56 R58 R59: a client whose token is due renews at its next contact, from anywhere") {
  CHECK(ask(registered(), kRenewalIsDue, kDefault) == renewal_at(Endpoint::mp));
  CHECK(ask(roaming(), kRenewalIsDue, kDefault) == renewal_at(Endpoint::cmg));
}

TEST_CASE("R56: a client whose token is not due exchanges data") {
  CHECK(ask(registered(), kOrdinaryContact, kDefault) == exchange_at(Endpoint::mp));
  CHECK(ask(roaming(), kOrdinaryContact, kDefault) == exchange_at(Endpoint::cmg));
}

TEST_CASE("A2: on agent start, only the contact of a start renews") {
  Policy policy;
  policy.renew_on = RenewOn::agent_start;
  CHECK(ask(roaming(), Contact{true, false}, policy) == exchange_at(Endpoint::cmg));
  CHECK(ask(roaming(), Contact{true, true}, policy) == renewal_at(Endpoint::cmg));
  CHECK(ask(roaming(), Contact{false, true}, policy) == exchange_at(Endpoint::cmg));
}

TEST_CASE("A2: on contact, the contact of a start renews like any other") {
  CHECK(ask(roaming(), Contact{true, true}, kDefault) == renewal_at(Endpoint::cmg));
  CHECK(ask(roaming(), Contact{false, true}, kDefault) == exchange_at(Endpoint::cmg));
}

TEST_CASE("A11: PKI and Entra clients renew their tokens like the others") {
  for (const Credential credential : {Credential::pki, Credential::entra}) {
    CHECK(ask(roaming(day(0), credential), kRenewalIsDue, kDefault) ==
          Request{RequestKind::renewal, Endpoint::cmg, credential, {}});
  }
}

// ---- How the site judges -----------------------------------------------------------------------

TEST_CASE("R57 R59 A5: a token is good until 90 days after issue, and not at 90 days") {
  for (const RequestKind kind : {RequestKind::renewal, RequestKind::exchange}) {
    const auto judged = [&](Instant now) {
      return judge(roaming(day(7)), {kind, Endpoint::cmg, Credential::self_signed, {}}, SiteView{},
                   kDefault, now);
    };
    CHECK(judged(day(7)) == kGranted);
    CHECK(judged(day(97) - kSecond) == kGranted);
    CHECK(judged(day(97)) == refused(RefusalReason::expired));
    CHECK(judged(day(97) + kSecond) == refused(RefusalReason::expired));
  }
}

TEST_CASE("A6: with a leeway a token is taken that much longer") {
  Policy policy;
  policy.leeway = minutes{5};
  const auto judged = [&](Instant now) {
    return judge(roaming(), renewal_at(Endpoint::cmg), SiteView{}, policy, now);
  };
  CHECK(judged(day(90)) == kGranted);
  CHECK(judged(day(90) + minutes{5} - kSecond) == kGranted);
  CHECK(judged(day(90) + minutes{5}) == refused(RefusalReason::expired));
}

TEST_CASE("A8: a blocked client's token is refused, everywhere and for everything") {
  for (const Endpoint via : {Endpoint::mp, Endpoint::cmg}) {
    const Client client = blocked(via == Endpoint::mp ? registered() : roaming());
    for (const Request& request : {renewal_at(via), exchange_at(via), registration_at(via)}) {
      CHECK(judge(client, request, SiteView{}, kDefault, day(1)) ==
            refused(RefusalReason::client_blocked));
    }
  }
}

TEST_CASE("A9: a token whose signing certificate was retired is refused") {
  SiteView retired;
  retired.token_signer_trusted = false;
  CHECK(judge(roaming(), renewal_at(Endpoint::cmg), retired, kDefault, day(1)) ==
        refused(RefusalReason::unknown_signer));
  CHECK(judge(roaming(), exchange_at(Endpoint::cmg), retired, kDefault, day(1)) ==
        refused(RefusalReason::unknown_signer));
}

TEST_CASE("A9: a token of an earlier certificate that is still trusted is good") {
  SiteView rotated;
  rotated.signer = KeyNumber{1};
  CHECK(roaming().token.signer == KeyNumber{0});
  CHECK(judge(roaming(), exchange_at(Endpoint::cmg), rotated, kDefault, day(1)) == kGranted);
}

TEST_CASE("A9: what the client's old token was signed with is nothing to a registration") {
  SiteView retired;
  retired.token_signer_trusted = false;
  CHECK(judge(re_registration_required(Network::intranet), registration_at(Endpoint::mp), retired,
              kDefault, day(1)) == kGranted);
}

TEST_CASE("the site looks at block, version, signer and expiry in this order") {
  SiteView retired;
  retired.token_signer_trusted = false;
  const auto judged = [&](const Client& client, const SiteView& site) {
    return judge(client, renewal_at(Endpoint::cmg), site, kDefault, day(90));
  };
  CHECK(judged(blocked(outdated(roaming())), retired) == refused(RefusalReason::client_blocked));
  CHECK(judged(outdated(roaming()), retired) == refused(RefusalReason::client_outdated));
  CHECK(judged(roaming(), retired) == refused(RefusalReason::unknown_signer));
  CHECK(judged(roaming(), SiteView{}) == refused(RefusalReason::expired));
}

TEST_CASE("R5 D11: an outdated client's renewal is refused, its exchanges are not") {
  const Client client = outdated(roaming());
  CHECK(judge(client, renewal_at(Endpoint::cmg), SiteView{}, kDefault, day(31)) ==
        refused(RefusalReason::client_outdated));
  CHECK(judge(client, exchange_at(Endpoint::cmg), SiteView{}, kDefault, day(31)) == kGranted);
}

TEST_CASE("R5: an upgraded client gets a token") {
  const Client client = after({ClientUpgraded{}}, outdated(roaming()));
  CHECK(judge(client, renewal_at(Endpoint::cmg), SiteView{}, kDefault, day(31)) == kGranted);
}

TEST_CASE("D7: a renewal at t sets the expiry to t + 90 days") {
  CHECK(issue(kDefault, kSecondToken, KeyNumber{0}, day(31)) ==
        ClientToken{kSecondToken, day(31), day(121), KeyNumber{0}});
  CHECK(issue(kDefault, kSecondToken, KeyNumber{0}, day(90) - kSecond).expires ==
        day(180) - kSecond);
}

// ---- What follows from the answer --------------------------------------------------------------

TEST_CASE("D7: a renewed token takes the old one's place") {
  const Client client =
      heard(renewing_at(Endpoint::cmg),
            answer(renewal_at(Endpoint::cmg), kGranted, token_issued(day(31), 2)));
  CHECK(client.state == LifecycleState::roaming);
  CHECK(client.token == token_issued(day(31), 2));
}

TEST_CASE("a renewal's answer leaves the client as its last connected network says") {
  const Client asked_on_internet = renewing_at(Endpoint::cmg);
  const Answer granted = answer(renewal_at(Endpoint::cmg), kGranted, token_issued(day(31), 2));
  const Answer down = answer(renewal_at(Endpoint::cmg), failed(FailureReason::endpoint_down));
  CHECK(heard(asked_on_internet, granted).state == LifecycleState::roaming);
  CHECK(heard(asked_on_internet, down).state == LifecycleState::roaming);
  CHECK(heard(moved(asked_on_internet, Network::offline), down).state == LifecycleState::roaming);
  CHECK(heard(moved(asked_on_internet, Network::intranet), down).state ==
        LifecycleState::registered);
}

TEST_CASE("an answer that brings a token after the old one expired still counts") {
  const Client late = after({TokenExpired{kFirstToken}}, renewing_at(Endpoint::cmg));
  REQUIRE(late.state == LifecycleState::expired);
  const Client client =
      heard(late, answer(renewal_at(Endpoint::cmg), kGranted, token_issued(day(89), 2)));
  CHECK(client.state == LifecycleState::roaming);
  CHECK(client.token == token_issued(day(89), 2));
}

TEST_CASE("a refused or failed renewal whose token expired meanwhile leaves it expired") {
  const Client late = after({TokenExpired{kFirstToken}}, renewing_at(Endpoint::cmg));
  CHECK(heard(late, answer(renewal_at(Endpoint::cmg), refused(RefusalReason::client_outdated)))
            .state == LifecycleState::expired);
  CHECK(heard(late, answer(renewal_at(Endpoint::cmg), failed(FailureReason::sts_down))).state ==
        LifecycleState::expired);
}

TEST_CASE("A8 A9 A10: a renewal refused for a reason that ends the token says so in two events") {
  for (const RefusalReason reason :
       {RefusalReason::client_blocked, RefusalReason::unknown_signer, RefusalReason::expired}) {
    const Answer no = answer(renewal_at(Endpoint::cmg), refused(reason));
    const AnswerEffects told = apply_answer(renewing_at(Endpoint::cmg), no);
    CHECK(told.first == ClientEvent{RenewalRefused{Endpoint::cmg, reason}});
    CHECK(told.then == ReRegistrationRequired{Endpoint::cmg, reason});

    const Client client = heard(renewing_at(Endpoint::cmg), no);
    CHECK(client.state == LifecycleState::re_registration_required);
    CHECK_FALSE(client.token.exists());
  }
}

TEST_CASE("D11: a renewal refused for an outdated client leaves it with its token") {
  const Answer no = answer(renewal_at(Endpoint::cmg), refused(RefusalReason::client_outdated));
  const Client client = heard(renewing_at(Endpoint::cmg), no);
  CHECK(client.state == LifecycleState::roaming);
  CHECK(client.token == token_issued(day(0)));
}

TEST_CASE("an answer that is lost has failed, whatever it said, and changes no token") {
  const Client renewing = renewing_at(Endpoint::cmg);
  for (const Verdict& verdict : {kGranted, refused(RefusalReason::client_blocked)}) {
    const Answer gone = lost(answer(renewal_at(Endpoint::cmg), verdict, token_issued(day(31), 2)));
    CHECK(apply_answer(renewing, gone).first ==
          ClientEvent{RenewalFailed{Endpoint::cmg, FailureReason::answer_lost}});
    CHECK_FALSE(apply_answer(renewing, gone).then);
    CHECK(heard(renewing, gone).token == token_issued(day(0)));
  }
}

TEST_CASE("a request that failed at the endpoint keeps that reason when the answer is lost too") {
  const Answer both =
      lost(answer(registration_at(Endpoint::mp), failed(FailureReason::endpoint_down)));
  CHECK(apply_answer(installed(Network::intranet), both).first ==
        ClientEvent{RegistrationFailed{Endpoint::mp, FailureReason::endpoint_down}});
}

TEST_CASE("a refused registration is that and no more: it changes no state") {
  for (std::size_t i = 0; i < kCount<RefusalReason>; ++i) {
    const auto reason = static_cast<RefusalReason>(i);
    const AnswerEffects told = apply_answer(expired(Network::intranet),
                                            answer(registration_at(Endpoint::mp), refused(reason)));
    CHECK(told.first == ClientEvent{RegistrationRefused{Endpoint::mp, reason}});
    CHECK_FALSE(told.then);
  }
}

TEST_CASE("an exchange is no event, unless its refusal ends the token") {
  const Request exchange = exchange_at(Endpoint::cmg);
  CHECK_FALSE(apply_answer(roaming(), answer(exchange, kGranted)).first);
  CHECK_FALSE(
      apply_answer(roaming(), answer(exchange, failed(FailureReason::endpoint_down))).first);
  CHECK_FALSE(
      apply_answer(roaming(), answer(exchange, refused(RefusalReason::user_centric))).first);
  CHECK_FALSE(
      apply_answer(roaming(), lost(answer(exchange, refused(RefusalReason::client_blocked))))
          .first);
  CHECK(apply_answer(roaming(), answer(exchange, refused(RefusalReason::client_blocked))).first ==
        ClientEvent{ReRegistrationRequired{Endpoint::cmg, RefusalReason::client_blocked}});
}

// ---- When a client asks again ------------------------------------------------------------------

TEST_CASE("after a failure a client waits an hour from the request on, after a refusal a day") {
  const Request requests[] = {registration_at(Endpoint::mp), renewal_at(Endpoint::mp)};
  for (const Request& request : requests) {
    const auto until = [&](const Answer& answer) { return silent_until(answer, kDefault, day(5)); };
    CHECK(until(answer(request, kGranted)) == day(5));
    CHECK(until(answer(request, failed(FailureReason::sts_down))) == day(5) + hours{1});
    CHECK(until(lost(answer(request, kGranted))) == day(5) + hours{1});
    CHECK(until(lost(answer(request, refused(RefusalReason::expired)))) == day(5) + hours{1});
    CHECK(until(answer(request, refused(RefusalReason::expired))) == day(6));
  }
}

TEST_CASE("exchanges start no wait") {
  const Request exchange = exchange_at(Endpoint::cmg);
  for (const Verdict& verdict :
       {kGranted, refused(RefusalReason::client_blocked), failed(FailureReason::endpoint_down)}) {
    CHECK(silent_until(answer(exchange, verdict), kDefault, day(5)) == day(5));
    CHECK(silent_until(lost(answer(exchange, verdict)), kDefault, day(5)) == day(5));
  }
}

// ---- Expiry and the way back -------------------------------------------------------------------

TEST_CASE("R57 A6: a held token expires 90 days after issue by the site's clock, plus leeway") {
  Policy lenient;
  lenient.leeway = minutes{5};
  for (const Client& client : {registered(), roaming(), renewing_at(Endpoint::mp)}) {
    CHECK(next_expiry(client, kDefault) == day(90));
    CHECK(next_expiry(client, lenient) == day(90) + minutes{5});
  }
}

TEST_CASE("D10: what holds no live token never expires") {
  for (const Client& client : {Client{}, installed(Network::intranet), expired(Network::intranet),
                               re_registration_required(Network::internet)}) {
    CHECK(next_expiry(client, kDefault) == kNever);
  }
}

TEST_CASE("R60 D8 A10: an expired client that reaches an MP registers again at once") {
  CHECK(ask(expired(Network::intranet), kRenewalIsDue, kDefault) == registration_at(Endpoint::mp));
  CHECK(judge(expired(Network::intranet), registration_at(Endpoint::mp), SiteView{}, kDefault,
              day(200)) == kGranted);
}

TEST_CASE(
    "D8 R18: an HTTPS MP takes back no client that has nothing but a self-signed certificate") {
  Policy https;
  https.mp = MpMode::https;
  for (Client client : {expired(Network::intranet), re_registration_required(Network::intranet)}) {
    const auto request = ask(client, kOrdinaryContact, https);
    REQUIRE(request == registration_at(Endpoint::mp));
    CHECK(judge(client, *request, SiteView{}, https, day(200)) ==
          refused(RefusalReason::credential_required));
  }
  const Client pki = expired(Network::intranet, Credential::pki);
  CHECK(judge(pki, *ask(pki, kOrdinaryContact, https), SiteView{}, https, day(200)) == kGranted);
}

TEST_CASE("A10: an expired client on the internet learns of it from the refusal of its token") {
  const Client client = expired(Network::internet);
  const Request request = *ask(client, kRenewalIsDue, kDefault);
  CHECK(request == exchange_at(Endpoint::cmg));
  const Verdict verdict = judge(client, request, SiteView{}, kDefault, day(90));
  CHECK(verdict == refused(RefusalReason::expired));
  CHECK(heard(client, answer(request, verdict)).state == LifecycleState::re_registration_required);
}

TEST_CASE("R60 D8: on the internet a client that must register again waits for the intranet") {
  CHECK(ask(re_registration_required(Network::internet), kRenewalIsDue, kDefault) ==
        Failed<NoRequest>(NoRequest::waits_for_intranet));
  CHECK(ask(re_registration_required(Network::intranet), kRenewalIsDue, kDefault) ==
        registration_at(Endpoint::mp));
}

TEST_CASE("A7 R60: a new bulk token is no way back for an expired client") {
  for (Client client : {expired(Network::internet), re_registration_required(Network::internet)}) {
    client.bulk = kBulkGuid;
    const auto request = ask(client, kOrdinaryContact, kDefault);
    CHECK((!request || request->credential != Credential::bulk));
  }
}

TEST_CASE("R28: re-registration shows no bulk token, not even at an HTTPS MP") {
  Policy https;
  https.mp = MpMode::https;
  for (Client client : {expired(Network::intranet), re_registration_required(Network::intranet)}) {
    client.bulk = kBulkGuid;
    CHECK(ask(client, kOrdinaryContact, https) == registration_at(Endpoint::mp));
  }
}

TEST_CASE("A11: PKI and Entra clients register again over the CMG and are never stranded") {
  for (const Credential credential : {Credential::pki, Credential::entra}) {
    for (const Client& client : {expired(Network::internet, credential),
                                 re_registration_required(Network::internet, credential)}) {
      const Request request{RequestKind::registration, Endpoint::cmg, credential, {}};
      CHECK(ask(client, kOrdinaryContact, kDefault) == request);
      CHECK(judge(client, request, SiteView{}, kDefault, day(200)) == kGranted);
    }
  }
}

TEST_CASE("A8: an unblocked client that lost its token registers again at an MP") {
  const Client refused_by_block = after(
      {ReRegistrationRequired{Endpoint::mp, RefusalReason::client_blocked}}, blocked(registered()));
  CHECK(judge(refused_by_block, registration_at(Endpoint::mp), SiteView{}, kDefault, day(2)) ==
        refused(RefusalReason::client_blocked));
  const Client unblocked = after({ClientUnblocked{}}, refused_by_block);
  CHECK(ask(unblocked, kOrdinaryContact, kDefault) == registration_at(Endpoint::mp));
  CHECK(judge(unblocked, registration_at(Endpoint::mp), SiteView{}, kDefault, day(2)) == kGranted);
}

TEST_CASE("a client that comes back online is registered or roaming by where it is") {
  const Client offline = moved(registered(), Network::offline);
  CHECK(offline.state == LifecycleState::registered);
  CHECK(moved(offline, Network::intranet).state == LifecycleState::registered);
  CHECK(moved(offline, Network::internet).state == LifecycleState::roaming);
  CHECK(moved(moved(roaming(), Network::offline), Network::internet).state ==
        LifecycleState::roaming);
}

}  // namespace
}  // namespace tokenlife::test
