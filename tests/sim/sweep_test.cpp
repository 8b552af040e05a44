// Sweeps: the grid, the same seeds in each combination, the intervals, and runs that are kept.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "events/temporary_folder.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/sweep/metric.hpp"
#include "sim/sweep/sweep.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

// A client in ten is blocked on the second day: of 200 clients 20, in the mean.
constexpr const char* kBlocked = R"(format = 1
[run]
name = "One in ten"
duration = "2d"
[[cohort]]
name = "all"
clients = 200
network = { model = "fixed", on = "offline" }
[[action]]
at = "1d"
do = "block-client"
cohort = "all"
share = 0.1
)";

// Clients that are away for days: some miss their renewal.
constexpr const char* kAway = R"(format = 1
[run]
duration = "150d"
[[cohort]]
name = "away"
clients = 60
[cohort.network]
model = "dwell"
start = "intranet"
intranet = { mean = "1d", to = { internet = 0.5, offline = 0.5 } }
internet = { mean = "1d", to = { offline = 1.0 } }
offline = { mean = "25d", to = { intranet = 0.1, internet = 0.9 } }
)";

class Bench {
 public:
  explicit Bench(const std::string& text) { write("s.toml", text); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << text;
  }
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  SweepPlan plan(const std::vector<std::string>& vary, const std::vector<std::string>& metrics,
                 std::uint64_t first, std::uint64_t last) const {
    SweepPlan plan;
    plan.scenario = path("s.toml").string();
    for (const std::string& text : vary) plan.vary.push_back(parse_vary(text).value());
    for (const std::string& name : metrics) plan.metrics.push_back(metric_called(name));
    plan.first_seed = first;
    plan.last_seed = last;
    return plan;
  }

 private:
  TemporaryFolder folder_;
};

SweepResult swept(const SweepPlan& plan, const SweepOptions& options = {}) {
  auto result = sweep(plan, options);
  if (!result) FAIL(to_string(result.error()));
  return std::move(*result);
}

bool same(const Mean& a, const Mean& b) { return a.mean == b.mean && a.interval == b.interval; }
bool same(const SweepResult& a, const SweepResult& b) {
  if (a.cells.size() != b.cells.size()) return false;
  for (std::size_t c = 0; c < a.cells.size(); ++c) {
    if (a.cells[c].seeds != b.cells[c].seeds) return false;
    for (std::size_t m = 0; m < a.cells[c].metrics.size(); ++m) {
      const auto& left = a.cells[c].metrics[m];
      const auto& right = b.cells[c].metrics[m];
      if (!same(left.value, right.value)) return false;
      if (left.difference.has_value() != right.difference.has_value()) return false;
      if (left.difference && !same(*left.difference, *right.difference)) return false;
    }
  }
  return true;
}

// What a run of that seed counts.
double number_of(const Bench& bench, const std::string& set, std::uint64_t seed,
                 const std::string& metric) {
  const auto scenario =
      load_scenario_with(bench.path("s.toml").string(), {seed, 1}, {{"--set", set}});
  REQUIRE(scenario);
  RunControl control;
  const auto result = run(*scenario, {}, control);
  REQUIRE(result);
  return numbers_of(*scenario, *result)[metric_called(metric)];
}

}  // namespace

TEST_CASE("Student's and Wilson's intervals are those of the tables") {
  const Mean five = mean_of(std::vector<double>{1, 2, 3, 4, 5});
  CHECK(five.mean == Approx(3));
  // t is 2.7764 for four degrees of freedom, the standard error 0.70711.
  CHECK(five.interval->low == Approx(3 - 1.96324).margin(1e-5));
  CHECK(five.interval->high == Approx(3 + 1.96324).margin(1e-5));
  const Mean two = mean_of(std::vector<double>{0, 2});
  CHECK(two.interval->high == Approx(1 + 12.7062).margin(1e-4));
  CHECK_FALSE(mean_of(std::vector<double>{7}).interval);
  CHECK(mean_of(std::vector<double>{4, 4, 4}).interval == Range{4, 4});

  CHECK(wilson(5, 10).low == Approx(0.23659).margin(1e-5));
  CHECK(wilson(5, 10).high == Approx(0.76341).margin(1e-5));
  CHECK(wilson(0, 10).low == 0);
  CHECK(wilson(0, 10).high == Approx(0.27753).margin(1e-5));
  CHECK(wilson(10, 10).low == Approx(0.72247).margin(1e-5));
  CHECK(wilson(10, 10).high == 1);
}

