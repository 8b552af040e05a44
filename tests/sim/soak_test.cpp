// Soaks hold random scenarios to properties, and make small what breaks one.
#include "sim/soak/soak.hpp"

#include <algorithm>
#include <initializer_list>

#include "sim/run_of_text.hpp"
#include "sim/scenario/to_toml.hpp"
#include "sim/soak/failure_file.hpp"
#include "sim/soak/random_scenario.hpp"
#include "support/desk.hpp"
#include "support/print.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

TEST_CASE("random scenarios keep every property of a soak", "[slow]") {
  const auto properties = soak_properties();
  REQUIRE(properties.size() == 21);
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const auto failure = soak_one(seed, properties);
    if (failure) FAIL(failure_text(*failure));
  }
}

// Properties that are false on purpose.

SoakProperty nobody_expires() {
  return {"nobody-expires", "no token expires", [](const SoakCase& run) {
            const auto kind = static_cast<std::size_t>(EventKind::token_expired);
            return std::string(run.result.tally.kinds[kind] == 0 ? "" : "a token expired");
          }};
}

SoakProperty no_bulk_token_is_used() {
  return {"no-bulk", "nobody registers with a bulk token", [](const SoakCase& run) {
            return for_each_stream(run, [](std::uint32_t i, const ClientStream& stream) {
              for (const auto& recorded : stream) {
                const auto* completed = std::get_if<RegistrationCompleted>(&recorded.event);
                const bool found = completed != nullptr && completed->via == Endpoint::cmg;
                if (found) return broken_at(i, recorded, "registered over the CMG");
              }
              return std::string();
            });
          }};
}

SoakFailure first_failure(const SoakProperty& property) {
  const std::vector<SoakProperty> properties{property};
  for (std::uint64_t seed = 1;; ++seed) {
    if (auto failure = soak_one(seed, properties)) return *failure;
  }
}

TEST_CASE("a planted fault comes out as a minimal scenario that still fails", "[slow]") {
  for (const SoakProperty& property : {nobody_expires(), no_bulk_token_is_used()}) {
    const SoakFailure failure = first_failure(property);
    const std::string text = failure_text(failure);
    INFO(text);
    CHECK(failure.property == property.name);
    CHECK(failure.scenario.clients == 1);
    CHECK(failure.scenario.cohorts.size() == 1);
    CHECK(failure.scenario.actions.size() <= 1);
    CHECK(std::count(text.begin(), text.end(), '\n') < 32);
    CHECK(has(text, "Found with seed " + std::to_string(failure.seed)));
    // The file is enough, with those that it names.
    const TemporaryFolder folder;
    const auto path = write_failure(failure, folder.path());
    REQUIRE(path);
    const auto read = load_scenario(path->string(), {});
    REQUIRE(read);
    const std::vector<SoakProperty> properties{property};
    const auto broken = first_broken(*read, properties);
    REQUIRE(broken);
    CHECK(broken->property == property.name);
    // And the seed too.
    const auto again = soak_one(failure.seed, properties);
    REQUIRE(again);
    CHECK(failure_text(*again) == text);
  }
}

// With one client the other property is broken: that is another failure.
TEST_CASE("what is made smaller still breaks the property that it was found to break", "[slow]") {
  const std::vector<SoakProperty> properties{
      {"alone", "there is one client",
       [](const SoakCase& run) {
         return std::string(run.scenario.clients == 1 ? "" : "there are more");
       }},
      {"nothing", "nothing holds", [](const SoakCase&) { return std::string("it does not"); }}};
  std::size_t made_smaller = 0;
  for (std::uint64_t seed = 1; made_smaller < 5; ++seed) {
    const auto failure = soak_one(seed, properties);
    REQUIRE(failure);
    if (failure->property == "nothing") continue;
    ++made_smaller;
    CHECK(failure->property == "alone");
    CHECK(failure->what == "there are more");
    CHECK(failure->scenario.clients == 2);
  }
}

