// What runs are said to have exercised.
#include "sim/soak/coverage.hpp"

#include <set>
#include <string>

#include "core/lifecycle.hpp"
#include "core/table_row.hpp"
#include "sim/run_of_text.hpp"
#include "sim/soak/random_scenario.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

std::uint64_t seen(const Coverage& coverage, std::string_view id) {
  for (const auto& rule : coverage.rules()) {
    if (rule.id == id) return rule.seen;
  }
  FAIL("no event shows " << id);
  return 0;
}

TEST_CASE("coverage counts rows, reasons and rules") {
  const Desk desk;
  const auto scenario = load_scenario(desk.path("small.toml").string(), {});
  REQUIRE(scenario);
  Coverage coverage;
  coverage.see(*scenario);
  // Two clients renew at 30d, 60d and 90d; three register, leave, expire, and learn it over the
  // CMG.
  CHECK(seen(coverage, "R12") == 5);
  CHECK(seen(coverage, "R13") == 5);
  CHECK(seen(coverage, "R56") == 6);
  CHECK(seen(coverage, "D7") == 6);
  CHECK(seen(coverage, "R57") == 3 + 3);  // expired, and refused for that
  CHECK(seen(coverage, "A10") == 3);
  CHECK(seen(coverage, "R58") == 0);
  CHECK(seen(coverage, "A9") == 0);
  CHECK(coverage.refusals()[static_cast<std::size_t>(RefusalReason::expired)] == 3);
  CHECK(coverage.failures() == std::array<std::uint64_t, 5>{});
  Coverage twice;
  twice.add(coverage);
  twice.add(coverage);
  CHECK(seen(twice, "R56") == 12);
}

// The sales' certificates end while they are away; then they are blocked, and one of them is
// installed anew as another client. The office hears that agents have to start for renewals, and
// loses its token on the internet, since they do not.
TEST_CASE("coverage counts what rules A8 and A13 to A16 do") {
  Coverage coverage;
  coverage.see(scenario_of(R"(
[run]
duration = "100d"
[[cohort]]
name = "sales"
clients = 2
on-intranet = "cmg"
credential = "pki"
credential-validity = "20d"
[cohort.network]
model = "timeline"
steps = [ { at = "0d", on = "intranet" }, { at = "5d", on = "internet" },
          { at = "50d", on = "intranet" } ]
[[cohort]]
name = "office"
clients = 1
[cohort.network]
model = "timeline"
steps = [ { at = "0d", on = "intranet" }, { at = "1d", on = "internet" } ]
[[action]]
at = "70d"
do = "block-client"
cohort = "sales"
[[action]]
at = "71d"
do = "reinstall"
client = "sales/1"
new-identity = true
[[action]]
at = "12h"
do = "set-policy"
cohort = "office"
renew-on = "agent-start"
[[action]]
at = "12h"
do = "set-cmg-allowed"
cohort = "office"
value = true
)"));
  const auto blocked = static_cast<std::size_t>(RefusalReason::client_blocked);
  CHECK(coverage.refusals()[blocked] > 0);
  CHECK(seen(coverage, "A8") == coverage.refusals()[blocked] + 1);
  CHECK(seen(coverage, "A13") == 1);
  CHECK(seen(coverage, "A14") == 2 + 2);  // expired, and renewed once back in the office
  CHECK(seen(coverage, "A15") == 1);      // that it may use the CMG is no news
  CHECK(seen(coverage, "A16") > 2);
}

std::string line_of(const char* from, const char* event, const char* to, const char* times) {
  const auto column = [](std::string text, std::size_t width) {
    return text + std::string(width - text.size(), ' ') + "  ";
  };
  return "\n  " + column(from, 24) + column(event, 41) + column(to, 24) + times + "\n";
}

TEST_CASE("the program prints coverage before its verdict, and how to reproduce a failure last") {
  const Desk desk;
  const Ran good = desk.run("test small.toml --coverage --scenarios-only");
  CHECK(good.status == 0);
  CHECK(has(good.out, line_of("registered", "renewal-requested", "renewing", "6")));
  CHECK(has(good.out, line_of("registered", "network-changed [not internet]", "(stays)", "3")));
  CHECK(has(good.out, line_of("registered", "network-changed [internet]", "roaming", "never")));
  CHECK(has(good.out, "\nRefusals: 1 of 11\n  expired  3\n  client-blocked  never\n"));
  CHECK(has(good.out, "\nFailures: 0 of 5\n"));
  CHECK(good.out.ends_with("\n1 passed, 0 failed\n"));

  const Ran bad = desk.run("test . --coverage");
  CHECK(bad.status == 1);
  CHECK(has(bad.out, "\nCoverage\n"));
  CHECK(bad.out.ends_with("reproduce: tokenlife run ./wrong.toml\n"));

  CHECK(!has(desk.run("test small.toml").out, "Coverage"));
}

// What no scenario can show: nothing asks for a user, and no bulk token is known before it is
// issued. A client that is renewing is current already, but for one that was adopted: too rare to
// be asked for.
TEST_CASE("random scenarios take every transition and show every rule that can be shown",
          "[slow]") {
  Coverage coverage;
  for (std::uint64_t seed = 0; seed < 12'000; ++seed) coverage.see(random_scenario(seed, 2'000));
  std::set<std::string> never;
  for (std::size_t i = 0; i < coverage.rows().size(); ++i) {
    const RowText& row = lifecycle_rows()[i];
    if (coverage.rows()[i] == 0) {
      never.insert(std::string(row.source) + " " + std::string(row.event) + " " +
                   std::string(row.guard));
    }
  }
  for (const auto& [id, times] : coverage.rules()) {
    if (times == 0) never.emplace(id);
  }
  for (std::size_t i = 0; i < coverage.refusals().size(); ++i) {
    const bool can_be_shown = !needs_real_token(static_cast<RefusalReason>(i));
    if (can_be_shown && coverage.refusals()[i] == 0) {
      never.emplace(Names<RefusalReason>::values[i]);
    }
  }
  never.erase("renewing client-upgraded ");
  never.erase("renewing client-unblocked ");
  CHECK(never == std::set<std::string>{"R8", "user-centric", "bulk-token-not-yet-valid"});
}

}  // namespace
}  // namespace tokenlife::test
