// A13: who is stranded, and why clients are without a good token.
#include <fmt/format.h>

#include "sim/run_of_text.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

std::string one_of_a_fleet(const std::string& cohort, const std::string& network,
                           const std::string& rest = "", const std::string& site = "") {
  return "[run]\nduration = \"200d\"\n[site]\n" + site +
         "\n[[cohort]]\nname = \"c\"\nclients = 1\n" + cohort + "\n[cohort.network]\n" + network +
         "\n" + rest;
}
const std::string kOnTheIntranet = "model = \"fixed\"\non = \"intranet\"";
const std::string kOnTheInternet = "model = \"fixed\"\non = \"internet\"";
// On the intranet for an hour, then on the internet for good.
const std::string kLeaves =
    "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
    "{ at = \"1h\", on = \"internet\" } ]";

const std::string kLeavesOnDayTen =
    "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = \"10d\", on = "
    "\"internet\" } ]\n";

std::uint64_t stranded_at_the_end(const std::string& text) {
  return statistics_of(text).spells.all_stranded();
}
std::string outage_of(const std::string& endpoint, const std::string& at,
                      const std::string& length) {
  return fmt::format("[[action]]\ndo = \"outage\"\nendpoint = \"{}\"\nat = \"{}\"\nfor = \"{}\"\n",
                     endpoint, at, length);
}

// The cause of the only spell of a token that expired.
SpellCause cause_of_expiry(const std::string& text) {
  const auto expired = all<TokenExpired>(stream_of(text));
  REQUIRE(expired.size() == 1);
  return expired[0].second.spell_cause;
}

TEST_CASE("A13: a client is stranded if nothing that it does where it is would bring it a token") {
  // The internet without a credential: it never registers.
  CHECK(stranded_at_the_end(one_of_a_fleet("", kOnTheInternet)) == 1);
  // A PKI client comes back by itself (A11), also while its endpoint is down.
  CHECK(stranded_at_the_end(one_of_a_fleet("credential = \"pki\"", kOnTheInternet)) == 0);
  CHECK(stranded_at_the_end(one_of_a_fleet("credential = \"pki\"", kOnTheInternet,
                                           outage_of("cmg", "0d", "200d"))) == 0);
  // The intranet, with the MP down: it waits, and is not stranded.
  const std::string down = one_of_a_fleet("", kOnTheIntranet, outage_of("mp", "0d", "200d"));
  CHECK(stranded_at_the_end(down) == 0);
  CHECK(statistics_of(down).spells.out_of_service_at_end[0] == 1);
  // An MP that takes no self-signed client (R16, R18) is no way back.
  CHECK(stranded_at_the_end(
            one_of_a_fleet("", kOnTheIntranet, "", "internal-registration = false")) == 1);
  CHECK(stranded_at_the_end(one_of_a_fleet("", kOnTheIntranet, "", "mp = \"https\"")) == 1);
  // R5: an outdated client gets nothing anywhere.
  CHECK(stranded_at_the_end(one_of_a_fleet("version = \"outdated\"", kOnTheIntranet)) == 1);
  // Once granted it needs its bulk token no more, whatever becomes of that until the answer.
  CHECK(stranded_at_the_end(
            one_of_a_fleet("bulk-token = \"b\"\ninstall = { at = \"198d\" }", kOnTheInternet,
                           "[[action]]\nat = \"197d\"\ndo = \"issue-bulk-token\"\nname = \"b\"\n"
                           "[[action]]\nat = \"199d\"\ndo = \"block-bulk-token\"\nname = \"b\"\n",
                           "latency = \"3d\"")) == 0);
  // A14: an expired certificate counts as good where it is renewed.
  const std::string short_lived =
      "credential = \"pki\"\ncredential-validity = \"20d\"\ncredential-renew-before = \"0d\"\n";
  const std::string retired =
      "[[action]]\nat = \"40d\"\ndo = \"rotate-signing-certificate\"\nretire-old-after = \"0d\"\n";
  const auto stranded_where_it_renews = [&](const std::string& where) {
    return stranded_at_the_end(
        one_of_a_fleet(short_lived + "credential-renews-on = \"" + where + "\"", kOnTheIntranet,
                       retired, "mp = \"https\""));
  };
  CHECK(stranded_where_it_renews("intranet") == 0);
  CHECK(stranded_where_it_renews("nowhere") == 1);
  // R10: nor does a PKI client whose setting is off.
  CHECK(stranded_at_the_end(
            one_of_a_fleet("credential = \"pki\"\ncmg-allowed = false", kOnTheInternet)) == 1);
}

