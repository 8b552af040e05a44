// A15: settings that have to arrive. A14: credentials that expire. A16: where a client turns to.
#include <set>

#include "sim/run_of_text.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const std::string kTwoHundredDays = "[run]\nduration = \"200d\"\n";
std::string one_client(const std::string& keys, const std::string& network) {
  return "[[cohort]]\nname = \"c\"\nclients = 1\n" + keys + "\n[cohort.network]\n" + network + "\n";
}
std::string two_steps(const std::string& first, const std::string& at, const std::string& then) {
  return "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"" + first + "\" }, { at = \"" + at +
         "\", on = \"" + then + "\" } ]";
}
const std::string kInOffice = "model = \"fixed\"\non = \"intranet\"";
const std::string kAllowTheCmg =
    "[[action]]\nat = \"10d\"\ndo = \"set-cmg-allowed\"\ncohort = \"c\"\nvalue = true\n";

TEST_CASE("A15: a setting takes effect when the client hears of it, and one who left never does") {
  const std::string left =
      kTwoHundredDays + one_client("cmg-allowed = false", two_steps("intranet", "5d", "internet"));
  CHECK(all<CmgAllowedChanged>(stream_of(left + kAllowTheCmg)).empty());
  CHECK(all<TokenExpired>(stream_of(left + kAllowTheCmg)).size() == 1);
  const auto at_once = stream_of(left + kAllowTheCmg + "arrives = \"at-once\"\n");
  REQUIRE(all<CmgAllowedChanged>(at_once).size() == 1);
  CHECK(all<CmgAllowedChanged>(at_once)[0].first == at(days{10}));
  CHECK(all<TokenExpired>(at_once).empty());
  // On the intranet it is heard of at the next contact, and counts from the next one on.
  const auto heard = all<CmgAllowedChanged>(stream_of(
      kTwoHundredDays + one_client("cmg-allowed = false\ncontact-every = \"7h\"", kInOffice) +
      kAllowTheCmg));
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].first == at(245h));  // 35 x 7 h is the first contact from day 10 on
}

TEST_CASE("A15: the latest action counts, and what is the client's already is no event") {
  const std::string away =
      kTwoHundredDays + one_client("",
                                   "model = \"timeline\"\nsteps = [ { at = \"0d\", on = "
                                   "\"intranet\" }, { at = \"1d\", on = \"offline\" }, "
                                   "{ at = \"20d\", on = \"intranet\" } ]");
  const std::string forbid =
      "[[action]]\nat = \"5d\"\ndo = \"set-cmg-allowed\"\ncohort = \"c\"\nvalue = false\n";
  CHECK(all<CmgAllowedChanged>(stream_of(away + forbid)).size() == 1);
  CHECK(all<CmgAllowedChanged>(stream_of(away + forbid + kAllowTheCmg)).empty());
  const auto changed = stream_of(away + forbid +
                                 "[[action]]\nat = \"6d\"\ndo = \"set-policy\"\nrenew-after = "
                                 "\"10d\"\nrenew-on = \"contact\"\n"
                                 "[[action]]\nat = \"7d\"\ndo = \"set-policy\"\ncohort = "
                                 "\"c\"\nretry-after-failure = \"2h\"\n");
  const auto policy = all<ClientPolicyChanged>(changed);
  REQUIRE(policy.size() == 1);
  CHECK(policy[0].first == at(days{20}));
  CHECK(policy[0].second.changed == ClientPolicyChange{days{10}, {}, {}, Duration{2h}, {}});
  // The cause is the latest action of those behind it, and the setting of the CMG comes first.
  for (std::size_t i = 1; i < changed.size(); ++i) {
    if (!std::holds_alternative<ClientPolicyChanged>(changed[i].event)) continue;
    CHECK(changed[i].cause == Cause{CauseKind::action, 2});
    CHECK(std::holds_alternative<CmgAllowedChanged>(changed[i - 1].event));
  }
}

TEST_CASE("A15: of settings that a client has not heard of the latest counts") {
  const auto set = [](const std::string& at, const std::string& after) {
    return "[[action]]\nat = \"" + at + "\"\ndo = \"set-policy\"\nrenew-after = \"" + after +
           "\"\n";
  };
  const auto changed = all<ClientPolicyChanged>(
      stream_of(kTwoHundredDays + one_client("", kInOffice) +
                "[[action]]\nat = \"1d\"\ndo = \"outage\"\nendpoint = \"mp\"\nfor = \"19d\"\n" +
                set("5d", "60d") + set("6d", "45d")));
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].first == at(days{20}));
  CHECK(changed[0].second.changed.renew_after == days{45});
}

TEST_CASE("A15: due dates of tokens that are held are reckoned anew, dates of tokens are not") {
  const auto stream =
      stream_of(kTwoHundredDays + one_client("", kInOffice) +
                "[[action]]\nat = \"5d\"\ndo = \"set-policy\"\nrenew-after = \"10d\"\n"
                "token-validity = \"20d\"\n");
  const auto renewed = all<TokenRenewed>(stream);
  REQUIRE(renewed.size() > 2);
  CHECK(renewed[0].second.token.not_before == at(days{10}));
  CHECK(renewed[0].second.token.expires == at(days{30}));
  CHECK(renewed[1].second.token.not_before == at(days{20}));
  CHECK(all<RegistrationCompleted>(stream)[0].second.token.expires == at(days{90}));
}