TEST_CASE("of several failures the one of the lowest seed is kept, in whatever order they come") {
  const auto kept = [](std::initializer_list<std::uint64_t> seeds) {
    std::optional<SoakFailure> failure;
    for (const std::uint64_t seed : seeds) keep_first(failure, {seed, "a property", "what", {}});
    return failure->seed;
  };
  CHECK(kept({7}) == 7);
  CHECK(kept({7, 9}) == 7);
  CHECK(kept({9, 7}) == 7);
  CHECK(kept({8, 7, 9}) == 7);
  CHECK(kept({9, 8, 7}) == 7);
}

// The first registration and the first renewal of this client arrive a minute after they were
// judged, and last 90 days.
TEST_CASE("token-life sees a token that comes early or late, or lasts too short or too long") {
  const Desk desk;
  const auto scenario = load_scenario(desk.path("small.toml").string(), {});
  REQUIRE(scenario);
  const auto result = run_uncontrolled(*scenario, {});
  REQUIRE(result);
  const auto all = token_properties();
  const auto life = std::find_if(all.begin(), all.end(), [](const SoakProperty& property) {
    return property.name == "token-life";
  });
  REQUIRE(life != all.end());
  for (const Duration change : {Duration{-60}, Duration{60}}) {
    for (int kind = 0; kind < 4; ++kind) {
      CAPTURE(change.count(), kind);
      EngineRun run = simulate(*scenario);
      for (auto& recorded : run.clients[4]) {
        auto* completed = std::get_if<RegistrationCompleted>(&recorded.event);
        auto* renewed = std::get_if<TokenRenewed>(&recorded.event);
        if (kind < 2 ? completed == nullptr : renewed == nullptr) continue;
        ClientToken& token = completed != nullptr ? completed->token : renewed->token;
        if (kind % 2 == 0) recorded.time += change;
        if (kind % 2 == 1) token.expires += change;
        break;
      }
      CHECK(has(life->broken({*scenario, run, *result}), "client 4 at "));
    }
  }
}

// Each property sees the fault that it is there for: events that no engine records.
EngineRun tampered(const Scenario& scenario, const std::string& property) {
  EngineRun run = simulate(scenario);
  for (auto& stream : run.clients) {
    for (std::size_t i = 0; i < stream.size(); ++i) {
      auto& recorded = stream[i];
      auto* completed = std::get_if<RegistrationCompleted>(&recorded.event);
      auto* renewed = std::get_if<TokenRenewed>(&recorded.event);
      if (property == "streams-in-order" && i == 2) ++recorded.seq;
      if (property == "replay" && completed != nullptr) recorded.event = AgentRestarted{};
      if (property == "prefix" && i == 1) recorded.time += scenario.tick;
      if (property == "spells" && completed != nullptr) recorded.time += scenario.tick;
      if (property == "tally" && i == 1) recorded.event = AgentRestarted{};
      if (property == "naive" && i == 1) recorded.cause = {CauseKind::agent_start, 0};
      if (property == "serials" && renewed != nullptr) {
        renewed->token.serial = TokenSerial::of(ClientNumber{0}, 1);
      }
      if (property == "token-life" && renewed != nullptr) {
        renewed->token.expires += scenario.tick;
      }
      if (property == "token-account" && renewed != nullptr) {
        renewed->token.serial = TokenSerial::of(ClientNumber{0}, 9);
        recorded.event = AgentRestarted{};
      }
      const bool asks = std::holds_alternative<RenewalRequested>(recorded.event);
      if (property == "renewal-due" && asks) recorded.time -= scenario.tick;
      if (property == "answers" && renewed != nullptr) recorded.time += scenario.tick;
      if (property == "contacts" && asks) {
        std::get<RenewalRequested>(recorded.event).via = Endpoint::cmg;
      }
      if (property == "waits" && renewed != nullptr) {
        recorded.event = RenewalFailed{renewed->via, FailureReason::answer_lost};
        stream.insert(stream.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                      {recorded.time, recorded.seq, {}, RenewalRequested{Endpoint::mp, {}}});
        break;
      }
      if (property == "blocked" && renewed != nullptr) {
        recorded.event = RenewalRefused{renewed->via, RefusalReason::client_blocked};
      }
      if (property == "outages" && renewed != nullptr) {
        recorded.event = RenewalFailed{renewed->via, FailureReason::sts_down};
      }
      if (property == "agreement" && renewed != nullptr) ++renewed->token.signer.value;
      if (property == "bulk" && std::holds_alternative<RegistrationRequested>(recorded.event)) {
        std::get<RegistrationRequested>(recorded.event).bulk = {1, 1};
      }
    }
  }
  return run;
}