TEST_CASE("A13: whoever was never connected is out of service, and a blocked client is neither") {
  const auto nowhere = statistics_of(one_of_a_fleet("", "model = \"fixed\"\non = \"offline\""));
  CHECK(nowhere.spells.all_stranded() == 0);
  CHECK(nowhere.spells.out_of_service_at_end[0] == 1);
  const auto blocked = statistics_of(one_of_a_fleet(
      "", kOnTheInternet, "[[action]]\nat = \"1d\"\ndo = \"block-client\"\ncohort = \"c\"\n"));
  CHECK(blocked.spells.all_stranded() == 0);
  CHECK(blocked.spells.out_of_service_at_end[0] == 1);
}

TEST_CASE("A13: a client is stranded where it is, and no more once it is somewhere else") {
  // Expired on the internet from day 90 on, since the setting is off; in the office on day 150.
  const std::string text = one_of_a_fleet(
      "cmg-allowed = false",
      "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = \"1h\", on = "
      "\"internet\" }, { at = \"150d\", on = \"intranet\" } ]",
      "[[expect]]\nat = \"149d\"\nstate = \"stranded\"\ncount = 1\n"
      "[[expect]]\nat = \"150d\"\nstate = \"stranded\"\ncount = 0\n"
      "[[expect]]\nat = \"150d\"\nstate = \"out-of-service\"\ncount = 1\n");
  const auto tally = statistics_of(text);
  CHECK(tally.seen[0].count == 1);
  CHECK(tally.seen[1].count == 0);
  CHECK(tally.seen[2].count == 1);  // the request is on its way
  const auto peak = tally.spells.stranded.peak();
  CHECK(peak.count == 1);
  CHECK(peak.at == at(days{90}));
  CHECK(tally.spells.stranded.at({at(days{149}), at(days{150})}) ==
        std::vector<std::uint64_t>{1, 0});
}

TEST_CASE(
    "A13: a bulk token that is refused strands its client, and so does one that ends unused") {
  const std::string bulk =
      "[[action]]\nat = \"0d\"\ndo = \"issue-bulk-token\"\nname = \"b\"\nlifetime = 1440\n";
  const std::string text =
      one_of_a_fleet("bulk-token = \"b\"", kOnTheInternet,
                     bulk + outage_of("cmg", "0d", "30d") +
                         "[[expect]]\nat = \"23h\"\nstate = \"stranded\"\ncount = 0\n"
                         "[[expect]]\nat = \"24h\"\nstate = \"stranded\"\ncount = 1\n");
  const auto tally = statistics_of(text);
  CHECK(tally.seen[0].count == 0);
  CHECK(tally.seen[1].count == 1);  // exp is exclusive (A5)
  CHECK(tally.spells.stranded.peak().at == at(24h));
  // While the CMG is down nobody tells the client that its token has been blocked, or its signer
  // retired: it is stranded all the same.
  const auto stranded_from = [](const std::string& action) {
    return statistics_of(
               one_of_a_fleet("bulk-token = \"b\"", kOnTheInternet,
                              "[[action]]\nat = \"0d\"\ndo = \"issue-bulk-token\"\nname = \"b\"\n"
                              "lifetime = 10080\n" +
                                  outage_of("cmg", "0d", "30d") + action))
        .spells.stranded.peak()
        .at;
  };
  CHECK(stranded_from("") == at(days{7}));
  // Between two of its contacts, which come at whole hours.
  CHECK(stranded_from("[[action]]\nat = \"2d30m\"\ndo = \"block-bulk-token\"\nname = \"b\"\n") ==
        at(days{2} + 30min));
  CHECK(stranded_from("[[action]]\nat = \"2d30m\"\ndo = \"rotate-signing-certificate\"\n"
                      "retire-old-after = \"1d\"\n") == at(days{3} + 30min));
}

