// What a page says, and what hostile text becomes in it.
#include <catch2/catch.hpp>

#include "sim/report/html.hpp"
#include "sim/report/lifecycle_picture.hpp"
#include "sim/report/lives.hpp"
#include "sim/report/marks.hpp"
#include "sim/report/sections.hpp"
#include "sim/run_of_text.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("text from a log is text in HTML, in attributes and in JSON") {
  const std::string hostile = "</script><!--\"'&\n\xE2\x80\xA8\xE2\x80\xAE\xff";
  CHECK(sim::html_text(hostile) == "&lt;/script&gt;&lt;!--&quot;&#39;&amp;\\n\\u2028\\u202e\\xff");
  CHECK(sim::html_name("a<b") == "<bdi>a&lt;b</bdi>");
  CHECK(sim::json_name(hostile) ==
        R"("\u003c/script\u003e\u003c!--\"'\u0026\\n\\u2028\\u202e\\xff")");
  CHECK(sim::json_name("\\") == R"("\\")");
}

TEST_CASE("a name that is long is cut between characters, however it is escaped") {
  CHECK(sim::html_plain(std::string(300, 'x')) == std::string(300, 'x'));
  CHECK(sim::html_plain(std::string(301, 'x')) == std::string(300, 'x') + "&hellip;");
  const std::string cut = sim::html_plain(std::string(1'000, '<'));
  CHECK(count_of(cut, "&lt;") == 75);
  CHECK(cut.ends_with("&lt;&hellip;"));
  CHECK(sim::json_name(std::string(1'000, '<')).size() == 300 + 5);
}

TEST_CASE("shares are rounded, and neither nothing nor all unless they are that") {
  CHECK(sim::percent(176, 5'000) == "3.5&nbsp;%");
  CHECK(sim::percent(0, 5'000) == "0&nbsp;%");
  CHECK(sim::percent(5'000, 5'000) == "100&nbsp;%");
  CHECK(sim::percent(1, 5'000) == "&lt;&nbsp;0.1&nbsp;%");
  CHECK(sim::percent(4'999, 5'000) == "&gt;&nbsp;99.9&nbsp;%");
  CHECK(sim::percent(1, 0).empty());
}

TEST_CASE("a policy names an inline script by its hash") {
  // As `printf abc | openssl dgst -sha256 -binary | base64` has it.
  CHECK(sim::csp_hash("abc") == "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
}

TEST_CASE("dates are written out, also before 1970") {
  CHECK(sim::long_date(1'785'715'200) == "3 August 2026");
  CHECK(sim::minute_text(1'785'760'000) == "2026-08-03 12:26");
  CHECK(sim::date_text(-1) == "1969-12-31");
}

TEST_CASE("the picture has every arrow of the lifecycle, dashed unless it was taken") {
  const auto arrows = sim::lifecycle_arrows();
  CHECK(arrows.size() == 28);
  sim::ArrowCounts counts{};
  const sim::ArrowCounts* const run[] = {&counts};
  const std::string never = sim::lifecycle_svg(run);
  CHECK(count_of(never, "<path class=\"arrow") == 28);
  CHECK(count_of(never, "<path class=\"arrow never\"") == 28);
  counts[1][2] = 1'234;  // installed, registered
  const std::string once = sim::lifecycle_svg(run);
  CHECK(count_of(once, "<path class=\"arrow never\"") == 27);
  CHECK(count_of(once, ">1,234</text>") == 1);
  CHECK(count_of(sim::lifecycle_table(run), "<td class=\"n\">never</td>") == 27);
}

TEST_CASE("of tokens that are held when the run ends, only that is known") {
  sim::Fleet fleet;
  CHECK(sim::survival_of(fleet).empty());
  fleet.tokens.resize(3);
  fleet.tokens[0].held = 6;      // seen for less than an hour
  fleet.tokens[1].ended[0] = 1;  // of the other four
  fleet.tokens[1].held = 1;
  fleet.tokens[2].ended[2] = 1;
  fleet.tokens[2].held = 1;
  CHECK(sim::survival_of(fleet) == std::vector<double>{1, 1, 0.75, 0.375});
}

TEST_CASE("actions are marked when they are, with whom they concern") {
  const sim::Scenario scenario = scenario_of(
      "[run]\nduration = \"30d\"\nstart = 2026-01-01T00:00:00Z\n"
      "[[cohort]]\nname = \"a\"\nclients = 5\nnetwork = { model = \"fixed\", on = \"intranet\" }\n"
      "[[action]]\ndo = \"rotate-signing-certificate\"\nat = \"5d\"\nretire-old-after = \"10d\"\n"
      "[[action]]\ndo = \"outage\"\nendpoint = \"cmg\"\nat = \"1d\"\nfor = \"2d\"\n"
      "repeat-every = \"20d\"\n"
      "[[action]]\ndo = \"upgrade\"\nat = \"2d\"\ncohort = \"a\"\nshare = 0.25\nover = \"3d\"\n");
  struct Expected {
    std::int64_t from, to;  // in days
    const char* text;
  };
  const Expected expected[] = {{1, 3, "the CMG is down (action 1)"},
                               {2, 5, "upgrade of 25 % of a (action 2)"},
                               {5, 0, "a new signing certificate (action 0)"},
                               {15, 0, "the old signing certificate is retired (action 0)"},
                               {21, 23, "the CMG is down (action 1)"}};
  const std::vector<sim::Mark> marks = sim::marks_of_scenario(scenario);
  REQUIRE(marks.size() == std::size(expected));
  for (std::size_t i = 0; i < marks.size(); ++i) {
    CHECK(marks[i].text == expected[i].text);
    CHECK((marks[i].from - 1'767'225'600) / 86'400 == expected[i].from);
    CHECK(marks[i].to.has_value() == (expected[i].to != 0));
    if (marks[i].to) CHECK((*marks[i].to - 1'767'225'600) / 86'400 == expected[i].to);
  }
}

TEST_CASE("a life is drawn from its events, to the columns of the picture") {
  events::LogHeader header;
  header.duration = days{892};  // a column a day
  const auto stream = stream_of(
      "[run]\nduration = \"892d\"\ntick = \"1d\"\n[[cohort]]\nname = \"a\"\nclients = 1\n"
      "[cohort.network]\nmodel = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at "
      "= \"10d\", on = \"internet\" }, { at = \"20d\", on = \"offline\" } ]\n");
  const std::string svg = sim::lanes_svg(stream, header, {});
  CHECK(count_of(svg, "<path class=\"l-mp\" d=\"M96 18h10v16h-10z\">") == 1);
  CHECK(count_of(svg, "<path class=\"l-cmg\" d=\"M106 26h10v8h-10z\">") == 1);
  CHECK(count_of(svg, "<path class=\"l-off\" d=\"M116 31h872v3h-872z\">") == 1);
  // Issued on day 0, told on day 1, expired on day 90.
  CHECK(count_of(svg, "<path class=\"l-token\" d=\"M97 92h89v12h-89z\">") == 1);
  CHECK(count_of(svg, "<path class=\"l-expired\" d=\"M186 66h802v8h-802z\">") == 1);
  CHECK(count_of(svg, "<path class=\"l-granted\" d=\"M97 114h2v10h-2z\">") == 1);
}

}  // namespace tokenlife::test