TEST_CASE("values are split at commas outside brackets, braces and quotes") {
  const auto values = [](const std::string& text) { return parse_vary(text).value().values; };
  CHECK(values("a.b=1, 2,3 ") == std::vector<std::string>{"1", "2", "3"});
  CHECK(values("a=[1,2],{x=\"}\",y=2},'a,b',\"c,\\\"d\"") ==
        std::vector<std::string>{"[1,2]", "{x=\"}\",y=2}", "'a,b'", "\"c,\\\"d\""});
  CHECK(parse_vary("cohort.\"a=b\".clients=1")->key == "cohort.\"a=b\".clients");
  for (const char* wrong : {"a", "a=", "a=1,,2", "a=1,", "=1", "a..b=1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_vary(wrong));
  }
}

TEST_CASE("a grid has every combination, the last key the fastest") {
  const std::vector<Vary> vary{{"a", {"1", "2"}}, {"b", {"x", "y", "z"}}};
  CHECK(count_cells(vary) == 6);
  CHECK(count_cells({}) == 1);
  CHECK(cell_of(vary, 0) == std::vector<std::size_t>{0, 0});
  CHECK(cell_of(vary, 1) == std::vector<std::size_t>{0, 1});
  CHECK(cell_of(vary, 5) == std::vector<std::size_t>{1, 2});
  CHECK(settings_of(vary, {1, 2})[1].text == "b=z");
}

TEST_CASE("the numbers of a sweep are those of its runs, seed by seed") {
  const Bench bench(kAway);
  const auto result =
      swept(bench.plan({"site.renew-after=20d,60d"}, {"stranded", "token-renewed"}, 3, 5));
  REQUIRE(result.cells.size() == 2);
  for (std::size_t metric = 0; metric < 2; ++metric) {
    const std::string name = metric == 0 ? "stranded" : "token-renewed";
    std::vector<double> first;
    std::vector<double> second;
    for (std::uint64_t seed = 3; seed <= 5; ++seed) {
      first.push_back(number_of(bench, "site.renew-after=20d", seed, name));
      second.push_back(number_of(bench, "site.renew-after=60d", seed, name));
    }
    CHECK(result.cells[0].metrics[metric].value.mean ==
          Approx((first[0] + first[1] + first[2]) / 3));
    CHECK_FALSE(result.cells[0].metrics[metric].difference);
    const auto difference = result.cells[1].metrics[metric].difference;
    REQUIRE(difference);
    const Mean expected =
        mean_of(std::vector{second[0] - first[0], second[1] - first[1], second[2] - first[2]});
    CHECK(same(*difference, expected));
  }
  CHECK(result.runs == 6);
  CHECK(result.complete);
}

TEST_CASE("a sweep does not depend on the number of threads") {
  const Bench bench(kAway);
  const auto plan = bench.plan({"site.renew-after=20d,60d", "site.token-validity=80d,90d"},
                               {"stranded-peak", "out-of-service-days", "spells.offline"}, 1, 4);
  SweepOptions many;
  many.threads = 5;
  CHECK(same(swept(plan), swept(plan, many)));
}

TEST_CASE("metrics count what the summary of a run counts") {
  const Bench bench(R"(format = 1
[run]
duration = "100d"
[[cohort]]
name = "leavers"
clients = 3
[cohort.network]
model = "timeline"
steps = [{at = "0d", on = "intranet"}, {at = "1d", on = "offline"}, {at = "95d", on = "internet"}]
)");
  // They register at once, expire 90 days and a minute of latency later, and are never served
  // again.
  CHECK(number_of(bench, "run.seed=1", 1, "stranded") == 3);
  CHECK(number_of(bench, "run.seed=1", 1, "stranded-peak") == 3);
  CHECK(number_of(bench, "run.seed=1", 1, "spells") == 6);
  CHECK(number_of(bench, "run.seed=1", 1, "spells.offline") == 3);
  CHECK(number_of(bench, "run.seed=1", 1, "spells.not-enrolled") == 3);
  CHECK(number_of(bench, "run.seed=1", 1, "token-expired") == 3);
  CHECK(number_of(bench, "run.seed=1", 1, "client-installed") == 3);
  CHECK(number_of(bench, "run.seed=1", 1, "peak-renewals-per-hour") == 0);
  // Three registrations are asked for in 300 days of clients.
  CHECK(number_of(bench, "run.seed=1", 1, "requests-per-client-day") == Approx(0.01));
  // A minute each at the beginning, and ten days from the expiry on.
  CHECK(number_of(bench, "run.seed=1", 1, "out-of-service-days") == Approx(3 * (10 + 1.0 / 1440)));
  CHECK_FALSE(parse_metric("strandet"));
  CHECK(to_string(parse_metric("strandet").error()) ==
        "--metric: unknown metric `strandet`; did you mean `stranded`?");
}

TEST_CASE("intervals of 95 % hold the true value in 95 of 100 sweeps", "[slow]") {
  const Bench bench(kBlocked);
  int means = 0;
  int differences = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto result =
        swept(bench.plan({"action.0.share=0.1,0.3"}, {"client-blocked"}, i * 10 + 1, i * 10 + 10));
    means += result.cells[0].metrics[0].value.interval->holds(20) ? 1 : 0;
    differences += result.cells[1].metrics[0].difference->interval->holds(40) ? 1 : 0;
  }
  // 190, and three times the binomial's sigma: 9.2.
  CHECK(means >= 181);
  CHECK(means <= 199);
  CHECK(differences >= 181);
  CHECK(differences <= 199);
}

