// Runs with real tokens: what they show is checked by the verifier at every request, and nothing of
// that is seen in their events. R14, R15, D2, D6, A9.
#include <array>
#include <bitset>
#include <utility>
#include <vector>

#include "core/token/key.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/token_site.hpp"
#include "support/event_text.hpp"
#include "support/property.hpp"
#include "support/scenario_case.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

// Each takes long to make: the same ones for all scenarios of a test.
const std::vector<PrivateKey>& some_keys() {
  static const std::vector<PrivateKey> keys = [] {
    std::vector<PrivateKey> made;
    for (int i = 0; i < 16; ++i) made.push_back(PrivateKey::generate(KeyKind::rsa));
    return made;
  }();
  return keys;
}

EngineRun simulate_for_real(const Scenario& scenario) {
  const SiteTimeline timeline(scenario);
  const TokenSite site(scenario, timeline, {1, &some_keys()});
  return simulate(scenario, &site);
}

// What the verifier can meet. Each is in a scenario now and then, or the property would hold of
// nothing.
enum class Thing {
  retired,
  unknown_signer,
  bulk_signer_retired,
  expired,
  client_blocked,
  bulk_blocked,
  bulk_expired,
  bulk_unknown,
  bulk_taken,
  reinstalled,
  renewed,
  within_leeway,
  endpoint_down,
  sts_down,
  answer_lost
};
constexpr std::array<const char*, 15> kThings{"a certificate is retired",
                                              "unknown signer",
                                              "the signer of a bulk token is retired",
                                              "expired",
                                              "client blocked",
                                              "bulk token blocked",
                                              "bulk token expired",
                                              "bulk token unknown",
                                              "bulk token taken",
                                              "reinstalled",
                                              "renewed",
                                              "within the leeway",
                                              "endpoint down",
                                              "STS down",
                                              "answer lost"};

std::vector<Floor> floors() {
  std::vector<Floor> floors;
  // One of the usual 200 cases: compilers order draws differently, and some of these are rare.
  for (const char* thing : kThings) floors.push_back({thing, 0.005});
  return floors;
}

class Met {
 public:
  explicit Met(const EngineRun& run) {
    for (const auto& recorded : run.site) {
      if (std::holds_alternative<SigningCertificateRetired>(recorded.event)) note(Thing::retired);
    }
    for (const auto& stream : run.clients) {
      token_ = {};
      for (const auto& recorded : stream) {
        std::visit([&](const auto& event) { look_at(recorded.time, event); }, recorded.event);
      }
    }
  }

  std::size_t things() const { return met_.count(); }
  void classify() const {
    for (std::size_t i = 0; i < kThings.size(); ++i) RC_CLASSIFY(met_[i], kThings[i]);
  }

 private:
  template <class Event>
  void look_at(Instant now, const Event& event) {
    if constexpr (requires { event.reason; }) note(event.reason);
    if constexpr (std::is_same_v<Event, RegistrationRefused>) {
      if (event.reason == RefusalReason::unknown_signer) note(Thing::bulk_signer_retired);
    }
    if constexpr (std::is_same_v<Event, RegistrationRequested>) {
      shows_bulk_ = event.credential == Credential::bulk;
    } else if constexpr (std::is_same_v<Event, RenewalRequested>) {
      if (now >= token_.expires) note(Thing::within_leeway);
    } else if constexpr (std::is_same_v<Event, ClientReinstalled>) {
      if (token_.exists()) note(Thing::reinstalled);
      token_ = {};
    } else if constexpr (requires { event.token; }) {
      const bool renewed = std::is_same_v<Event, TokenRenewed>;
      if (renewed) note(Thing::renewed);
      if (!renewed && shows_bulk_) note(Thing::bulk_taken);
      token_ = event.token;
    }
  }
  void note(Thing thing) { met_.set(static_cast<std::size_t>(thing)); }
  void note(RefusalReason reason) {
    switch (reason) {
      case RefusalReason::unknown_signer: return note(Thing::unknown_signer);
      case RefusalReason::expired: return note(Thing::expired);
      case RefusalReason::client_blocked: return note(Thing::client_blocked);
      case RefusalReason::bulk_token_blocked: return note(Thing::bulk_blocked);
      case RefusalReason::bulk_token_expired: return note(Thing::bulk_expired);
      case RefusalReason::bulk_token_unknown: return note(Thing::bulk_unknown);
      default: return;
    }
  }
  void note(FailureReason reason) {
    switch (reason) {
      case FailureReason::endpoint_down: return note(Thing::endpoint_down);
      case FailureReason::sts_down: return note(Thing::sts_down);
      case FailureReason::answer_lost: return note(Thing::answer_lost);
      case FailureReason::busy:
      case FailureReason::timed_out: return;
    }
  }

