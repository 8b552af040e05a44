// What a good scenario says: every key, every default.
#include <catch2/catch.hpp>

#include "scenario_example.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

Scenario loaded(std::string_view text, const ScenarioOptions& options = {}) {
  static const ScenarioFolder folder;
  auto scenario = parse_scenario(std::string(text), folder.path("everything.toml"), options);
  if (!scenario) FAIL(to_string(scenario.error()));
  return *scenario;
}

constexpr std::string_view kShortest = R"(format = 1
run.duration = "10d"
[[cohort]]
name = "all"
clients = 3
network = { model = "fixed", on = "intranet" }
)";

template <class Kind>
Kind action(const Scenario& scenario, std::size_t index) {
  REQUIRE(index < scenario.actions.size());
  const Kind* action = action_if<Kind>(scenario.actions[index]);
  REQUIRE(action != nullptr);
  return *action;
}

template <class Model>
Model network(const Scenario& scenario, std::size_t cohort) {
  REQUIRE(cohort < scenario.cohorts.size());
  REQUIRE(std::holds_alternative<Model>(scenario.cohorts[cohort].network));
  return std::get<Model>(scenario.cohorts[cohort].network);
}

constexpr std::uint64_t kHalf = std::uint64_t{1} << 31;
constexpr std::uint64_t kWhole = std::uint64_t{1} << 32;

}  // namespace

TEST_CASE("what a scenario leaves out has the documented default") {
  const Scenario scenario = loaded(kShortest);
  CHECK(scenario.name.empty());
  CHECK(title(scenario) == "unnamed scenario");
  CHECK(scenario.start == std::chrono::sys_days{std::chrono::year{2026} / 1 / 1});
  CHECK(scenario.duration == days{10});
  CHECK(scenario.seed == 1);
  CHECK(scenario.tick == 1min);
  CHECK_FALSE(scenario.tenant.is_nil());
  CHECK_FALSE(scenario.real_crypto);
  CHECK(scenario.client_keys == ClientKeys::pool);
  CHECK(scenario.policy == Policy{});
  CHECK(scenario.policy.token_validity == days{90});
  CHECK(scenario.policy.renew_after == days{30});
  CHECK(scenario.policy.internal_registration);
  CHECK(scenario.policy.mp == MpMode::enhanced_http);
  CHECK(scenario.policy.renew_on == RenewOn::contact);
  CHECK(scenario.policy.latency == 1min);
  CHECK(scenario.policy.retry_after_failure == 1h);
  CHECK(scenario.policy.retry_after_refusal == 24h);
  CHECK(scenario.actions.empty());
  CHECK(scenario.expectations.empty());
  CHECK(scenario.text == kShortest);

  REQUIRE(scenario.cohorts.size() == 1);
  const Cohort& cohort = scenario.cohorts[0];
  CHECK(cohort.install_at == at(0s));
  CHECK(cohort.install_over == 0s);
  CHECK(cohort.credential == Credential::self_signed);
  CHECK(cohort.version == ClientVersion::current);
  CHECK(cohort.cmg_allowed);
  CHECK_FALSE(cohort.bulk_token);
  CHECK(cohort.contact_every == 1h);
  CHECK_FALSE(cohort.agent_restart_every);
  CHECK(cohort.clock_skew == Skew{});
  CHECK(network<FixedNetwork>(scenario, 0).on == Network::intranet);
}

TEST_CASE("every key of run and site is read") {
  const Scenario scenario = loaded(kEverything);
  CHECK(scenario.name == "Everything");
  CHECK(scenario.duration == days{365});
  CHECK(scenario.seed == 42);
  CHECK(to_string(scenario.tenant) == "cdcc5e91-0adf-4a24-82d0-196667f1c081");
  CHECK(scenario.real_crypto);
  CHECK(scenario.client_keys == ClientKeys::ec_p256);
  Policy expected;
  expected.token_validity = days{60};
  expected.renew_after = days{20};
  expected.renew_jitter = 2h;
  expected.renew_on = RenewOn::agent_start;
  expected.internal_registration = false;
  expected.mp = MpMode::https;
  expected.leeway = 5min;
  expected.latency = 2min;
  expected.retry_after_failure = 30min;
  expected.retry_after_refusal = 12h;
  CHECK(scenario.policy == expected);
}