TEST_CASE("the fewest stranded are named, with what cannot be told from them") {
  const Bench bench(kAway);
  const auto result =
      swept(bench.plan({"site.renew-after=85d,10d,10d", "site.latency=1m,2m"}, {"stranded"}, 1, 8));
  REQUIRE(result.best);
  // Renewals after 85 of 90 days leave no time; the others are the same twice.
  CHECK(result.best->cell >= 2);
  for (const std::size_t tie : result.best->ties) CHECK(tie >= 2);
  CHECK(result.best->ties.size() == 3);
  CHECK(result.best->requests[result.best->cell].mean > result.best->requests[0].mean);
}

TEST_CASE("a run that is kept is not made again, unless it is damaged or another") {
  const Bench bench(kAway);
  const std::string folder = bench.path("runs").string();
  const auto cache = RunCache::open(folder, "1.0");
  REQUIRE(cache);
  SweepOptions options;
  options.cache = &*cache;
  const auto plan = bench.plan({"site.renew-after=20d,60d"}, {"stranded", "spells"}, 1, 3);
  const auto first = swept(plan, options);
  CHECK(first.runs == 6);
  CHECK(first.cached == 0);
  const auto again = swept(plan, options);
  CHECK(again.runs == 0);
  CHECK(again.cached == 6);
  CHECK(same(first, again));

  // A number is another in one of them, a name in the next, and one is cut off.
  std::vector<std::filesystem::path> kept;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) kept.push_back(entry);
  const auto change = [](const std::filesystem::path& path, const std::string& from) {
    std::string text = read_file(path);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    std::ofstream(path, std::ios::binary) << text.insert(at + from.size(), "1");
  };
  change(kept[0], "\nspells ");
  change(kept[1], "\nspells");
  std::filesystem::resize_file(kept[2], 100);
  const auto repaired = swept(plan, options);
  CHECK(repaired.runs == 3);
  CHECK(same(first, repaired));
  CHECK(swept(plan, options).runs == 0);

  // Other text, other seeds, another version.
  bench.write("s.toml", std::string(kAway) + "# more\n");
  CHECK(swept(plan, options).runs == 6);
  auto more = plan;
  more.last_seed = 4;
  CHECK(swept(more, options).runs == 2);
  const auto newer = RunCache::open(folder, "1.1");
  options.cache = &*newer;
  CHECK(swept(plan, options).runs == 6);
}

TEST_CASE("a run that is kept is another when its inventory is") {
  const Bench bench(R"(format = 1
run.duration = "100d"
[[cohort]]
name = "fleet"
inventory = "devices.csv"
network = { model = "fixed", on = "offline" }
)");
  bench.write("devices.csv", "device,token-issued\na,2025-12-01T00:00:00Z\n");
  const auto cache = RunCache::open(bench.path("runs").string(), "1.0");
  SweepOptions options;
  options.cache = &*cache;
  const auto plan = bench.plan({}, {"token-expired"}, 1, 2);
  CHECK(swept(plan, options).runs == 2);
  CHECK(swept(plan, options).runs == 0);
  bench.write("devices.csv", "device,token-issued\na,2025-12-02T00:00:00Z\n");
  CHECK(swept(plan, options).runs == 2);
}

TEST_CASE("a sweep that is ended says what is done") {
  const Bench bench(kAway);
  SweepOptions options;
  options.go_on = [](std::size_t) { return false; };
  const auto plan = bench.plan({"cohort.away.clients=20000,20001"}, {"stranded"}, 1, 20);
  const auto result = swept(plan, options);
  CHECK_FALSE(result.complete);
  CHECK(result.runs < 40);
  CHECK_FALSE(result.best);
}

TEST_CASE("what is wrong with a value is found before anything is run") {
  const Bench bench(kAway);
  SweepOptions options;
  const auto result = sweep(bench.plan({"site.renew-after=20d,30x"}, {"stranded"}, 1, 1), options);
  REQUIRE_FALSE(result);
  CHECK(to_string(result.error()).substr(0, 29) == "--vary site.renew-after=30x: ");
}

}  // namespace tokenlife::test