// An engine that runs scenarios otherwise for two properties that compare its runs.
Result<RunResult, Error> run_wrongly(const Scenario& scenario, const RunOptions& options) {
  Scenario other = scenario;
  if (options.threads > 1) ++other.seed;  // its draws hang on the number of threads
  auto result = run_uncontrolled(other, options);
  if (result && !result->tally.seen.empty()) ++result->tally.seen[1].count;  // sees one twice
  if (result) result->tally.spells.stranded_clients.clear();
  return result;
}

// Without a bulk token it never gets one on the internet.
constexpr char kNeverRegisters[] = R"(
[run]
duration = "5d"
[[cohort]]
name = "kiosk"
clients = 1
[cohort.network]
model = "fixed"
on = "internet"
)";

TEST_CASE("each property of a soak notices the fault that it is there for") {
  const Desk desk;
  const auto scenario = load_scenario(desk.path("small.toml").string(), {});
  REQUIRE(scenario);
  const auto result = run_uncontrolled(*scenario, {});
  REQUIRE(result);
  for (const SoakProperty& property : soak_properties()) {
    CAPTURE(property.name);
    const EngineRun sound = simulate(*scenario);
    CHECK(property.broken({*scenario, sound, *result}) == "");
    const bool runs_again = property.name == "threads" || property.name == "population";
    if (property.name == "idle") {
      Scenario with_idle = *scenario;
      with_idle.actions.push_back({Instant{}, Upgrade{{CohortNumber{0}, {}}}});
      const EngineRun run = simulate(with_idle);
      auto judged = run_uncontrolled(with_idle, {});
      REQUIRE(judged);
      CHECK(property.broken({with_idle, run, *judged}) == "");
      judged->partitions.at(0) = {};
      CHECK(property.broken({with_idle, run, *judged}) != "");
    } else if (property.name == "way-back") {
      const Scenario lost = scenario_of(kNeverRegisters);
      const EngineRun run = simulate(lost);
      const auto judged = run_uncontrolled(lost, {});
      REQUIRE(judged);
      CHECK(property.broken({lost, run, *judged}) == "");
      CHECK(has(property.broken({lost, run, *judged, run_wrongly}),
                "client 0, installed at 2d11h59m, is not stranded, and does not come back"));
    } else if (runs_again) {
      CHECK(property.broken({*scenario, sound, *result, run_wrongly}) != "");
    } else {
      const EngineRun faulty = tampered(*scenario, std::string(property.name));
      CHECK(property.broken({*scenario, faulty, *result}) != "");
    }
  }
}

// Of the first 4,800 minutes of these five clients; what is beyond is beyond what it can pay for.
TEST_CASE("the naive simulator tells where it parts from the engine, in words") {
  const Desk desk;
  const auto scenario = load_scenario(desk.path("small.toml").string(), {});
  REQUIRE(scenario);
  const auto result = run_uncontrolled(*scenario, {});
  REQUIRE(result);
  const SoakProperty naive = naive_properties().at(0);
  const EngineRun sound = simulate(*scenario);
  const auto said = [&](auto tamper) {
    EngineRun run = sound;
    tamper(run);
    return naive.broken({*scenario, run, *result});
  };
  CHECK(said([](EngineRun& run) { run.clients[0][1].time += std::chrono::minutes{1}; }) ==
        "client 0, event 1: the engine records registration-requested at 1m, because of contact 0, "
        "and the naive simulator registration-requested at 0d, because of contact 0");
  CHECK(said([](EngineRun& run) {
          std::get<ClientInstalled>(run.clients[2][0].event).blocked = true;
        }) ==
        "client 2, event 0: the engine records client-installed at 0d, because of installation 0, "
        "and the naive simulator client-installed at 0d, because of installation 0, with different "
        "details");
  CHECK(said([](EngineRun& run) { run.clients[3].resize(2); }) ==
        "client 3, event 2: the engine records nothing, and the naive simulator "
        "registration-completed at 1m, because of request 1");
  CHECK(said([](EngineRun& run) { run.site.clear(); }) ==
        "the site, event 0: the engine records nothing, and the naive simulator site-established "
        "at 0d, because of run-start 0");
  CHECK(said([](EngineRun& run) { run.clients[0].pop_back(); }).empty());
}

