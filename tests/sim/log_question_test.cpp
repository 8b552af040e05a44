// What logs are asked: how many events are alike, how two logs differ, why spells began where the
// log does not say it, and whether the scenario gives the same again.
#include <algorithm>
#include <map>
#include <string>

#include "events/log_content.hpp"
#include "events/temporary_folder.hpp"
#include "sim/analysis/count_events.hpp"
#include "sim/analysis/log_diff.hpp"
#include "sim/analysis/log_scenario.hpp"
#include "sim/analysis/reckoned_causes.hpp"
#include "sim/analysis/rerun.hpp"
#include "sim/run_of_text.hpp"
#include "sim/scenario/renewal_terms.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using events::LogReader;
using sim::CountField;
using sim::EventRow;
using std::chrono::days;

// From Thursday, 2026-12-31, 22:30, on: the year's last week, which is the 53rd.
std::string office(const std::string& rest = "", int clients = 2) {
  return "[run]\nduration = \"40d\"\nstart = 2026-12-31T22:30:00Z\n" + rest +
         "\n[[cohort]]\nname = \"office\"\nclients = " + std::to_string(clients) +
         "\n[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n";
}

class Logs {
 public:
  LogReader of(const std::string& text) {
    const std::string name = "log" + std::to_string(count_++);
    sim::RunControl control;
    sim::RunOptions options;
    options.log_folder = folder_ / name;
    const auto result = sim::run(scenario_of(text), options, control);
    if (!result) FAIL(sim::to_string(result.error()));
    return LogReader::open(folder_ / name).value();
  }
  // With something changed, and digests that fit.
  template <class Forge>
  LogReader forged(const LogReader& log, const Forge& forge) {
    LogContent content = read_log(log.folder()).value();
    forge(content);
    const std::string name = "log" + std::to_string(count_++);
    REQUIRE(write_log(folder_ / name, content));
    return LogReader::open(folder_ / name).value();
  }

 private:
  TemporaryFolder folder_;
  int count_ = 0;
};

std::string lines(const std::vector<EventRow>& rows) {
  std::string text;
  for (const EventRow& row : rows) {
    for (const std::string& value : row.values) text += value + ",";
    text += std::to_string(row.count) + "\n";
  }
  return text;
}
std::string counted(const LogReader& log, const std::vector<CountField>& fields,
                    const events::EventFilter& filter = {}) {
  const auto rows = sim::count_events(log, filter, fields, 2);
  REQUIRE(rows.has_value());
  return lines(*rows);
}

}  // namespace

// ---- Counting ----------------------------------------------------------------------------------

TEST_CASE("events are counted by periods of UTC") {
  Logs logs;
  const LogReader log = logs.of(office());
  // Two clients: installed and asked at 22:30, registered a minute later; renewed 30 days after,
  // on 2027-01-30, a Saturday. And the site's one event.
  CHECK(counted(log, {CountField::day}) == "2026-12-31,7\n2027-01-30,4\n");
  CHECK(counted(log, {CountField::hour}) == "2026-12-31T22,7\n2027-01-30T22,4\n");
  CHECK(counted(log, {CountField::week}) == "2026-W53,7\n2027-W04,4\n");
  CHECK(counted(log, {CountField::month}) == "2026-12,7\n2027-01,4\n");
}

TEST_CASE("events are counted by what they have, and by what they lack") {
  Logs logs;
  const LogReader log = logs.of(office());
  CHECK(counted(log, {CountField::kind, CountField::via}) ==
        "client-installed,,2\n"
        "registration-completed,mp,2\n"
        "registration-requested,mp,2\n"
        "renewal-requested,mp,2\n"
        "site-established,,1\n"
        "token-renewed,mp,2\n");
  CHECK(counted(log, {CountField::cohort}) == ",1\noffice,10\n");
  CHECK(counted(log, {CountField::client}) == ",1\noffice/0,5\noffice/1,5\n");
  CHECK(counted(log, {CountField::cause}) ==
        "contact,4\ninstallation,2\nrequest 1,2\nrequest 3,2\nrun-start,1\n");
  CHECK(counted(log, {CountField::reason}) == ",11\n");
}