TEST_CASE("A6: bulk tokens have a leeway of their own, and no leeway revives a token") {
  const std::string kiosk =
      kTwoHundredDays + "[site]\nleeway = \"1h\"\nbulk-leeway = \"0s\"\n" +
      one_client("bulk-token = \"b\"\ninstall = { at = \"1d\" }",
                 "model = \"fixed\"\non = \"internet\"") +
      "[[action]]\nat = \"0d\"\ndo = \"issue-bulk-token\"\nname = \"b\"\nlifetime = 1440\n";
  CHECK(all<RegistrationRefused>(stream_of(kiosk)).size() == 1);
  const std::string late =
      kTwoHundredDays + one_client("cmg-allowed = false", two_steps("intranet", "1h", "offline")) +
      "[[action]]\nat = \"91d\"\ndo = \"set-policy\"\nleeway = \"30d\"\n"
      "[[action]]\nat = \"92d\"\ndo = \"move\"\ncohort = \"c\"\non = \"internet\"\n"
      "[[action]]\nat = \"91d\"\ndo = \"set-cmg-allowed\"\ncohort = \"c\"\n"
      "value = true\narrives = \"at-once\"\n";
  const auto refused = all<ReRegistrationRequired>(stream_of(late));
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].second.reason == RefusalReason::expired);
}

TEST_CASE("cohorts go by settings of their own, before those of the site") {
  const auto stream = stream_of(kTwoHundredDays + "[site]\nrenew-after = \"50d\"\n" +
                                one_client("renew-after = \"20d\"", kInOffice));
  CHECK(all<TokenRenewed>(stream)[0].second.token.not_before == at(days{20}));
}

TEST_CASE("A6: clocks are drawn from a range, both ends included, and can be set") {
  const auto skewed = stream_of(kTwoHundredDays + one_client("clock-skew = \"-1d\"", kInOffice) +
                                "[[action]]\nat = \"5d\"\ndo = \"set-clock\"\ncohort = \"c\"\n"
                                "skew = \"2d\"\n");
  REQUIRE(all<ClockChanged>(skewed).size() == 1);
  CHECK(all<ClockChanged>(skewed)[0].second.skew == days{2});
  CHECK(all<TokenRenewed>(skewed)[0].second.token.not_before == at(days{28}));
  std::set<Instant> renewed;
  for (int seed = 0; seed < 60; ++seed) {
    const auto stream =
        stream_of("[run]\ntick = \"1h\"\nduration = \"40d\"\nseed = " + std::to_string(seed) +
                  "\n[site]\nlatency = \"1h\"\n" +
                  one_client("clock-skew = { from = \"-1h\", to = \"1h\" }", kInOffice));
    renewed.insert(all<TokenRenewed>(stream)[0].second.token.not_before);
  }
  CHECK(renewed == std::set<Instant>{at(days{30} - 1h), at(days{30}), at(days{30} + 1h)});
}

TEST_CASE("A14: a credential is renewed where it can be, and without it PKI is no way back") {
  const std::string pki = "credential = \"pki\"\ncredential-validity = \"60d\"\n";
  const auto office = stream_of(kTwoHundredDays + one_client(pki, kInOffice));
  const auto renewed = all<CredentialRenewed>(office);
  REQUIRE(renewed.size() == 6);
  CHECK(renewed[0].first == at(days{30}));  // half the validity before its end
  CHECK(all<CredentialExpired>(office).empty());

  const std::string away =
      kTwoHundredDays + one_client(pki, "model = \"fixed\"\non = \"internet\"");
  const auto expired = all<CredentialExpired>(stream_of(away));
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].first == at(days{60}));
  // Its token lives on. If that ends, too, nothing brings the client back.
  CHECK(all<TokenRenewed>(stream_of(away)).size() == 6);
  const std::string lost =
      away + "[[action]]\nat = \"70d\"\ndo = \"outage\"\nendpoint = \"cmg\"\nfor = \"120d\"\n";
  CHECK(statistics_of(lost).spells.all_stranded() == 1);
  CHECK(statistics_of(
            kTwoHundredDays +
            one_client(pki + "credential-renews-on = \"connected\"",
                       "model = \"fixed\"\non = \"internet\"") +
            "[[action]]\nat = \"70d\"\ndo = \"outage\"\nendpoint = \"cmg\"\nfor = \"120d\"\n")
            .spells.all_stranded() == 0);
}

TEST_CASE("A16: a client on the intranet turns to the CMG if its cohort says so") {
  const std::string down =
      "[[action]]\nat = \"20d\"\ndo = \"outage\"\nendpoint = \"mp\"\nfor = \"100d\"\n";
  CHECK(all<TokenExpired>(stream_of(kTwoHundredDays + one_client("", kInOffice) + down)).size() ==
        1);
  const auto turns =
      stream_of(kTwoHundredDays + one_client("on-intranet = \"mp-then-cmg\"", kInOffice) + down);
  CHECK(all<TokenExpired>(turns).empty());
  const auto renewed = all<TokenRenewed>(turns);
  REQUIRE(renewed.size() > 3);
  CHECK(renewed[0].second.via == Endpoint::cmg);
  CHECK(renewed.back().second.via == Endpoint::mp);
  // Always the CMG: without anything to show there it never registers.
  CHECK(all<RegistrationRequested>(
            stream_of(kTwoHundredDays + one_client("on-intranet = \"cmg\"", kInOffice)))
            .empty());
  const auto pki = stream_of(kTwoHundredDays +
                             one_client("on-intranet = \"cmg\"\ncredential = \"pki\"", kInOffice));
  CHECK(all<RegistrationCompleted>(pki)[0].second.via == Endpoint::cmg);
}

}  // namespace
}  // namespace tokenlife::test