TEST_CASE("every key of a cohort is read, and clients are numbered through") {
  const Scenario scenario = loaded(kEverything);
  REQUIRE(scenario.cohorts.size() == 5);
  const Cohort& cohort = scenario.cohorts[0];
  CHECK(cohort.name == "commuters");
  CHECK(cohort.clients == 5000);
  CHECK(cohort.install_at == at(days{1}));
  CHECK(cohort.install_over == days{7});
  CHECK(cohort.credential == Credential::pki);
  CHECK(cohort.version == ClientVersion::outdated);
  CHECK_FALSE(cohort.cmg_allowed);
  CHECK(cohort.bulk_token == 0U);
  CHECK(cohort.contact_every == 2h);
  CHECK(cohort.agent_restart_every == days{14});
  CHECK(cohort.clock_skew == Skew{-5min, -5min});
  CHECK(scenario.cohorts[0].first == ClientNumber{0});
  CHECK(scenario.cohorts[1].first == ClientNumber{5000});
  CHECK(scenario.cohorts[4].first == ClientNumber{5030});
  CHECK(scenario.clients == 5040);
}

TEST_CASE("every network model is read") {
  const Scenario scenario = loaded(kEverything);
  const auto timeline = network<TimelineNetwork>(scenario, 1);
  REQUIRE(timeline.steps.size() == 2);
  CHECK(timeline.steps[0].at == 0s);
  CHECK(timeline.steps[0].on == Network::intranet);
  CHECK(timeline.steps[1].at == days{10});
  CHECK(timeline.steps[1].on == Network::internet);
  CHECK(timeline.repeat_every == days{14});

  const auto dwell = network<DwellNetwork>(scenario, 2);
  CHECK(dwell.start == Network::intranet);
  CHECK(dwell.stays[0].mean == 12h);  // offline
  CHECK(dwell.stays[1].mean == 9h);   // intranet
  CHECK(dwell.stays[2].mean == 5h);   // internet
  CHECK(dwell.stays[0].to == std::array<std::uint64_t, 3>{0, kHalf, kWhole});
  CHECK(dwell.stays[1].to == std::array<std::uint64_t, 3>{kHalf, kHalf, kWhole});
  CHECK(dwell.stays[2].to == std::array<std::uint64_t, 3>{2'576'980'377, kWhole, kWhole});

  const auto week = network<WeekNetwork>(scenario, 3);
  CHECK(week.office_days == std::array{true, true, true, false, false, false, false});
  CHECK(week.opens == 9h);
  CHECK(week.closes == 17h);
  CHECK(week.attendance.of_2_32 == 3'865'470'566);
  CHECK(week.otherwise == Network::internet);

  const auto trace = network<TraceNetwork>(scenario, 4);
  CHECK(trace.file == "presence.csv");
  CHECK(trace.loop);
  REQUIRE(trace.trace != nullptr);
  REQUIRE(trace.trace->devices.size() == 2);
  CHECK(trace.trace->devices[0].name == "b");
  CHECK(trace.trace->devices[1].row_count == 2);  // offline before its first row
}

TEST_CASE("office hours may pass midnight or fill the day") {
  const auto hours = [](std::string_view text) {
    const Scenario scenario = loaded(with(kEverything, "hours", "09:00-17:00", text));
    const auto week = network<WeekNetwork>(scenario, 3);
    return std::pair{week.opens, week.closes};
  };
  CHECK(hours("22:00-06:00") == std::pair<Duration, Duration>{22h, 30h});
  CHECK(hours("00:00-24:00") == std::pair<Duration, Duration>{0h, 24h});
  CHECK(hours("08:30-00:00") == std::pair<Duration, Duration>{8h + 30min, 24h});
}

TEST_CASE("every action is read, in file order") {
  const Scenario scenario = loaded(kEverything);
  REQUIRE(scenario.actions.size() == 14);
  REQUIRE(scenario.bulk_tokens.size() == 1);
  CHECK(scenario.bulk_tokens[0].name == "kiosks");
  CHECK(scenario.bulk_tokens[0].lifetime_minutes == 100);
  CHECK_FALSE(scenario.bulk_tokens[0].guid.is_nil());

  CHECK(action<IssueBulk>(scenario, 0).bulk_token == 0);
  CHECK(scenario.actions[1].at == at(days{40}));
  CHECK(scenario.actions[1].line == 82);
  CHECK(action<Outage>(scenario, 1).endpoint == Endpoint::cmg);
  CHECK(action<Outage>(scenario, 1).length == days{3});
  CHECK(scenario.actions[2].at == at(days{59}));
  CHECK(action<BlockBulk>(scenario, 2).bulk_token == 0);
  CHECK(action<UnblockBulk>(scenario, 3).bulk_token == 0);
  CHECK(action<SetCmgAllowed>(scenario, 4).target.cohort == CohortNumber{0});
  CHECK(action<SetCmgAllowed>(scenario, 4).value);
  CHECK_FALSE(action<Upgrade>(scenario, 5).target.client);
  CHECK(action<BlockClients>(scenario, 6).target.client == 17U);
  CHECK_FALSE(action<UnblockClients>(scenario, 7).target.client);
  CHECK(action<RotateCertificate>(scenario, 8).retire_old_after == days{30});
  CHECK(action<Reinstall>(scenario, 9).target.cohort == CohortNumber{2});
  CHECK(action<Reinstall>(scenario, 9).target.client == 9U);
  CHECK(action<Reinstall>(scenario, 9).bulk_token == 0U);
  CHECK(action<RestartAgents>(scenario, 10).target.cohort == CohortNumber{3});
  CHECK(action<Move>(scenario, 11).target.client == 0U);
  CHECK(action<Move>(scenario, 11).on == Network::offline);
  CHECK(action<Move>(scenario, 11).length == days{2});
  CHECK(action<LoseAnswers>(scenario, 12).endpoint == Endpoint::mp);
  CHECK(action<LoseAnswers>(scenario, 12).length == 1h);
  CHECK(action<LoseAnswers>(scenario, 12).share.of_2_32 == kWhole / 4);

  const auto anew = action<Reinstall>(scenario, 13);
  CHECK(anew.new_identity);
  CHECK(anew.target.cohort == CohortNumber{2});
  CHECK(anew.target.share.of_2_32 == kHalf);
  CHECK(anew.target.state == StateWord::stranded);
  CHECK(anew.target.over == days{10});
  REQUIRE(scenario.actions[13].repeat);
  CHECK(scenario.actions[13].repeat->every == days{30});
  CHECK(scenario.actions[13].repeat->times == 3U);
}

TEST_CASE("what an action leaves out") {
  std::string text = with(kEverything, "lifetime", "lifetime = 100\n", "");
  text = with(text, "retire", "retire-old-after = \"30d\"\n", "");
  text = with(text, "\"move\"", "for = \"2d\"\n", "");
  text = with(text, "\"reinstall\"", "bulk-token = \"kiosks\"\n", "");
  const Scenario scenario = loaded(text);
  CHECK(scenario.bulk_tokens[0].lifetime_minutes == 4320);
  CHECK_FALSE(action<RotateCertificate>(scenario, 8).retire_old_after);
  CHECK_FALSE(action<Reinstall>(scenario, 9).bulk_token);
  CHECK_FALSE(action<Move>(scenario, 11).length);
  CHECK_FALSE(action<Reinstall>(scenario, 9).new_identity);
  CHECK(action<Reinstall>(scenario, 9).target.share.of_2_32 == kWhole);
  CHECK_FALSE(action<Reinstall>(scenario, 9).target.state);
  CHECK(action<Reinstall>(scenario, 9).target.over == days{0});
  CHECK_FALSE(scenario.actions[9].repeat);
}

TEST_CASE("every expectation is read, and said in words") {
  const Scenario scenario = loaded(kEverything);
  REQUIRE(scenario.expectations.size() == 4);
  const auto& expectations = scenario.expectations;
  CHECK(expectations[0].line == 149);
  CHECK(expectations[0].text == "re-registration-required at 120d in commuters: exactly 0");
  CHECK(expectations[0].states == StateSet{StateWord::re_registration_required});
  CHECK(expectations[0].at == at(days{120}));
  CHECK(expectations[0].cohort == CohortNumber{0});
  CHECK(expectations[0].count == 0U);

  CHECK(expectations[1].text == "registered at the end: a share of 0.25 to 1");
  CHECK(expectations[1].at == at(days{365}));
  CHECK_FALSE(expectations[1].cohort);
  CHECK(expectations[1].share_min == 0.25);
  CHECK(expectations[1].share_max == 1.0);

  CHECK(expectations[2].text == "token-renewed in [0d, 365d): at least 40,000");
  CHECK(expectations[2].event == EventKind::token_renewed);
  CHECK(expectations[2].from == at(0s));
  CHECK(expectations[2].to == at(days{365}));
  CHECK(expectations[2].min == 40'000U);

  CHECK(expectations[3].text ==
        "registration-refused (bulk-token-expired) in [1d, 2d12h) in timed: 1 to 3, "
        "per client 1 to 2");
  CHECK(expectations[3].reason ==
        std::variant<RefusalReason, FailureReason>(RefusalReason::bulk_token_expired));
  CHECK(expectations[3].max == 3U);
  CHECK(expectations[3].per_client_min == 1U);
  CHECK(expectations[3].per_client_max == 2U);
}

TEST_CASE("an expectation covers the whole run unless it says otherwise") {
  const std::string text = std::string(kShortest) +
                           "[[expect]]\nevent = \"renewal-failed\"\n"
                           "reason = \"sts-down\"\nmax = 3\n"
                           "[[expect]]\nat = \"10d\"\nstate = \"expired\"\ncount = 1234567\n"
                           "[[expect]]\nevent = \"endpoint-down\"\ncount = 1\n";
  const Scenario scenario = loaded(text);
  CHECK(scenario.expectations[0].text == "renewal-failed (sts-down) in [0d, 10d): at most 3");
  CHECK(scenario.expectations[0].from == at(0s));
  CHECK(scenario.expectations[0].to == at(days{10}));
  CHECK(scenario.expectations[1].text == "expired at the end: exactly 1,234,567");
  CHECK(scenario.expectations[2].text == "endpoint-down in [0d, 10d): exactly 1");
}

TEST_CASE("a date-time counts from the run's start, whatever its offset") {
  const std::string text =
      with(kEverything, "start", "2026-01-01T00:00:00Z", "2025-12-31T23:00:00-02:00");
  const Scenario scenario = loaded(text);
  CHECK(scenario.start == std::chrono::sys_days{std::chrono::year{2026} / 1 / 1} + 1h);
  CHECK(scenario.actions[2].at == at(days{58} + 23h));
}

TEST_CASE("a coarse tick rounds up the defaults that are no rules") {
  const Scenario scenario = loaded(with(kShortest, "run", "run.duration",
                                        "site.token-validity = \"50h\"\n"
                                        "site.renew-after = \"10h\"\n"
                                        "run.tick = \"5h\"\nrun.duration"));
  CHECK(scenario.policy.latency == 5h);
  CHECK(scenario.policy.retry_after_failure == 5h);
  CHECK(scenario.policy.retry_after_refusal == 25h);
  CHECK(scenario.cohorts[0].contact_every == 5h);
}

TEST_CASE("the command line may change the seed") {
  CHECK(loaded(kEverything, {.seed = 7}).seed == 7);
  CHECK(loaded(kEverything, {.seed = ~std::uint64_t{0}}).seed == ~std::uint64_t{0});
}

TEST_CASE("the GUIDs that a scenario does not give follow from its seed") {
  const auto tenant = [](std::uint64_t seed) { return loaded(kShortest, {.seed = seed}).tenant; };
  CHECK(tenant(1) == loaded(kShortest).tenant);
  CHECK(tenant(1) != tenant(2));
  const auto token = [](std::uint64_t seed) {
    return loaded(kEverything, {.seed = seed}).bulk_tokens[0].guid;
  };
  CHECK(token(42) == loaded(kEverything).bulk_tokens[0].guid);
  CHECK(token(42) != token(43));
}

TEST_CASE("clients are scaled by cohort, rounded, and never to nothing") {
  const Scenario scenario = loaded(with(kEverything, "\"roaming/9\"", "roaming/9", "roaming/0"),
                                   {.seed = {}, .clients_scale = 0.0125});
  CHECK(scenario.cohorts[0].clients == 63);  // 62.5
  CHECK(scenario.cohorts[1].clients == 1);   // 0.125
  CHECK(scenario.cohorts[1].first == ClientNumber{63});
  CHECK(scenario.clients == 67);
}

TEST_CASE("what endpoints can do is scaled with the clients, and never to nothing") {
  const Scenario scenario = loaded(
      "format = 1\n[run]\nduration = \"9d\"\n[site.capacity]\nmp = { per-minute = 3, queue = 8 }\n"
      "cmg = { per-minute = 200, queue = 3000 }\n[[cohort]]\nname = \"c\"\nclients = 100\n"
      "network = { model = \"fixed\", on = \"intranet\" }\n",
      {.seed = {}, .clients_scale = 0.1});
  CHECK(scenario.capacities.mp == Capacity{1, 1});  // 0.3, 0.8
  CHECK(scenario.capacities.cmg == Capacity{20, 300});
}

TEST_CASE("a chain may have certainties, written as whole numbers") {
  const Scenario scenario =
      loaded(with(kEverything, "\"dwell\"", "{ intranet = 0.4, offline = 0.6 }",
                  "{ intranet = 0, offline = 1, internet = 0 }"));
  const auto dwell = network<DwellNetwork>(scenario, 2);
  CHECK(dwell.stays[2].to == std::array<std::uint64_t, 3>{kWhole, kWhole, kWhole});
}

TEST_CASE("a network that the chain never gets to needs no entry") {
  const Scenario scenario =
      loaded(with(kShortest, "network", "{ model = \"fixed\", on = \"intranet\" }",
                  "{ model = \"dwell\", start = \"offline\", "
                  "offline = { mean = \"1h\", to = { internet = 1.0 } }, "
                  "internet = { mean = \"1h\", to = { offline = 1.0 } } }"));
  CHECK(network<DwellNetwork>(scenario, 0).stays[1].mean == 0s);
}

}  // namespace tokenlife::sim