TEST_CASE("reasons of refusals and of failures are told apart") {
  Logs logs;
  const LogReader log = logs.of(
      "[run]\nduration = \"40d\"\n"
      "[[cohort]]\nname = \"old\"\nclients = 1\nversion = \"outdated\"\n"
      "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n"
      "[[cohort]]\nname = \"office\"\nclients = 1\n"
      "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n"
      "[[action]]\ndo = \"outage\"\nendpoint = \"mp\"\nat = \"29d23h\"\nfor = \"2h\"\n");
  events::EventFilter filter;
  filter.kinds.reset();
  filter.kinds.set(static_cast<std::size_t>(EventKind::registration_refused));
  filter.kinds.set(static_cast<std::size_t>(EventKind::renewal_failed));
  // The outdated one asks once a day. The other one is due at 30 d, and succeeds an hour later.
  CHECK(counted(log, {CountField::reason, CountField::kind}, filter) ==
        "client-outdated,registration-refused,40\nendpoint-down,renewal-failed,1\n");
}

TEST_CASE("what is counted passes the filter") {
  Logs logs;
  const LogReader log = logs.of(office());
  events::EventFilter filter;
  filter.from = at(1min);
  CHECK(counted(log, {CountField::day}, filter) == "2026-12-31,2\n2027-01-30,4\n");
  filter.until = at(days{30});
  CHECK(counted(log, {CountField::day}, filter) == "2026-12-31,2\n2027-01-30,2\n");
  filter = {};
  filter.kinds.reset();
  filter.kinds.set(static_cast<std::size_t>(EventKind::token_renewed));
  CHECK(counted(log, {CountField::day}, filter) == "2027-01-30,2\n");
  filter = {};
  filter.site = false;
  filter.clients = std::vector{ClientNumber{1}};
  CHECK(counted(log, {CountField::client}, filter) == "office/1,5\n");
}