  std::bitset<kThings.size()> met_;
  ClientToken token_;
  bool shows_bulk_ = false;
};

TEST_CASE("real tokens change no event of any client", "[slow]") {
  property(
      "real tokens change nothing",
      [] {
        ScenarioCase drawn = *scenario_case(500);
        // Tokens hold no dates before 1970.
        if (drawn.scenario.start.time_since_epoch() < Duration{0}) {
          drawn.scenario.start += std::chrono::weeks{4'000};
        }
        const EngineRun modelled = simulate(drawn.scenario);
        const Met met(modelled);
        RC_PRE(met.things() >= 3);  // Real tokens take time: not for scenarios of little interest.
        // Most with keys that are made quickly; those of the pool are shared by clients.
        drawn.scenario.client_keys = drawn.seed % 4 == 0 ? ClientKeys::pool : ClientKeys::ec_p256;
        const EngineRun real = simulate_for_real(drawn.scenario);
        RC_ASSERT(difference(modelled.clients, real.clients) == "");
        RC_ASSERT(modelled.site == real.site);
        met.classify();
      },
      1, floors());
}

TEST_CASE("A9: a bulk token is signed by the key of its turn, also within one tick", "[slow]") {
  Scenario scenario = parse_scenario(R"(format = 1
run = { duration = "2h" }
site = { crypto = "real", client-keys = "ec-p256" }
[[cohort]]
name = "before-the-rotation"
clients = 1
bulk-token = "old"
install = { at = "1h" }
network = { model = "fixed", on = "internet" }
[[cohort]]
name = "after-the-rotation"
clients = 1
bulk-token = "new"
install = { at = "1h" }
network = { model = "fixed", on = "internet" }
[[action]]
at = "1h"
do = "issue-bulk-token"
name = "old"
[[action]]
at = "1h"
do = "rotate-signing-certificate"
retire-old-after = "0s"
[[action]]
at = "1h"
do = "issue-bulk-token"
name = "new"
)",
                                     "one-tick.toml", {})
                          .value();
  for (const EngineRun& run : {simulate(scenario), simulate_for_real(scenario)}) {
    REQUIRE(run.clients[0].size() == 3);
    CHECK(run.clients[0][2].event ==
          ClientEvent{RegistrationRefused{Endpoint::cmg, RefusalReason::unknown_signer}});
    REQUIRE(run.clients[1].size() == 3);
    CHECK(kind_of(run.clients[1][2].event) == EventKind::registration_completed);
  }
}

// ---- Threads -----------------------------------------------------------------------------------

Scenario three_partitions() {
  return parse_scenario(R"(format = 1
run = { duration = "3h" }
site = { crypto = "real", token-validity = "90m", renew-after = "60m" }
[[cohort]]
name = "all"
clients = 2100
install = { over = "30m" }
network = { model = "fixed", on = "intranet" }
[[action]]
at = "20m"
do = "rotate-signing-certificate"
retire-old-after = "30m"
)",
                        "threads.toml", {})
      .value();
}

TEST_CASE("with real tokens, too, any number of threads gives the same events", "[slow]") {
  Scenario scenario = three_partitions();
  RunControl control;
  const auto run_on = [&](unsigned threads) {
    RunOptions options;
    options.threads = threads;
    options.rsa_keys = &some_keys();
    auto result = run(scenario, options, control);
    REQUIRE(result);
    return std::move(*result);
  };
  const RunResult alone = run_on(1);
  const RunResult together = run_on(3);
  CHECK(together.log.digest == alone.log.digest);
  CHECK(together.tally.signatures.made == alone.tally.signatures.made);
  CHECK(together.tally.signatures.verified == alone.tally.signatures.verified);
  CHECK(alone.tally.refusals[static_cast<std::size_t>(RefusalReason::unknown_signer)] > 100);

  scenario.real_crypto = false;
  const RunResult modelled = run_on(3);
  CHECK(modelled.log.digest == alone.log.digest);
  CHECK(modelled.tally.signatures.made == 0);
}

TEST_CASE("a run that is stopped while keys are made ends soundly") {
  const Scenario scenario = three_partitions();
  RunControl control;
  control.stop = true;
  const auto result = run(scenario, {}, control);
  REQUIRE(result);
  CHECK_FALSE(result->log.complete);
  CHECK(result->tally.clients == 0);
}

}  // namespace
}  // namespace tokenlife::test
