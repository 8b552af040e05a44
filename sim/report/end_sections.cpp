// Sections about the end of a run: how clients ended, who is stranded, what became of them in
// another.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/analysis/client_names.hpp"
#include "sim/report/html.hpp"
#include "sim/report/sections.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kCohortsMax = 100;
constexpr std::size_t kDifferingMax = 500;
constexpr std::size_t kDifferingBytesMax = 250'000;

std::string moment(const events::LogHeader& header, Instant t) {
  return minute_text(header.start_unix_seconds + t.time_since_epoch().count());
}

// A number, its share and its bar, for each run.
void add_counts(std::vector<std::string>& cells, Runs runs, const auto& count, const auto& whole) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::uint64_t part = count(runs[i]->fleet);
    const std::uint64_t all = whole(runs[i]->fleet);
    cells.push_back(grouped(part));
    cells.push_back(percent(part, all) + bar(part, all, i == 0 ? "a" : "b"));
  }
}
void add_count_columns(std::vector<HtmlColumn>& columns, Runs runs) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    columns.push_back({runs.size() < 2 ? "Clients" : "Clients in " + which(runs, i), true});
    columns.push_back({"Share", true});
  }
}

std::string states_table(Runs runs) {
  std::vector<HtmlColumn> columns{{"State"}};
  add_count_columns(columns, runs);
  HtmlTable table("", "Clients at the end", columns);
  const auto clients = [](const Fleet& fleet) { return fleet.end.clients; };
  const auto row = [&](std::string_view words, const auto& count) {
    const bool is_there = std::any_of(
        runs.begin(), runs.end(), [&](const ReportedRun* run) { return count(run->fleet) > 0; });
    if (!is_there) return;
    std::vector<std::string> cells{std::string(words)};
    add_counts(cells, runs, count, clients);
    table.row(cells);
  };
  for (std::size_t s = 0; s < kCount<LifecycleState>; ++s) {
    row(Names<LifecycleState>::values[s], [s](const Fleet& fleet) { return fleet.end.states[s]; });
  }
  row("out of service", [](const Fleet& fleet) { return fleet.end.out_of_service; });
  row("stranded", [](const Fleet& fleet) { return fleet.end.stranded; });
  return std::move(table).finish();
}

std::string causes_table(Runs runs) {
  std::vector<HtmlColumn> columns{{"Stranded because"}, {"Cause"}};
  add_count_columns(columns, runs);
  HtmlTable table("", "Why they are stranded", columns);
  std::vector<std::size_t> causes;
  for (std::size_t c = 0; c < kCount<SpellCause>; ++c) causes.push_back(c);
  const auto most = [&](std::size_t cause) {
    std::uint64_t count = 0;
    for (const ReportedRun* run : runs) {
      count = std::max(count, run->fleet.end.stranded_causes[cause]);
    }
    return count;
  };
  std::stable_sort(causes.begin(), causes.end(),
                   [&](std::size_t a, std::size_t b) { return most(a) > most(b); });
  for (const std::size_t cause : causes) {
    if (most(cause) == 0) continue;
    std::vector<std::string> cells{because_of(static_cast<SpellCause>(cause), runs[0]->log),
                                   std::string(Names<SpellCause>::values[cause])};
    add_counts(
        cells, runs, [cause](const Fleet& fleet) { return fleet.end.stranded_causes[cause]; },
        [](const Fleet& fleet) { return fleet.end.stranded; });
    table.row(cells);
  }
  return table.is_empty() ? "" : std::move(table).finish();
}

std::string cohorts_table(const ReportedRun& run, const std::string& caption) {
  HtmlTable table("", caption,
                  {{"Cohort"},
                   {"Clients", true},
                   {"Stranded", true},
                   {"Share", true},
                   {"Out of service", true},
                   {"Most often because"}});
  const auto& cohorts = run.fleet.cohorts;
  for (std::size_t i = 0; i < std::min(cohorts.size(), kCohortsMax); ++i) {
    const CohortEnd& its = cohorts[i];
    const auto most = std::max_element(its.stranded_causes.begin(), its.stranded_causes.end());
    table.row({html_name(run.log.header().cohorts[i].name), grouped(its.clients),
               grouped(its.stranded),
               percent(its.stranded, its.clients) + bar(its.stranded, its.clients),
               grouped(its.out_of_service),
               *most == 0 ? ""
                          : std::string(Names<SpellCause>::values[static_cast<std::size_t>(
                                most - its.stranded_causes.begin())])});
  }
  std::string text = std::move(table).finish();
  if (cohorts.size() > kCohortsMax) {
    text += fmt::format("<p>The first {} of {} cohorts.</p>\n", kCohortsMax, cohorts.size());
  }
  return text;
}

// ---- The stranded ------------------------------------------------------------------------------

std::string device_cell(const events::LogHeader& header, ClientNumber number, bool has_life) {
  const events::LogCohort& cohort = header.cohorts[cohort_of(header, number)];
  const auto device = device_of(cohort, number);
  const std::string name = device ? html_name(*device) : grouped(number.value - cohort.first.value);
  if (!has_life) return name;
  return fmt::format("<a href=\"#client-{}\">{}</a>", number.value, name);
}

std::string stranded_row_cause(const events::ClientStanding& standing) {
  if (!standing.spell || standing.spell->cause == SpellCause::not_recorded) return "";
  return std::string(name(standing.spell->cause));
}

using Lives = std::span<const LifeSection>;

