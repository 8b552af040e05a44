#include "sim/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ensure.hpp"
#include "sim/report/assets/charts.js.hpp"
#include "sim/report/assets/dygraphs.js.hpp"
#include "sim/report/assets/lanes.css.hpp"
#include "sim/report/assets/load.css.hpp"
#include "sim/report/assets/page.css.hpp"
#include "sim/report/assets/plot.js.hpp"
#include "sim/report/assets/stranded.js.hpp"
#include "sim/report/html.hpp"
#include "sim/report/sections.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kScenarioBytesMax = 150'000;  // as it stands in the page
constexpr std::size_t kScenarioLineMax = 10'000;

// The comment behind it names a file that nobody has.
std::string_view dygraphs() {
  return kDygraphsJs.substr(0, kDygraphsJs.find("//# sourceMappingURL"));
}

std::string script() {
  std::string text =
      "/* dygraphs 2 is Copyright (c) 2006-2023 Dan Vanderkam and others, under the MIT licence:\n"
      "Permission is hereby granted, free of charge, to any person obtaining a copy of this "
      "software and associated documentation files (the \"Software\"), to deal in the Software "
      "without restriction, including without limitation the rights to use, copy, modify, merge, "
      "publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons "
      "to whom the Software is furnished to do so, subject to the following conditions:\n"
      "The above copyright notice and this permission notice shall be included in all copies or "
      "substantial portions of the Software.\n"
      "THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, "
      "INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR "
      "PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE "
      "FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR "
      "OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER "
      "DEALINGS IN THE SOFTWARE. */\n";
  text += dygraphs();
  for (const std::string_view part : {kPlotJs, kChartsJs, kStrandedJs}) {
    text += "\n";
    text += part;
  }
  // A policy has the hash of the text that a parser gets, which has no other ends of lines.
  std::erase(text, '\r');
  ensure(text.find("</script") == std::string::npos, "a script that does not end too soon");
  return text;
}

std::string head(const Report& report, const std::string& code) {
  std::string title = title_of(report.runs[0]->log.header());
  if (report.runs.size() > 1) title += " and " + title_of(report.runs[1]->log.header());
  return html_head(html_plain(title), csp_hash(code),
                   std::string(kPageCss) + std::string(kLanesCss) + std::string(kLoadCss));
}

std::string fleet_line(const ReportedRun& run) {
  const events::LogHeader& header = run.log.header();
  return fmt::format("{} in {}, {} from {} UTC, seed {}{}",
                     counted(run.fleet.end.clients, "client"),
                     counted(header.cohorts.size(), "cohort"), to_text(header.duration),
                     minute_text(header.start_unix_seconds), header.seed,
                     run.log.summary().complete ? "" : "; the log does not hold the whole run");
}

std::string header_of_page(const Report& report) {
  const Runs runs = report.runs;
  std::string text = "<header>\n<p class=\"kind\">tokenlife report</p>\n<h1>";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i > 0) text += " <span class=\"versus\">and</span> ";
    if (runs.size() > 1) text += fmt::format("<span class=\"run\">{}</span> ", which(runs, i));
    text += html_name(title_of(runs[i]->log.header()));
  }
  text += fmt::format("</h1>\n<p class=\"question\">Who is stranded when {}, and why?</p>\n",
                      runs.size() > 1 ? "the runs end" : "the run ends");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string its =
        runs.size() > 1 ? fmt::format("<span class=\"run\">{}</span> ", which(runs, i)) : "";
    text += fmt::format("<p class=\"answer\">{}{}</p>\n<p class=\"fleet\">{}</p>\n", its,
                        answer_of(*runs[i]), fleet_line(*runs[i]));
  }
  return text + "</header>\n";
}

std::string navigation(const Report& report) {
  std::string text = "<nav aria-label=\"On this page\"><ul>";
  const auto entry = [&](const char* id, const char* words) {
    text += fmt::format("<li><a href=\"#{}\">{}</a></li>", id, words);
  };
  entry("over-time", "Over time");
  if (has_limits(report.runs)) entry("load", "Load");
  entry("end", "At the end");
  if (report.runs.size() > 1) entry("between", "From A to B");
  entry("spells", "Without a token");
  entry("tokens", "Tokens");
  entry("lifecycle", "Lifecycle");
  entry("stranded", "The stranded");
  entry("again", "This run again");
  return text + "</ul></nav>\n";
}