// Each by itself: nothing that is asked before it stops an impossible event.
TEST_CASE("properties that replay events say so if one cannot happen") {
  const Desk desk;
  const auto scenario = load_scenario(desk.path("small.toml").string(), {});
  REQUIRE(scenario);
  const auto result = run_uncontrolled(*scenario, {});
  REQUIRE(result);
  EngineRun impossible = simulate(*scenario);
  for (auto& stream : impossible.clients) stream.erase(stream.begin());  // the installation
  for (const SoakProperty& property : soak_properties()) {
    if (property.name != "replay" && property.name != "token-account") continue;
    CAPTURE(property.name);
    CHECK(has(property.broken({*scenario, impossible, *result}), "wrong-state"));
  }
}

TEST_CASE("a soak asks a dear property of one scenario in as many", "[slow]") {
  int asked = 0;
  const std::vector<SoakProperty> dear{{"dear", "it takes long",
                                        [&asked](const SoakCase& run) {
                                          ++asked;
                                          CHECK(run.scenario.seed % 8 == 0);
                                          return std::string();
                                        },
                                        8}};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) CHECK_FALSE(soak_one(seed, dear));
  CHECK(asked > 200 / 16);
  CHECK(asked < 200 / 4);
}

TEST_CASE("a failure's file and those that it names do what the scenario does") {
  const TemporaryFolder folder;
  int with_files = 0;
  for (std::uint64_t seed = 1; with_files < 40; ++seed) {
    Scenario scenario = random_scenario(seed, 2'000);
    bool has_file = false;
    for (const Cohort& cohort : scenario.cohorts) {
      if (cohort.inventory != nullptr) has_file = true;
      for_each_model(cohort.network, [&](const auto& model) {
        if constexpr (requires { model.trace; }) has_file = true;
      });
    }
    if (!has_file) continue;
    ++with_files;
    const auto path = write_failure({seed, "claim", "broken", scenario}, folder.path());
    REQUIRE(path);
    const auto read = load_scenario(path->string(), {});
    INFO(read_file(*path));
    if (!read) FAIL(to_string(read.error()));
    CHECK(simulate(*read).clients == simulate(scenario).clients);
  }
  const auto nowhere = write_failure({1, "claim", "broken", {}}, folder.path() / "none");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().kind == ErrorKind::file);
}

TEST_CASE("soak says what it did, and what is wrong with its command line", "[slow]") {
  const Desk desk;
  const Ran ran = desk.run("soak --for 1s --seed 7");
  CHECK(ran.status == 0);
  CHECK(has(ran.out, " scenarios from seed 7 on, 21 properties checked in each\n"));
  CHECK(ran.err.empty());
  for (const char* line :
       {"soak", "soak --for", "soak --for ''", "soak --for 0s", "soak --for -1", "soak --for=-1s",
        "soak --for 10", "soak --for 49711d", "soak --for 1s 2s", "soak --for 1s --seed -1",
        "soak --for 1s --seed 18446744073709551616", "soak --for 1s --seed 1.5",
        "soak --for 1s --seed ''", "soak --for 1s --out nowhere", "soak --for 1s --out ''",
        "soak --for 1s --out small.toml", "run small.toml --seed -1"}) {
    const Ran wrong = desk.run(line);
    CAPTURE(line, wrong.err);
    CHECK(wrong.status == 2);
    CHECK(is_one_message(wrong.err));
  }
}

TEST_CASE("an interrupted soak ends cleanly and says what it did") {
  const Desk desk;
  const Ran ran = desk.run("soak --for 5m & p=$!; " + kUntilItListens + "; kill -INT $p; wait $p");
  CHECK(ran.status == 130);
  CHECK(has(ran.out, " properties checked in each\n"));
}

}  // namespace
}  // namespace tokenlife::test