std::string stranded_table(const ReportedRun& run, Lives lives, std::size_t& shown) {
  const events::LogHeader& header = run.log.header();
  HtmlTable table("stranded-clients", "Clients that are stranded at the end",
                  {{"Device"},
                   {"Cohort"},
                   {"Without a token since"},
                   {"Cause"},
                   {"State"},
                   {"Last on"},
                   {"Its life"}});
  for (const events::ClientStanding& standing : run.fleet.stranded_now) {
    if (table.bytes() > kRowBytesMax) break;
    const auto is_its = [&](const LifeSection& life) { return life.number == standing.number; };
    const bool has_life = std::any_of(lives.begin(), lives.end(), is_its);
    const events::LogCohort& cohort = header.cohorts[cohort_of(header, standing.number)];
    table.row({device_cell(header, standing.number, has_life), html_name(cohort.name),
               standing.spell ? moment(header, standing.spell->begin) : "",
               stranded_row_cause(standing), std::string(name(standing.client.state)),
               std::string(name(standing.client.last_connected)),
               has_life
                   ? fmt::format("<a href=\"#client-{}\">below</a>", standing.number.value)
                   : fmt::format("<code>tokenlife explain LOG {}</code>", standing.number.value)});
    ++shown;
  }
  return std::move(table).finish();
}

// ---- Of two runs -------------------------------------------------------------------------------

std::string fate_words(const Fate& fate) {
  return fmt::format("{}{}", name(fate.state), fate.is_stranded() ? ", stranded" : "");
}

std::string changes_table(const std::vector<MatchedClient>& matches) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
  for (const MatchedClient& client : matches) {
    ++counts[{fate_words(client.fate_a), fate_words(client.fate_b)}];
  }
  std::vector<std::pair<std::pair<std::string, std::string>, std::uint64_t>> rows(counts.begin(),
                                                                                  counts.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  HtmlTable table("fates", "How clients ended, from A to B",
                  {{"In A"}, {"In B"}, {"Clients", true}, {"Share", true}});
  for (const auto& [fates, count] : rows) {
    table.row({fates.first, fates.first == fates.second ? "the same" : fates.second, grouped(count),
               percent(count, matches.size()) + bar(count, matches.size())});
  }
  return std::move(table).finish();
}

}  // namespace

std::string end_section(Runs runs) {
  std::string text = "<div class=\"side\">" + states_table(runs) + causes_table(runs) + "</div>\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    text += cohorts_table(
        *runs[i], runs.size() < 2 ? "By cohort" : fmt::format("By cohort, in {}", which(runs, i)));
  }
  return text;
}

std::string stranded_section(Runs runs, std::size_t lives_bytes_max) {
  const ReportedRun& run = *runs.back();
  if (run.fleet.end.stranded == 0) return "<p>Nobody.</p>\n";
  std::size_t bytes = 0;
  std::size_t fit = 0;
  while (fit < run.lives.size() && bytes + run.lives[fit].html.size() <= lives_bytes_max) {
    bytes += run.lives[fit++].html.size();
  }
  const Lives lives = Lives(run.lives).first(fit);
  std::size_t shown = 0;
  const std::string table = stranded_table(run, lives, shown);
  std::string text;
  if (shown < run.fleet.end.stranded) {
    text += fmt::format(
        "<p>The first {} of {}. All of them: <code>tokenlife replay LOG --state stranded --format "
        "csv</code></p>\n",
        grouped(shown), grouped(run.fleet.end.stranded));
  }
  text += "<div class=\"tools\" id=\"stranded-tools\"></div>\n" + table;
  if (lives.empty()) return text;
  text += fmt::format("<h3>What happened to {}</h3>\n",
                      lives.size() < run.fleet.end.stranded
                          ? fmt::format("the first {}", grouped(lives.size()))
                          : "them");
  text +=
      "<p>In the pictures, the higher a bar stands, the better: on the intranet, on the internet, "
      "offline; registered or renewing, roaming, expired, re-registration required. Actions are "
      "grey.</p>\n";
  for (const LifeSection& life : lives) text += life.html;
  return text;
}

std::string fates_section(const Report& report) {
  const events::LogHeader& a = report.runs[0]->log.header();
  std::string text = changes_table(report.matches);
  std::size_t differing = 0;
  std::size_t shown = 0;
  HtmlTable table("differing-clients", "Clients that ended differently",
                  {{"Device"}, {"Cohort"}, {"In A"}, {"In B"}, {"Cause in A"}, {"Cause in B"}});
  const auto cause = [](const Fate& fate) {
    return fate.cause == SpellCause::not_recorded ? "" : std::string(name(fate.cause));
  };
  for (const MatchedClient& client : report.matches) {
    if (client.has_same_fate()) continue;
    ++differing;
    if (shown >= kDifferingMax || table.bytes() > kDifferingBytesMax) continue;
    ++shown;
    table.row({device_cell(a, client.a, false), html_name(a.cohorts[cohort_of(a, client.a)].name),
               fate_words(client.fate_a), fate_words(client.fate_b), cause(client.fate_a),
               cause(client.fate_b)});
  }
  if (differing == 0) return text + "<p>Every client ended in the same state.</p>\n";
  if (shown < differing) {
    text += fmt::format(
        "<p>The first {} of {} clients that ended differently. All of them: <code>tokenlife log "
        "diff A B --differing clients.csv</code></p>\n",
        grouped(shown), grouped(differing));
  }
  return text + std::move(table).finish();
}

}  // namespace tokenlife::sim