std::string scenario_of_run(const events::LogHeader& header, const std::string& of) {
  std::string lines;
  std::string_view rest = header.scenario_text;
  while (!rest.empty() && lines.size() < kScenarioBytesMax) {
    const std::size_t end = std::min({rest.find('\n'), rest.size(), kScenarioLineMax});
    lines += html_text(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return fmt::format(
      "<details><summary>Its scenario{}</summary><pre dir=\"ltr\">{}{}</pre>"
      "</details>\n",
      of, lines, rest.empty() ? "" : "...\n");
}

}  // namespace

std::string run_section(const Report& report) {
  const Runs runs = report.runs;
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const events::LogReader& log = runs[i]->log;
    const events::LogHeader& header = log.header();
    HtmlTable table("", runs.size() < 2 ? "The run" : "The run " + which(runs, i),
                    {{"What"}, {"Value"}});
    table.row({"scenario", html_name(title_of(header))});
    table.row({"seed", std::to_string(header.seed)});
    table.row({"clients scale", fmt::format("{}", header.clients_scale)});
    table.row({"tick", to_text(header.tick)});
    table.row({"events", grouped(log.summary().events)});
    table.row({"digest", fmt::format("<code>{}</code>", events::to_string(log.summary().digest))});
    for (std::size_t k = 0; k < std::min<std::size_t>(header.inputs.size(), 50); ++k) {
      table.row({"input " + html_name(header.inputs[k].name),
                 fmt::format("<code>{}</code>", events::to_string(header.inputs[k].digest))});
    }
    text += std::move(table).finish();
    text += scenario_of_run(header, runs.size() < 2 ? "" : ", " + which(runs, i));
    text += fmt::format(
        "<p>The same events, and the same page:</p>\n<pre class=\"command\">tokenlife log info LOG "
        "--json | jq -r '.\"scenario-text\"' &gt; again.toml\ntokenlife run again.toml --seed {}{} "
        "--log again\ntokenlife report again -o again.html</pre>\n",
        header.seed,
        header.clients_scale == 1 ? "" : fmt::format(" --clients-scale {}", header.clients_scale));
  }
  return text + fmt::format("<p>Made by tokenlife {}. Charts by dygraphs. All times are UTC.</p>\n",
                            html_text(report.version));
}

std::string report_page(const Report& report) {
  const Runs runs = report.runs;
  const std::string code = script();
  const std::string begin =
      head(report, code) + header_of_page(report) + navigation(report) + "<main>\n";
  std::string before = html_section("over-time", "Over time", over_time_section(runs));
  if (has_limits(runs)) before += html_section("load", "Load", load_section(runs));
  before += html_section("end", "At the end", end_section(runs));
  if (runs.size() > 1) before += html_section("between", "From A to B", fates_section(report));
  before += html_section("spells", "Without a good token", spells_section(runs));
  before += html_section("tokens", "Tokens", tokens_section(runs));
  before += html_section("lifecycle", "The lifecycle", lifecycle_section(runs));
  const std::string behind =
      html_section("again", "This run again", run_section(report)) +
      fmt::format(
          "</main>\n<script type=\"application/json\" id=\"data\">{}</script>\n"
          "<script>{}</script>\n</body>\n</html>\n",
          chart_json(runs), code);
  const std::size_t used = begin.size() + before.size() + behind.size() + kRowBytesMax + 10'000;
  ensure(used < kPageBytesMax, "room for the lives of some");
  std::string page =
      begin + before +
      html_section("stranded", runs.size() > 1 ? "The stranded of B" : "The stranded",
                   stranded_section(runs, kPageBytesMax - used)) +
      behind;
  ensure(page.size() <= kPageBytesMax, "a page of 3 MB at most");
  return page;
}

}  // namespace tokenlife::sim