// The table of counts has a place for each combination as long as there are few.
TEST_CASE("counts are the same by table, by list, and on any number of threads") {
  Logs logs;
  const LogReader log = logs.of(office("seed = 3\n", 3'000));
  const std::vector<std::vector<CountField>> many{
      {CountField::day, CountField::kind},
      {CountField::client, CountField::hour, CountField::kind, CountField::cause},
      {CountField::month, CountField::week, CountField::via, CountField::reason}};
  for (const auto& fields : many) {
    std::uint64_t sum = 0;
    const auto rows = sim::count_events(log, {}, fields, 1).value();
    for (const EventRow& row : rows) sum += row.count;
    CHECK(sum == log.summary().events);
    CHECK(sim::count_events(log, {}, fields, 3).value() == rows);
    CHECK(std::is_sorted(rows.begin(), rows.end(),
                         [](const EventRow& a, const EventRow& b) { return a.values < b.values; }));
  }
}

// ---- Two logs ----------------------------------------------------------------------------------

namespace {

const std::string kOutage =
    "[[action]]\ndo = \"outage\"\nendpoint = \"mp\"\nat = \"29d\"\nfor = \"5d\"\n";

sim::LogDiff diff(const LogReader& a, const LogReader& b) {
  auto found = sim::diff_logs(a, b, {}, 2);
  REQUIRE(found.has_value());
  return std::move(*found);
}

}  // namespace

TEST_CASE("logs of the same run are equal, whatever their headers say") {
  Logs logs;
  const LogReader a = logs.of(office());
  const LogReader b = logs.of(office("name = \"Again\"\n"));
  CHECK(diff(a, a).is_equal());
  CHECK(diff(a, b).is_equal());
}

TEST_CASE("the first event that differs is the first in time, with what is around it") {
  Logs logs;
  const LogReader a = logs.of(office());
  const LogReader b = logs.of(office() + kOutage);
  const sim::LogDiff found = diff(a, b);
  CHECK_FALSE(found.is_equal());
  REQUIRE(found.first.has_value());
  // The site's own: the endpoint went down on day 29.
  CHECK(found.first->time == at(days{29}));
  CHECK_FALSE(found.first->client.has_value());
  CHECK(found.first->site_a.size() == 1);
  CHECK(found.first->site_b.size() == 3);
  const auto kind = [](EventKind it) { return static_cast<std::size_t>(it); };
  CHECK(found.a.kinds[kind(EventKind::renewal_failed)] == 0);
  CHECK(found.b.kinds[kind(EventKind::renewal_failed)] > 0);
  CHECK(found.a.kinds[kind(EventKind::token_renewed)] == 2);
}

TEST_CASE("a client's event that was edited is found, and its neighbours shown") {
  Logs logs;
  const LogReader a = logs.of(office());
  const LogReader b = logs.forged(a, [](LogContent& content) {
    content.clients[1][3].time += 60s;
    content.clients[1][4].time += 60s;
  });
  const sim::LogDiff found = diff(a, b);
  REQUIRE(found.first.has_value());
  CHECK(found.first->time == at(days{30}));
  CHECK(found.first->client.value().a == ClientNumber{1});
  CHECK(found.first->seq == 3);
  CHECK(found.first->around_a.size() == 5);  // 0 to 4: there are no more
  CHECK(found.first->around_a.front().seq == 0);
  CHECK(found.first->around_b.back().seq == 4);
  CHECK(found.matches.clients[1].has_same_fate());
}

TEST_CASE("how clients ended is told from A to B") {
  Logs logs;
  const std::string leaves =
      "[run]\nduration = \"95d\"\n[[cohort]]\nname = \"c\"\nclients = 1\n[cohort.network]\n"
      "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = \"1h\", on = "
      "\"internet\" } ]\n";
  const LogReader a = logs.of(leaves);
  const LogReader b = logs.of(leaves +
                              "[[action]]\ndo = \"outage\"\nendpoint = \"cmg\"\nat = \"10d\"\n"
                              "for = \"85d\"\n");
  const sim::LogDiff found = diff(a, b);
  const sim::MatchedClient& client = found.matches.clients.at(0);
  CHECK(client.fate_a.state == LifecycleState::roaming);
  CHECK_FALSE(client.fate_a.is_stranded());
  CHECK(client.fate_b.state == LifecycleState::expired);
  CHECK(client.fate_b.is_stranded());
  CHECK(client.fate_b.since == at(days{90}));
  CHECK(client.fate_b.cause == SpellCause::endpoint_down);
  CHECK(found.b.spells[static_cast<std::size_t>(SpellCause::endpoint_down)] == 1);
  CHECK(found.b.spells[static_cast<std::size_t>(SpellCause::not_enrolled)] == 1);
}

TEST_CASE("texts differ in lines") {
  using Lines = std::vector<std::string>;
  CHECK(sim::text_diff("a\nb\nc\n", "a\nb\nc\n").empty());
  CHECK(sim::text_diff("a\nb\nc\n", "a\nx\nc\n") == Lines{"- b", "+ x"});
  CHECK(sim::text_diff("a\nb\n", "a\nb\nc\n") == Lines{"+ c"});
  CHECK(sim::text_diff("", "a\n") == Lines{"+ a"});
}

// ---- Why spells began --------------------------------------------------------------------------

namespace {

const std::string kLost =
    "[run]\nduration = \"120d\"\n[[cohort]]\nname = \"c\"\nclients = 3\n[cohort.network]\n"
    "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = \"20d\", on = "
    "\"offline\" } ]\n";

// As before schema 4.
void forget_causes(LogContent& content) {
  for (Stream& stream : content.clients) {
    for (auto& recorded : stream) {
      if (auto* expired = std::get_if<TokenExpired>(&recorded.event)) {
        *expired = TokenExpired{expired->serial};
      }
    }
  }
}

std::vector<events::ClientStanding> out_of_service(const LogReader& log, Instant moment) {
  return events::replay_standings(log, moment,
                                  [](const events::ClientStanding& standing) {
                                    return standing.service != Service::served;
                                  })
      .value();
}

}  // namespace

TEST_CASE("a log that does not say why spells began is completed by its scenario") {
  Logs logs;
  const LogReader log = logs.forged(logs.of(kLost), forget_causes);
  auto standings = out_of_service(log, at(days{100}));
  REQUIRE(standings.size() == 3);
  CHECK(standings[2].spell->cause == SpellCause::not_recorded);
  sim::ReckonedCauses causes(log, {});
  REQUIRE(causes.complete(standings, at(days{100})));
  CHECK(causes.why_not() == "");
  for (const auto& standing : standings) {
    CHECK(standing.spell->cause == SpellCause::offline);
    CHECK(standing.spell->begin == at(days{90}));
    // Its last contact was that of 23:00 on day 19.
    CHECK(standing.spell->since_contact == days{70} + 1h);
  }
  const sim::LogDiff same = diff(log, logs.of(kLost));
  CHECK(same.a.spells == same.b.spells);
  CHECK(same.matches.clients[0].fate_a.cause == SpellCause::offline);
}

TEST_CASE("where the scenario gives other events, why a spell began is not known") {
  Logs logs;
  const LogReader log = logs.forged(logs.of(kLost), [](LogContent& content) {
    forget_causes(content);
    content.clients[1].back().time += 60s;
  });
  auto standings = out_of_service(log, at(days{100}));
  sim::ReckonedCauses causes(log, {});
  REQUIRE(causes.complete(standings, at(days{100})));
  CHECK(standings[0].spell->cause == SpellCause::offline);
  CHECK(standings[1].spell->cause == SpellCause::not_recorded);
  CHECK(standings[2].spell->cause == SpellCause::offline);
  CHECK(causes.why_not() == "its scenario gives different events today");
}

TEST_CASE(
    "events of a log that does not say why spells began say it, in whatever order they come") {
  Logs logs;
  const LogReader whole = logs.of(kLost);
  const LogReader log = logs.forged(whole, forget_causes);
  sim::ReckonedEvents reckoned(log, {});
  for (const std::uint32_t client : {2U, 0U, 2U}) {
    const auto said = sim::events_of(whole, {client}).value();
    const auto unsaid = sim::events_of(log, {client}).value();
    REQUIRE(said != unsaid);
    for (std::size_t i = said.size(); i-- > 0;) {
      CHECK(**reckoned.complete({client}, unsaid[i]) == said[i]);
    }
  }
  CHECK(reckoned.causes().why_not() == "");
}

// ---- Running again -----------------------------------------------------------------------------

namespace {

sim::Rerun rerun(const LogReader& log) {
  sim::RunControl control;
  auto scenario = sim::scenario_of(log.header(), {});
  REQUIRE(scenario.has_value());
  auto again = sim::rerun(log, std::move(*scenario), 2, control);
  REQUIRE(again.has_value());
  REQUIRE(again->has_value());
  return std::move(**again);
}

}  // namespace

TEST_CASE("a log is what its scenario gives, bit for bit") {
  Logs logs;
  const sim::Rerun again = rerun(logs.of(kLost));
  CHECK(again.has_same_digest);
  CHECK_FALSE(again.first.has_value());
}

TEST_CASE("an event that was edited is found by running again") {
  Logs logs;
  const LogReader sound = logs.of(office());
  const sim::Rerun again = rerun(logs.forged(sound, [](LogContent& content) {
    content.clients[1][4].time += 60s;
    content.clients[0].pop_back();
  }));
  CHECK_FALSE(again.has_same_digest);
  REQUIRE(again.first.has_value());
  // Both are of 30 d and a minute: the first client comes first.
  CHECK(again.first->client == ClientNumber{0});
  CHECK(again.first->seq == 4);
  CHECK_FALSE(again.first->logged.has_value());
  CHECK(again.first->repeated->time == at(days{30} + 1min));
}

TEST_CASE("an older log with the same events is the same, though not its bytes") {
  Logs logs;
  const sim::Rerun again = rerun(logs.forged(logs.of(kLost), forget_causes));
  CHECK_FALSE(again.has_same_digest);
  CHECK_FALSE(again.first.has_value());
}

TEST_CASE("renewals are due as the cohort, its clocks and its actions say at the earliest") {
  const sim::Scenario scenario = scenario_of(
      "[run]\nduration = \"40d\"\n[site]\nrenew-after = \"20d\"\n"
      "[[cohort]]\nname = \"a\"\nclients = 1\nclock-skew = { from = \"-5m\", to = \"3m\" }\n"
      "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n"
      "[[cohort]]\nname = \"b\"\nclients = 1\nrenew-after = \"10d\"\n"
      "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n"
      "[[action]]\ndo = \"set-policy\"\ncohort = \"a\"\nrenew-after = \"15d\"\nat = \"1d\"\n"
      "[[action]]\ndo = \"set-clock\"\ncohort = \"b\"\nskew = \"7m\"\nat = \"1d\"\n"
      "[[action]]\ndo = \"ask-to-renew\"\ncohort = \"b\"\nat = \"2d\"\nover = \"3h\"\n"
      "repeat-every = \"4d\"\ntimes = 5\n");
  const auto terms = sim::renewal_terms(scenario);
  REQUIRE(terms.size() == 2);
  CHECK(terms[0].renew_after == days{15});
  CHECK(terms[0].skew == 3min);
  CHECK(terms[1].renew_after == days{10});
  CHECK(terms[1].skew == 7min);
  REQUIRE((terms[0].asked.empty() && terms[1].asked.size() == 1));
  const auto& [first, over, every, times] = terms[1].asked[0];
  CHECK((first == at(days{2}) && over == 3h && every == days{4} && times == 5));
}

}  // namespace tokenlife::test
