// What an adapter has to answer, by the rules; and what is wrong with what it does.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "core/site_policy.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "core/token/token.hpp"
#include "sim/conform/certificates.hpp"
#include "sim/conform/check_answer.hpp"
#include "sim/conform/client_model.hpp"
#include "sim/conform/site_model.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using namespace std::chrono_literals;
using nlohmann::json;

const Instant kBegin = at(std::chrono::days{20'454});  // 2026-01-01

Hello able_to_do_all() {
  Hello hello;
  for (std::size_t i = 0; i < kCount<Ability>; ++i) hello.can.insert(static_cast<Ability>(i));
  hello.reasons = true;
  return hello;
}

Policy product_policy() {
  Policy policy;
  policy.bulk_leeway = policy.leeway;
  return policy;
}

// A history that is told step by step; steps are numbered from 2.
class Told {
 public:
  explicit Told(Role role, const Policy& policy = product_policy())
      : hello_(able_to_do_all()), model_(make_model(role, hello_)) {
    Step reset;
    reset.op = Op::reset;
    reset.policy = policy;
    reset.client = "a";
    reset.has_bulk = role == Role::client;
    take(reset, 0s);
  }

  Expected take(Step step, Duration after) {
    step.id = ++last_;
    step.now = kBegin + after;
    REQUIRE(model_->can_take(step));
    return model_->take(step);
  }
  Expected register_client(Duration after, Credential credential = Credential::self_signed,
                           StepId bulk = 0) {
    Step step;
    step.op = Op::register_client;
    step.client = "a";
    step.certificate = certificate_pool()[0];
    step.credential = credential;
    if (bulk != 0) {
      step.token = ShownToken{bulk, ShownToken::Change::none, 0};
      step.via = Endpoint::cmg;
    }
    return take(step, after);
  }
  Expected exchange(StepId token, Duration after, std::size_t certificate = 0) {
    Step step;
    step.op = Op::exchange;
    step.client = certificate == 0 ? "a" : "b";
    step.certificate = certificate_pool()[certificate];
    step.token = ShownToken{token, ShownToken::Change::none, 0};
    return take(step, after);
  }
  Expected bulk(Op op, Duration after, StepId of = 0) {
    Step step;
    step.op = op;
    step.of = of;
    return take(step, after);
  }
  Expected contact(Network network, Duration after, bool starts = false) {
    Step step;
    step.op = Op::contact;
    step.network = network;
    step.agent_start = starts;
    return take(step, after);
  }
  void answer(GivenAnswer given, const char* reason, Duration after) {
    Step step;
    step.op = Op::answer;
    step.given = given;
    step.reason = reason;
    step.not_before = kBegin + after;
    step.expires = kBegin + after + 90 * 24h;
    take(step, after);
  }
  Expected state(Duration after) {
    Step step;
    step.op = Op::state;
    return take(step, after);
  }

 private:
  Hello hello_;
  std::unique_ptr<Model> model_;
  StepId last_ = 1;
};

bool is_refused(const Expected& expected, std::string_view reason) {
  return expected.kind == Expected::Kind::refused && expected.reasons.contains(reason);
}
bool names(const RuleIds& rules, std::string_view id) {
  const auto& ids = rules.ids();
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

TEST_CASE("A5, A6: a client token is good up to the second of its expiry, and for the leeway") {
  Policy policy = product_policy();
  policy.leeway = 5min;
  Told site(Role::site, policy);
  const Expected granted = site.register_client(0s);
  CHECK(granted.kind == Expected::Kind::token);
  CHECK(granted.expires == kBegin + 90 * 24h);
  CHECK(site.exchange(3, 90 * 24h - 1s).kind == Expected::Kind::granted);
  CHECK(names(site.exchange(3, 90 * 24h + 299s).rules, "A6"));
  const Expected late = site.exchange(3, 90 * 24h + 300s);
  CHECK(is_refused(late, "expired"));
  CHECK(names(late.rules, "A5"));
  // Before its not-before, within the leeway, the rules leave it open.
  CHECK(site.exchange(3, 90 * 24h + 300s - 24h).kind == Expected::Kind::granted);
}

TEST_CASE("a clock that is behind makes a token one of the future") {
  Told site(Role::site);
  site.register_client(0s);
  const Expected early = site.exchange(3, -1s);
  CHECK(is_refused(early, "not-yet-valid"));
  CHECK(!early.open);
  Policy policy = product_policy();
  policy.leeway = 1min;
  Told lenient(Role::site, policy);
  lenient.register_client(0s);
  CHECK(lenient.exchange(3, -60s).open);
  CHECK(!lenient.exchange(3, -61s).open);
}

TEST_CASE("D2: an unblock after its expiry does not revive a bulk token") {
  Told site(Role::site);
  site.bulk(Op::issue_bulk_token, 0s);
  site.bulk(Op::block_bulk_token, 1h, 3);
  CHECK(is_refused(site.register_client(2h, Credential::bulk, 3), "bulk-token-blocked"));
  site.bulk(Op::unblock_bulk_token, 3h, 3);
  const Expected again = site.register_client(72h - 1s, Credential::bulk, 3);
  CHECK(again.kind == Expected::Kind::token);
  CHECK(names(again.rules, "R55"));
  CHECK(is_refused(site.register_client(72h, Credential::bulk, 3), "bulk-token-expired"));
}

TEST_CASE("of several that hold, the last in the list is a bulk token's status") {
  Told site(Role::site);
  site.bulk(Op::issue_bulk_token, 0s);
  const auto status = [&](Duration after) {
    return std::string(site.bulk(Op::list, after).listed.at(0).status);
  };
  CHECK(status(-1s) == "not-yet-valid");
  CHECK(status(0s) == "active");
  site.bulk(Op::block_bulk_token, 0s, 3);
  CHECK(status(-1s) == "blocked");
  site.bulk(Op::rotate, 1h);
  site.bulk(Op::retire, 1h, 2);
  CHECK(status(72h - 1s) == "signer-retired");
  CHECK(status(72h) == "expired");
}

TEST_CASE("D6, R24, A9: another's certificate, the other kind, and a retired key are refused") {
  Told site(Role::site);
  site.register_client(0s);
  site.bulk(Op::issue_bulk_token, 0s);
  CHECK(is_refused(site.exchange(3, 1h, 1), "certificate-mismatch"));
  const Expected other_kind = site.exchange(4, 1h);
  CHECK(is_refused(other_kind, "wrong-type"));
  CHECK(names(other_kind.rules, "R24"));
  site.bulk(Op::rotate, 2h);
  CHECK(names(site.exchange(3, 2h).rules, "A9"));
  site.bulk(Op::retire, 3h, 2);
  CHECK(is_refused(site.exchange(3, 3h), "unknown-signer"));
  CHECK(is_refused(site.register_client(3h, Credential::bulk, 4), "unknown-signer"));
}

TEST_CASE("lifetimes of bulk tokens are whole minutes from 1 to 10,080") {
  Told site(Role::site);
  const auto granted = [&](const char* lifetime) {
    Step step;
    step.op = Op::issue_bulk_token;
    step.lifetime = lifetime;
    const Expected expected = site.take(step, 0s);
    return expected.kind == Expected::Kind::bulk_token ? (expected.expires - kBegin).count() : -1;
  };
  CHECK(granted("1") == 60);
  CHECK(granted("10080") == 604'800);
  for (const char* wrong : {"0", "-1", "10081", "1.5", "\"60\"", "true", "[]", "{}", "1e300",
                            "9223372036854775807", "18446744073709551615"}) {
    INFO(wrong);
    CHECK(granted(wrong) == -1);
  }
}

// ---- The client --------------------------------------------------------------------------------

TEST_CASE("R56, R59: a client renews 30 days after issue, and not a second before") {
  Told client(Role::client);
  const Expected first = client.contact(Network::internet, 0s);
  CHECK(first.ask.asks == "register");
  CHECK(first.ask.via == Endpoint::cmg);
  CHECK(first.ask.token == 2);  // the bulk token of the reset
  client.answer(GivenAnswer::token, "", 0s);
  CHECK(client.contact(Network::internet, 30 * 24h - 1s).ask.asks == "exchange");
  client.answer(GivenAnswer::nothing, "", 30 * 24h - 1s);
  const Expected due = client.contact(Network::internet, 30 * 24h);
  CHECK(due.ask.asks == "renew");
  CHECK(names(due.rules, "R59"));
  CHECK(client.state(30 * 24h).state == "renewing");
  CHECK(client.contact(Network::internet, 30 * 24h + 1s).ask.asks == "nothing");
}

TEST_CASE("a client waits after no, unless its network changes or its agent starts") {
  Told client(Role::client);
  client.contact(Network::intranet, 0s);
  client.answer(GivenAnswer::refused, "client-outdated", 30s);
  CHECK(client.contact(Network::intranet, 24h - 1s).ask.asks == "nothing");
  CHECK(client.contact(Network::intranet, 24h).ask.asks == "register");
  client.answer(GivenAnswer::failed, "answer-lost", 24h);
  CHECK(client.contact(Network::intranet, 25h - 1s).ask.asks == "nothing");
  CHECK(client.contact(Network::intranet, 25h - 1s, true).ask.asks == "register");
  client.answer(GivenAnswer::failed, "answer-lost", 25h);
  CHECK(client.contact(Network::internet, 25h).ask.asks == "register");
}

TEST_CASE(
    "A10, R60: an expired client on the internet learns it, and then waits for the intranet") {
  Told client(Role::client);
  client.contact(Network::intranet, 0s);
  client.answer(GivenAnswer::token, "", 0s);
  CHECK(client.state(90 * 24h - 1s).state == "registered");
  const Expected expired = client.state(90 * 24h);
  CHECK(expired.state == "expired");
  CHECK(expired.may_serve_nothing);
  CHECK(client.contact(Network::internet, 90 * 24h).ask.asks == "exchange");
  client.answer(GivenAnswer::refused, "expired", 90 * 24h);
  CHECK(client.state(90 * 24h).state == "re-registration-required");
  CHECK(client.contact(Network::internet, 91 * 24h).ask.asks == "nothing");
  const Expected back = client.contact(Network::intranet, 91 * 24h);
  CHECK(back.ask.asks == "register");
  CHECK(back.ask.token == 0);  // R28: no bulk token
}

// ---- Answers -----------------------------------------------------------------------------------

namespace {

std::string kind_of_difference(const Expected& expected, const json& answer, Op op = Op::renew) {
  const Hello hello = able_to_do_all();
  const std::map<StepId, Brought> brought{{3, {"an-earlier-token", "", ""}}};
  Step step;
  step.op = op;
  Brought now;
  const auto difference =
      check_answer(step, expected, answer, {hello, Role::site, brought, {}}, now);
  return difference ? difference->kind : "none";
}

}  // namespace

TEST_CASE("each lie in a granted token is told by what it is") {
  Expected expected;
  expected.kind = Expected::Kind::token;
  expected.not_before = kBegin;
  expected.expires = kBegin + 90 * 24h;
  const auto with = [&](const char* key, const json& value) {
    json granted{{"token", "abc"},
                 {"not-before", "2026-01-01T00:00:00Z"},
                 {"expires", "2026-04-01T00:00:00Z"}};
    granted[key] = value;
    return kind_of_difference(expected, {{"granted", granted}});
  };
  CHECK(with("more", 1) == "none");
  CHECK(with("token", "an-earlier-token") == "renew distinct");
  CHECK(with("token", "with blank") == "renew shape");
  CHECK(with("token", "") == "renew shape");
  CHECK(with("token", std::string(16 * 1024 + 1, 'a')) == "renew shape");
  CHECK(with("token", std::string(16 * 1024, 'a')) == "none");
  CHECK(with("token", 7) == "renew shape");
  CHECK(with("not-before", "2026-01-01T00:00:01Z") == "renew not-before");
  CHECK(with("expires", "2026-03-31T23:59:59Z") == "renew expires");
  CHECK(with("expires", "2026-04-01T00:00:00+00:00") == "renew shape");
  CHECK(with("expires", nullptr) == "renew shape");
  CHECK(kind_of_difference(expected, {{"granted", json::array()}}) == "renew shape");
  CHECK(kind_of_difference(expected, json::object()) == "renew shape");
  CHECK(kind_of_difference(expected, {{"refused", "expired"}}) == "renew refused");
  CHECK(kind_of_difference(expected, {{"error", "no"}}) == "renew error");
}

TEST_CASE("a refusal has to be for a reason that holds") {
  Expected expected;
  expected.kind = Expected::Kind::refused;
  expected.reasons = {"expired", "client-blocked"};
  CHECK(kind_of_difference(expected, {{"refused", "expired"}}) == "none");
  CHECK(kind_of_difference(expected, {{"refused", "client-blocked"}}) == "none");
  CHECK(kind_of_difference(expected, {{"refused", "malformed"}}) == "renew reason");
  CHECK(kind_of_difference(expected, {{"refused", json::object()}}) == "renew shape");
  CHECK(kind_of_difference(expected, {{"granted", json::object()}}) == "renew granted");
  expected.open = true;
  CHECK(kind_of_difference(expected, {{"granted", json::object()}}) == "none");
}

TEST_CASE("a JWT is looked into: RS256, dates, kind, and whose it is") {
  const PrivateKey key = PrivateKey::generate(KeyKind::rsa);
  const std::chrono::sys_seconds begin{kBegin.time_since_epoch()};
  const auto certificate = Certificate::self_signed(key, {"site", begin, begin + 24h});
  const auto mine = *Certificate::from_pem(certificate_pool()[0]);
  const Guid tenant{1, 2};
  const Secret signed_token = sign_token(ClientClaims{{begin, begin + 1h},
                                                      tenant,
                                                      TokenSerial::of({0}, 1),
                                                      Credential::self_signed,
                                                      mine.sha256()},
                                         key, certificate);
  const std::string client(signed_token.reveal());
  JwtContext context{false, tenant, "", std::string(certificate_pool()[0]), kBegin, kBegin + 1h};
  CHECK(!fault_of_jwt(client, context));
  const auto rules = [&](const JwtContext& other) {
    const auto fault = fault_of_jwt(client, other);
    return fault ? std::string(fault->rules.ids().at(0)) : "";
  };
  JwtContext other = context;
  other.certificate = certificate_pool()[1];
  CHECK(rules(other) == "D6");
  other = context;
  other.expires = kBegin + 1h + 1s;
  CHECK(rules(other) == "R57");
  other = context;
  other.is_bulk = true;
  CHECK(rules(other) == "R24");
  const Guid guid{5, 6};
  const std::string bulk(
      sign_token(BulkClaims{{begin, begin + 1h}, tenant, guid}, key, certificate).reveal());
  context.is_bulk = true;
  context.guid = to_string(guid);
  CHECK(!fault_of_jwt(bulk, context));
  other = context;
  other.guid = to_string(tenant);
  CHECK(fault_of_jwt(bulk, other)->rules.ids().at(0) == "R41");
  other = context;
  other.tenant = {1, 3};
  CHECK(fault_of_jwt(bulk, other)->rules.ids().at(0) == "R4");
  other = context;
  other.is_bulk = false;
  CHECK(fault_of_jwt(bulk, other)->rules.ids().at(0) == "R24");
  CHECK(fault_of_jwt("a.b", context));
  CHECK(fault_of_jwt("", context));
  CHECK(fault_of_jwt(client + ".", context));
}

}  // namespace tokenlife::test