TEST_CASE("A13: the cause of a spell is what stopped the client at the last contact that was due") {
  CHECK(cause_of_expiry(one_of_a_fleet("", kLeaves, outage_of("cmg", "20d", "180d"))) ==
        SpellCause::endpoint_down);
  CHECK(cause_of_expiry(one_of_a_fleet("", kLeaves, outage_of("sts", "20d", "180d"))) ==
        SpellCause::sts_down);
  CHECK(cause_of_expiry(
            one_of_a_fleet("", kLeaves,
                           "[[action]]\nat = \"20d\"\ndo = \"lose-answers\"\nendpoint = \"cmg\"\n"
                           "for = \"180d\"\nshare = 1.0\n")) == SpellCause::answer_lost);
  CHECK(cause_of_expiry(one_of_a_fleet("cmg-allowed = false", kLeaves)) ==
        SpellCause::cmg_not_allowed);
  CHECK(cause_of_expiry(one_of_a_fleet("", kLeaves, "", "renew-on = \"agent-start\"")) ==
        SpellCause::no_agent_start);
  CHECK(cause_of_expiry(one_of_a_fleet("", kLeaves, "", "renew-after = \"95d\"")) ==
        SpellCause::never_due);
  // Switched off from the first hour on.
  const std::string off =
      "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = \"1h\", on = "
      "\"offline\" } ]";
  CHECK(cause_of_expiry(one_of_a_fleet("", off)) == SpellCause::offline);
  // A wait has the reason of the wait: the CMG is up again, and the client has not tried yet.
  CHECK(cause_of_expiry(one_of_a_fleet("", kLeaves, outage_of("cmg", "20d", "69d12h"),
                                       "retry-after-failure = \"30d\"")) ==
        SpellCause::endpoint_down);
}

TEST_CASE("A13: an expectation counts the spells with a cause that began in a time") {
  // Expired on day 90, since the CMG was down.
  const auto expecting = [](const std::string& keys) {
    return "[[expect]]\ncohort = \"c\"\n" + keys + "count = 1\n";
  };
  const std::string down = "cause = \"endpoint-down\"\n";
  const auto tally = statistics_of(one_of_a_fleet(
      "", kLeaves,
      outage_of("cmg", "20d", "180d") + expecting(down) + expecting(down + "from = \"90d\"\n") +
          expecting(down + "from = \"90d1m\"\n") + expecting(down + "to = \"90d\"\n") +
          expecting(down + "to = \"90d1m\"\n") + expecting("cause = \"not-enrolled\"\n") +
          expecting("cause = \"offline\"\n")));
  const std::uint64_t expected[] = {1, 1, 0, 0, 1, 1, 0};
  REQUIRE(tally.seen.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) {
    CAPTURE(i);
    CHECK(tally.seen[i].count == expected[i]);
    CHECK(tally.seen[i].per_client_max == expected[i]);
  }
}

TEST_CASE("A13: an answer that comes after the expiry ends the spell by itself") {
  // It asks every seven hours from day 30 on: at 89d19h for the last time before the expiry.
  const std::string leaves_later =
      "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = \"2d\", on = "
      "\"internet\" } ]";
  const auto tally =
      statistics_of(one_of_a_fleet("", leaves_later, outage_of("cmg", "20d", "69d18h"),
                                   "latency = \"7h\"\nretry-after-failure = \"30m\""));
  const auto& late = tally.spells.spells[static_cast<std::size_t>(SpellCause::answer_late)];
  CHECK(late.by_itself == 1);
  CHECK(late.by_action == 0);
}

