// Who may register, where, and with what: R2, R5-R20, R24-R28, A8, A11.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>

#include "core/request.hpp"
#include "core/token_life.hpp"
#include "core/verdict.hpp"
#include "support/story.hpp"

namespace tokenlife::test {
namespace {

// What a newly installed client with a good bulk token in its site's hands is told at its first
// contact: "granted", a refusal, or why it does not even ask.
std::string told(const Client& client, const Policy& policy) {
  const auto request = ask(client, kOrdinaryContact, policy);
  if (!request) return "silent: " + std::string(name(request.error()));
  REQUIRE(request->kind == RequestKind::registration);
  const Verdict verdict =
      judge(client, *request, site_that_knows(known_bulk_token()), policy, day(1));
  return Catch::StringMaker<Verdict>::convert(verdict);
}

// ---- The full table ----------------------------------------------------------------------------

struct RegistrationRow {
  Network on;
  MpMode mp;
  bool internal_registration;
  Credential credential;
  bool holds_bulk_token;
  std::string_view told;
};

constexpr auto kIntranet = Network::intranet;
constexpr auto kInternet = Network::internet;
constexpr auto kHttp = MpMode::enhanced_http;
constexpr auto kHttps = MpMode::https;
constexpr auto kSelfSigned = Credential::self_signed;
constexpr auto kPki = Credential::pki;
constexpr auto kEntra = Credential::entra;
constexpr std::string_view kR16 = "refused: internal-registration-off";
constexpr std::string_view kR18 = "refused: credential-required";
constexpr std::string_view kR20 = "silent: no-credential";

// clang-format off
constexpr RegistrationRow kTable[] = {
    // on        MP      internal  credential   bulk   told
    {kIntranet, kHttp,  true,  kSelfSigned, false, "granted"},  // R12, R14
    {kIntranet, kHttp,  true,  kSelfSigned, true,  "granted"},
    {kIntranet, kHttp,  true,  kPki,        false, "granted"},  // A11
    {kIntranet, kHttp,  true,  kPki,        true,  "granted"},
    {kIntranet, kHttp,  true,  kEntra,      false, "granted"},
    {kIntranet, kHttp,  true,  kEntra,      true,  "granted"},
    {kIntranet, kHttp,  false, kSelfSigned, false, kR16},       // R16
    {kIntranet, kHttp,  false, kSelfSigned, true,  kR16},       // not asked for, so not shown
    {kIntranet, kHttp,  false, kPki,        false, "granted"},
    {kIntranet, kHttp,  false, kPki,        true,  "granted"},
    {kIntranet, kHttp,  false, kEntra,      false, "granted"},
    {kIntranet, kHttp,  false, kEntra,      true,  "granted"},
    {kIntranet, kHttps, true,  kSelfSigned, false, kR18},       // R17, R18
    {kIntranet, kHttps, true,  kSelfSigned, true,  "granted"},  // R18
    {kIntranet, kHttps, true,  kPki,        false, "granted"},  // R18
    {kIntranet, kHttps, true,  kPki,        true,  "granted"},
    {kIntranet, kHttps, true,  kEntra,      false, "granted"},  // R18
    {kIntranet, kHttps, true,  kEntra,      true,  "granted"},
    {kIntranet, kHttps, false, kSelfSigned, false, kR16},
    {kIntranet, kHttps, false, kSelfSigned, true,  "granted"},
    {kIntranet, kHttps, false, kPki,        false, "granted"},
    {kIntranet, kHttps, false, kPki,        true,  "granted"},
    {kIntranet, kHttps, false, kEntra,      false, "granted"},
    {kIntranet, kHttps, false, kEntra,      true,  "granted"},
    {kInternet, kHttp,  true,  kSelfSigned, false, kR20},       // R6, R19
    {kInternet, kHttp,  true,  kSelfSigned, true,  "granted"},  // R20, R23
    {kInternet, kHttp,  true,  kPki,        false, "granted"},  // A11
    {kInternet, kHttp,  true,  kPki,        true,  "granted"},
    {kInternet, kHttp,  true,  kEntra,      false, "granted"},
    {kInternet, kHttp,  true,  kEntra,      true,  "granted"},
    {kInternet, kHttp,  false, kSelfSigned, false, kR20},
    {kInternet, kHttp,  false, kSelfSigned, true,  "granted"},  // R16 is about MPs
    {kInternet, kHttp,  false, kPki,        false, "granted"},
    {kInternet, kHttp,  false, kPki,        true,  "granted"},
    {kInternet, kHttp,  false, kEntra,      false, "granted"},
    {kInternet, kHttp,  false, kEntra,      true,  "granted"},
    {kInternet, kHttps, true,  kSelfSigned, false, kR20},
    {kInternet, kHttps, true,  kSelfSigned, true,  "granted"},
    {kInternet, kHttps, true,  kPki,        false, "granted"},
    {kInternet, kHttps, true,  kPki,        true,  "granted"},
    {kInternet, kHttps, true,  kEntra,      false, "granted"},
    {kInternet, kHttps, true,  kEntra,      true,  "granted"},
    {kInternet, kHttps, false, kSelfSigned, false, kR20},
    {kInternet, kHttps, false, kSelfSigned, true,  "granted"},
    {kInternet, kHttps, false, kPki,        false, "granted"},
    {kInternet, kHttps, false, kPki,        true,  "granted"},
    {kInternet, kHttps, false, kEntra,      false, "granted"},
    {kInternet, kHttps, false, kEntra,      true,  "granted"},
};
// clang-format on

Client client_of(const RegistrationRow& row) {
  return installed(row.on, row.credential, row.holds_bulk_token ? kBulkGuid : Guid{});
}

Policy policy_of(const RegistrationRow& row) {
  Policy policy;
  policy.mp = row.mp;
  policy.internal_registration = row.internal_registration;
  return policy;
}

std::string words(const RegistrationRow& row) {
  return std::string(name(row.on)) + ", MP " + std::string(name(row.mp)) +
         (row.internal_registration ? "" : ", internal registration off") + ", " +
         std::string(name(row.credential)) + (row.holds_bulk_token ? " and a bulk token" : "");
}

TEST_CASE("R6 R12-R20 A11: who may register, by network, MP and credential") {
  for (const RegistrationRow& row : kTable) {
    INFO(words(row));
    CHECK(told(client_of(row), policy_of(row)) == row.told);
  }
}

TEST_CASE("A8 R5 D11: a blocked or outdated client is refused, whatever it shows") {
  for (const RegistrationRow& row : kTable) {
    INFO(words(row));
    const Client client = client_of(row);
    const Policy policy = policy_of(row);
    const bool asks = row.told != kR20;
    const std::string silent{kR20};
    CHECK(told(blocked(client), policy) == (asks ? "refused: client-blocked" : silent));
    CHECK(told(outdated(client), policy) == (asks ? "refused: client-outdated" : silent));
    CHECK(told(blocked(outdated(client)), policy) == (asks ? "refused: client-blocked" : silent));
  }
}

// ---- What is asked -----------------------------------------------------------------------------

TEST_CASE("R13: a newly installed client asks to register at its first contact") {
  CHECK(ask(installed(Network::intranet), kOrdinaryContact, kDefault) ==
        Request{RequestKind::registration, Endpoint::mp, Credential::self_signed, {}});
}

TEST_CASE("R20 R23: over the CMG a client registers with its bulk token") {
  const Client client = installed(Network::internet, Credential::self_signed, kBulkGuid);
  CHECK(ask(client, kOrdinaryContact, kDefault) ==
        Request{RequestKind::registration, Endpoint::cmg, Credential::bulk, kBulkGuid});
}

TEST_CASE("R18: the bulk token is shown at an HTTPS MP, and not at an enhanced-HTTP MP") {
  const Client client = installed(Network::intranet, Credential::self_signed, kBulkGuid);
  Policy https;
  https.mp = MpMode::https;
  CHECK(ask(client, kOrdinaryContact, https) ==
        Request{RequestKind::registration, Endpoint::mp, Credential::bulk, kBulkGuid});
  CHECK(ask(client, kOrdinaryContact, kDefault) ==
        Request{RequestKind::registration, Endpoint::mp, Credential::self_signed, {}});
}

TEST_CASE("A11: PKI and Entra are shown before a bulk token") {
  for (const Credential credential : {Credential::pki, Credential::entra}) {
    const Client client = installed(Network::internet, credential, kBulkGuid);
    CHECK(ask(client, kOrdinaryContact, kDefault) ==
          Request{RequestKind::registration, Endpoint::cmg, credential, {}});
  }
}

TEST_CASE("R2: the CMG takes no client without a credential, also with enhanced HTTP") {
  const Client client = installed(Network::internet);
  for (const MpMode mp : {MpMode::enhanced_http, MpMode::https}) {
    Policy policy;
    policy.mp = mp;
    const Request bare{RequestKind::registration, Endpoint::cmg, Credential::self_signed, {}};
    CHECK(judge(client, bare, SiteView{}, policy, day(1)) ==
          refused(RefusalReason::credential_required));
  }
}

TEST_CASE("R10 R11: with the CMG setting off a client says nothing on the internet") {
  for (const Client& client :
       {installed(Network::internet, Credential::self_signed, kBulkGuid),
        installed(Network::internet, Credential::pki), roaming(), expired(Network::internet),
        re_registration_required(Network::internet)}) {
    const Client off = after({CmgAllowedChanged{false}}, client);
    CHECK(ask(off, kRenewalIsDue, kDefault) == Failed<NoRequest>(NoRequest::cmg_not_allowed));
  }
}

TEST_CASE("D9: with the CMG setting off a client still registers and renews on the intranet") {
  const auto off = [](const Client& client) { return after({CmgAllowedChanged{false}}, client); };
  CHECK(ask(off(installed(Network::intranet)), kOrdinaryContact, kDefault)->kind ==
        RequestKind::registration);
  CHECK(ask(off(registered()), kRenewalIsDue, kDefault)->kind == RequestKind::renewal);
}

TEST_CASE("A12: an offline client says nothing, and its state stays what it was") {
  for (const Client& client :
       {installed(Network::intranet), registered(), roaming(), renewing_at(Endpoint::cmg),
        expired(Network::internet), re_registration_required(Network::internet)}) {
    const Client offline = moved(client, Network::offline);
    CHECK(offline.state == client.state);
    CHECK(ask(offline, kRenewalIsDue, kDefault) == Failed<NoRequest>(NoRequest::offline));
  }
}

TEST_CASE("a client that is not installed says nothing") {
  CHECK(ask(Client{}, kOrdinaryContact, kDefault) == Failed<NoRequest>(NoRequest::not_installed));
}

TEST_CASE("a client with a request under way makes no other") {
  const Client registering =
      after({RegistrationRequested{Endpoint::mp, Credential::self_signed, {}}},
            installed(Network::intranet));
  const Client renewed_late = after({TokenExpired{kFirstToken}}, renewing_at(Endpoint::mp));
  for (const Client& client : {registering, renewing_at(Endpoint::mp), renewed_late}) {
    CHECK(ask(client, kRenewalIsDue, kDefault) == Failed<NoRequest>(NoRequest::answer_under_way));
  }
}

// ---- What the site judges ----------------------------------------------------------------------

TEST_CASE("R8 R9: a user-centric request is refused, except of an Entra client") {
  const auto user = [](Credential credential) {
    return Request{RequestKind::exchange, Endpoint::cmg, credential, {}, Scope::user};
  };
  const auto judged = [&](Credential credential) {
    return judge(roaming(day(0), credential), user(credential), SiteView{}, kDefault, day(1));
  };
  CHECK(judged(Credential::self_signed) == refused(RefusalReason::user_centric));
  CHECK(judged(Credential::pki) == refused(RefusalReason::user_centric));
  CHECK(judged(Credential::entra) == kGranted);
}

TEST_CASE("R24: a client's own token is no bulk token, so a refused bulk token refuses it all") {
  const Client client = installed(Network::internet, Credential::self_signed, kBulkGuid);
  const Request shows_bulk{RequestKind::registration, Endpoint::cmg, Credential::bulk, kBulkGuid};
  CHECK(judge(client, shows_bulk, SiteView{}, kDefault, day(1)) ==
        refused(RefusalReason::bulk_token_unknown));
}

TEST_CASE("an endpoint that is down judges nothing, and blocks nothing") {
  SiteView down = site_that_knows(known_bulk_token());
  down.endpoint_up = false;
  const Client client = blocked(installed(Network::internet, Credential::self_signed, kBulkGuid));
  const Request request{RequestKind::registration, Endpoint::cmg, Credential::bulk, kBulkGuid};
  CHECK(judge(client, request, down, kDefault, day(1)) == failed(FailureReason::endpoint_down));
}

TEST_CASE("without the STS registrations and renewals fail, and exchanges go on") {
  SiteView no_sts;
  no_sts.sts_up = false;
  const auto judged = [&](RequestKind kind) {
    return judge(registered(), Request{kind, Endpoint::mp, Credential::self_signed, {}}, no_sts,
                 kDefault, day(1));
  };
  CHECK(judged(RequestKind::registration) == failed(FailureReason::sts_down));
  CHECK(judged(RequestKind::renewal) == failed(FailureReason::sts_down));
  CHECK(judged(RequestKind::exchange) == kGranted);
}

TEST_CASE("an endpoint that is down is named before the STS, and both before a block") {
  SiteView down;
  down.sts_up = false;
  const Request request{RequestKind::renewal, Endpoint::mp, Credential::self_signed, {}};
  CHECK(judge(blocked(registered()), request, down, kDefault, day(1)) ==
        failed(FailureReason::sts_down));
  down.endpoint_up = false;
  CHECK(judge(blocked(registered()), request, down, kDefault, day(1)) ==
        failed(FailureReason::endpoint_down));
}

// ---- What follows ------------------------------------------------------------------------------

TEST_CASE("R4 R14 R57 D5: a registration brings a token of the client's own, good for 90 days") {
  const ClientToken token = issue(kDefault, kFirstToken, KeyNumber{3}, day(5));
  CHECK(token == ClientToken{kFirstToken, day(5), day(95), KeyNumber{3}});
  const ClientToken other =
      issue(kDefault, TokenSerial::of(ClientNumber{1}, 1), KeyNumber{3}, day(5));
  CHECK(token.serial != other.serial);
}

TEST_CASE("R12: registered over an MP is registered, R20: over the CMG is roaming") {
  CHECK(registered().state == LifecycleState::registered);
  const Client over_cmg = after({install(Network::internet, Credential::self_signed, kBulkGuid),
                                 RegistrationRequested{Endpoint::cmg, Credential::bulk, kBulkGuid},
                                 RegistrationCompleted{Endpoint::cmg, token_issued(day(0))}});
  CHECK(over_cmg.state == LifecycleState::roaming);
}

TEST_CASE(
    "R26 R27 R28: from its first registration on a client neither holds nor shows a bulk token") {
  const Client client = after({install(Network::internet, Credential::self_signed, kBulkGuid),
                               RegistrationRequested{Endpoint::cmg, Credential::bulk, kBulkGuid},
                               RegistrationCompleted{Endpoint::cmg, token_issued(day(0))}});
  CHECK(client.bulk.is_nil());
  CHECK(ask(client, kOrdinaryContact, kDefault) ==
        Request{RequestKind::exchange, Endpoint::cmg, Credential::self_signed, {}});
}

TEST_CASE("R28: a bulk token that was not needed is gone once the client is registered") {
  const Client client = after({install(Network::intranet, Credential::self_signed, kBulkGuid),
                               RegistrationRequested{Endpoint::mp, Credential::self_signed, {}},
                               RegistrationCompleted{Endpoint::mp, token_issued(day(0))}});
  CHECK(client.bulk.is_nil());
}

TEST_CASE("R25: a refused registration uses up the bulk token that it showed") {
  const Client asking = after({install(Network::internet, Credential::self_signed, kBulkGuid),
                               RegistrationRequested{Endpoint::cmg, Credential::bulk, kBulkGuid}});
  const Client refused =
      after({RegistrationRefused{Endpoint::cmg, RefusalReason::client_blocked}}, asking);
  CHECK(refused.state == LifecycleState::installed);
  CHECK(refused.bulk.is_nil());
  CHECK(ask(refused, kOrdinaryContact, kDefault) == Failed<NoRequest>(NoRequest::no_credential));
}

TEST_CASE("a refused registration that showed no bulk token leaves it to the client") {
  const Client refused = after({install(Network::intranet, Credential::self_signed, kBulkGuid),
                                RegistrationRequested{Endpoint::mp, Credential::self_signed, {}},
                                RegistrationRefused{Endpoint::mp, RefusalReason::client_blocked}});
  CHECK(refused.bulk == kBulkGuid);
}

TEST_CASE("a failed registration keeps the bulk token") {
  const Client asking = after({install(Network::internet, Credential::self_signed, kBulkGuid),
                               RegistrationRequested{Endpoint::cmg, Credential::bulk, kBulkGuid}});
  for (const FailureReason reason :
       {FailureReason::endpoint_down, FailureReason::sts_down, FailureReason::answer_lost}) {
    const Client failed = after({RegistrationFailed{Endpoint::cmg, reason}}, asking);
    CHECK(failed.bulk == kBulkGuid);
    CHECK(ask(failed, kOrdinaryContact, kDefault) ==
          Request{RequestKind::registration, Endpoint::cmg, Credential::bulk, kBulkGuid});
  }
}

TEST_CASE("A7: a reinstalled client has the bulk token that it is given, and no token") {
  for (const Client& client :
       {installed(Network::internet), roaming(), renewing_at(Endpoint::cmg),
        expired(Network::internet), re_registration_required(Network::internet)}) {
    const Client anew = after({ClientReinstalled{kOtherBulkGuid}}, client);
    CHECK(anew.state == LifecycleState::installed);
    CHECK_FALSE(anew.token.exists());
    CHECK(ask(anew, kOrdinaryContact, kDefault) ==
          Request{RequestKind::registration, Endpoint::cmg, Credential::bulk, kOtherBulkGuid});
    CHECK(after({ClientReinstalled{{}}}, client).bulk.is_nil());
  }
}

TEST_CASE("A8: a blocked client stays blocked when it is reinstalled") {
  CHECK(after({ClientReinstalled{kBulkGuid}}, blocked(roaming())).blocked);
}

}  // namespace
}  // namespace tokenlife::test
