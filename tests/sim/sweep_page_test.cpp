// What the page of a sweep says.
#include <catch2/catch.hpp>

#include "sim/report/sweep_page.hpp"
#include "sim/sweep/metric.hpp"

namespace tokenlife::test {
namespace {

using sim::Mean;
using sim::Range;
using sim::SweepResult;

// Three values of a key, of which each leaves so many stranded.
SweepResult three_values() {
  SweepResult result;
  result.plan.scenario = "some/where/it's a fleet.toml";
  result.plan.vary = {{"site.renew-after", {"20d", "30d", "<45d>"}}};
  result.plan.metrics = {sim::metric_called("stranded")};
  result.title = "A <fleet>";
  result.clients = 5'000;
  result.runs = 30;
  result.complete = true;
  const double means[] = {100, 200, 300};
  result.best = SweepResult::Best{0, {}, {}, {}};
  for (std::size_t i = 0; i < 3; ++i) {
    const Mean mean{means[i], Range{means[i] - 10, means[i] + 10}};
    SweepResult::Cell cell{{i}, 10, {{mean, {}}}};
    if (i > 0) cell.metrics[0].difference = Mean{means[i] - 100, Range{means[i] - 104, 250}};
    result.cells.push_back(cell);
    result.best->stranded.push_back(mean);
    result.best->requests.push_back(Mean{0.25, {}});
  }
  return result;
}

std::string page_of(const SweepResult& result) { return sim::sweep_page(result, "9.9.9"); }
bool holds(const std::string& page, const std::string& part) {
  return page.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the page of a sweep answers in its first sentence") {
  SweepResult result = three_values();
  CHECK(holds(page_of(result),
              "<p class=\"answer\">Fewest are stranded at the end with <bdi>site.renew-after=20d"
              "</bdi>: 100.0 ± 10.0 of 5,000 clients.</p>"));
  result.best->cell = 2;
  result.best->ties = {1};
  CHECK(holds(page_of(result),
              "with <bdi>site.renew-after=&lt;45d&gt;</bdi>: 300.0 ± 10.0 of 5,000 clients; with "
              "<bdi>site.renew-after=20d</bdi> it is 100.0 ± 10.0. <bdi>site.renew-after=30d</bdi> "
              "cannot be told apart from it.</p>"));
  result.best->ties = {0, 1};
  CHECK(holds(page_of(result), "make no difference that these seeds could show: 300.0 ± 10.0 of"));
}

TEST_CASE("the page of a sweep has a table of all, and a dot with its interval for each") {
  const std::string page = page_of(three_values());
  CHECK(holds(page, "<td class=\"n\">200.0 ± 10.0</td><td class=\"n\">+100.0 ± 77.0</td>"));
  // The scale goes from 0 to 350 in steps of 50, with 2 % left free on both sides.
  CHECK(holds(page, "<circle class=\"best\" cx=\"29.43%\""));
  CHECK(holds(page, "<circle class=\"mean\" cx=\"56.86%\""));
  CHECK(holds(page, "<line class=\"interval\" x1=\"54.11%\" x2=\"59.60%\""));
  CHECK(holds(page, "<line class=\"first\" x1=\"29.43%\" x2=\"29.43%\""));
  CHECK(holds(page, "text-anchor=\"start\">0</text>"));
  CHECK(holds(page, ">300</text>"));
}

TEST_CASE("the page of a sweep has no scripts, and hostile text is text") {
  const std::string page = page_of(three_values());
  CHECK(holds(page, "default-src 'none'; script-src 'none';"));
  CHECK_FALSE(holds(page, "<script"));
  CHECK_FALSE(holds(page, "<45d>"));
  CHECK_FALSE(holds(page, "<fleet>"));
}

TEST_CASE("the page of a sweep names the command that makes it again") {
  CHECK(holds(page_of(three_values()),
              "tokenlife sweep &#39;it&#39;\\&#39;&#39;s a fleet.toml&#39; --vary "
              "&#39;site.renew-after=20d,30d,&lt;45d&gt;&#39; --seeds 1..10 --metric stranded "
              "--report again.html</pre>"));
}

TEST_CASE("the page of a sweep says what it leaves out") {
  SweepResult result = three_values();
  result.complete = false;
  result.best.reset();
  result.cells[2].seeds = 0;
  result.cells[2].metrics.clear();
  result.runs = 20;
  std::string page = page_of(result);
  CHECK(holds(page, "The sweep was interrupted: 20 of 30 runs are done."));
  CHECK_FALSE(holds(page, "<bdi>&lt;45d&gt;</bdi>"));
  result = three_values();
  result.plan.vary[0].values.assign(10'000, std::string(300, '<'));
  const SweepResult::Cell cell = result.cells[1];
  for (std::size_t i = 3; i < 10'000; ++i) {
    result.cells.push_back(cell);
    result.cells.back().values = {i};
    result.best->requests.push_back(Mean{0.25, {}});
  }
  page = page_of(result);
  CHECK(holds(page, "Only the first 500 of 10,000 combinations"));
  CHECK(page.size() < 3'000'000);
}

TEST_CASE("means that are all the same, or of one seed, have their chart") {
  SweepResult result = three_values();
  for (SweepResult::Cell& cell : result.cells) cell.metrics[0] = {Mean{0, {}}, {}};
  const std::string page = page_of(result);
  CHECK(holds(page, "<circle class=\"best\" cx=\"50.00%\""));
  CHECK_FALSE(holds(page, "nan"));
  CHECK_FALSE(holds(page, "<line class=\"interval\""));
}

}  // namespace tokenlife::test