TEST_CASE("A13: what comes of a renewal that is under way when the token expires is the cause") {
  // Asked at day 89 and 20 h; the token expires on day 90, and the answer comes on day 96.
  const auto open_causes = [](const std::string& duration, const std::string& action) {
    const auto tally = statistics_of("[run]\nduration = \"" + duration +
                                     "\"\n[site]\nlatency = \"6d4h\"\nrenew-after = \"89d20h\"\n"
                                     "[[cohort]]\nname = \"c\"\nclients = 1\n[cohort.network]\n" +
                                     kLeavesOnDayTen + action);
    std::vector<std::string> causes;
    for (std::size_t i = 0; i < tally.spells.spells.size(); ++i) {
      if (tally.spells.spells[i].not_at_all == 0) continue;
      causes.emplace_back(name(static_cast<SpellCause>(i)));
    }
    return causes;
  };
  using Causes = std::vector<std::string>;
  const std::string lost =
      "[[action]]\nat = \"89d\"\ndo = \"lose-answers\"\nendpoint = \"cmg\"\nfor = \"1d\"\n"
      "share = 1.0\n";
  const std::string blocked =
      "[[action]]\nat = \"89d19h30m\"\ndo = \"block-client\"\ncohort = \"c\"\n";
  CHECK(open_causes("96d", lost) == Causes{"on-its-way"});
  CHECK(open_causes("100d", lost) == Causes{"answer-lost"});
  CHECK(open_causes("96d", blocked) == Causes{"on-its-way"});
  CHECK(open_causes("100d", blocked) == Causes{"blocked"});
}

TEST_CASE("A13: the last contact is in the event that begins a spell") {
  // Off the network at day 40, after the contact of 39d23h.
  const auto stream = stream_of(one_of_a_fleet(
      "cmg-allowed = false",
      "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = \"1h\", on = "
      "\"internet\" }, { at = \"40d\", on = \"offline\" } ]"));
  const auto expired = all<TokenExpired>(stream);
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].second.since_contact == days{50} + 1h);
}

TEST_CASE("A13: spells end by themselves, by an action, or not at all") {
  using Count = std::array<std::uint64_t, 3>;
  const auto ends = [](const std::string& text, SpellCause cause) {
    const auto tally = statistics_of(text);
    const auto& count = tally.spells.spells[static_cast<std::size_t>(cause)];
    return Count{count.by_itself, count.by_action, count.not_at_all};
  };
  const std::string off = "cmg-allowed = false";
  CHECK(ends(one_of_a_fleet(off, kLeaves), SpellCause::cmg_not_allowed) == Count{0, 0, 1});
  const std::string to_office =
      "[[action]]\nat = \"100d\"\ndo = \"move\"\ncohort = \"c\"\non = \"intranet\"\n";
  CHECK(ends(one_of_a_fleet(off, kLeaves, to_office), SpellCause::cmg_not_allowed) ==
        Count{0, 1, 0});
  const std::string comes =
      "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = \"1h\", on = "
      "\"internet\" }, { at = \"100d\", on = \"intranet\" } ]";
  CHECK(ends(one_of_a_fleet(off, comes), SpellCause::cmg_not_allowed) == Count{1, 0, 0});
  // What somebody did after the request had been sent did not help.
  CHECK(ends(one_of_a_fleet(
                 off,
                 "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = "
                 "\"5d\", on = \"internet\" }, { at = \"100d\", on = \"intranet\" } ]",
                 "[[action]]\nat = \"100d12h\"\ndo = \"set-cmg-allowed\"\ncohort = \"c\"\n"
                 "value = true\narrives = \"at-once\"\n",
                 "latency = \"1d\""),
             SpellCause::cmg_not_allowed) == Count{1, 0, 0});
  // A reinstallation within a spell begins none.
  CHECK(ends(one_of_a_fleet(off, kLeaves,
                            "[[action]]\nat = \"100d\"\ndo = \"reinstall\"\ncohort = \"c\"\n"),
             SpellCause::not_enrolled) == Count{1, 0, 0});
  // The site takes self-signed clients from day 5 on.
  CHECK(ends(one_of_a_fleet(
                 "", kOnTheIntranet,
                 "[[action]]\nat = \"5d\"\ndo = \"set-policy\"\ninternal-registration = true\n",
                 "internal-registration = false"),
             SpellCause::not_enrolled) == Count{0, 1, 0});
}

TEST_CASE("A13: lengths are of spells that ended, by nearest rank") {
  sim::SpellCount count;
  CHECK_FALSE(count.percentile(50));
  count.by_itself = 4;
  count.lengths = {{Duration{10}, 1}, {Duration{20}, 1}, {Duration{30}, 1}, {Duration{40}, 1}};
  CHECK(count.percentile(50) == Duration{20});
  CHECK(count.percentile(90) == Duration{40});
}

}  // namespace
}  // namespace tokenlife::test
