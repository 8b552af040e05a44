// Sections about what happened over time, and how long things took.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/report/html.hpp"
#include "sim/report/lifecycle_picture.hpp"
#include "sim/report/sections.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::days;
using std::chrono::hours;
using State = LifecycleState;

constexpr std::size_t kTableRows = 53;
constexpr std::size_t kBarsMax = 40;

// ---- Over time ---------------------------------------------------------------------------------

std::string marks_table(Runs runs) {
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& marks = runs[i]->marks;
    HtmlTable table("", runs.size() < 2 ? "What was done" : "What was done in " + which(runs, i),
                    {{"Mark"}, {"From"}, {"To"}, {"What"}});
    for (std::size_t m = 0; m < marks.size(); ++m) {
      table.row({fmt::format("{}{}", which(runs, i), m + 1), minute_text(marks[m].from),
                 marks[m].to ? minute_text(*marks[m].to) : "", html_name(marks[m].text)});
    }
    if (table.is_empty()) continue;
    text += std::move(table).finish();
    if (marks.size() == kMarksMax) {
      text += fmt::format("<p>Only the first {}.</p>\n", kMarksMax);
    }
  }
  return text;
}

std::string levels_table(const ReportedRun& run, const std::string& of) {
  constexpr std::array<State, 6> kShown{State::installed, State::registered,
                                        State::roaming,   State::renewing,
                                        State::expired,   State::re_registration_required};
  std::vector<HtmlColumn> columns{{"At (UTC)"}};
  for (const State state : kShown) columns.push_back({std::string(name(state)), true});
  columns.push_back({"out of service", true});
  columns.push_back({"stranded", true});
  HtmlTable table("", "Clients by state over time" + of, columns);
  const Fleet& fleet = run.fleet;
  const std::size_t step = fleet.levels.count / kTableRows + 1;
  const std::int64_t last = run.log.header().start_unix_seconds + run.log.header().duration.count();
  for (std::size_t i = step - 1; i < fleet.levels.count; i += step) {
    std::vector<std::string> cells{minute_text(std::min(fleet.levels.begin_of(i + 1), last))};
    for (const State state : kShown) {
      cells.push_back(grouped(fleet.states[i][static_cast<std::size_t>(state)]));
    }
    cells.push_back(grouped(fleet.out_of_service[i]));
    cells.push_back(grouped(fleet.stranded[i]));
    table.row(cells);
  }
  return std::move(table).finish();
}

std::string doings_table(const ReportedRun& run, const std::string& of) {
  std::vector<HtmlColumn> columns{{"From (UTC)"}};
  for (const char* doing : Days::kDoingNames) columns.push_back({doing, true});
  HtmlTable table("", "What clients asked, and what came of it" + of, columns);
  const Fleet& fleet = run.fleet;
  const std::size_t step = fleet.doings.count / kTableRows + 1;
  for (std::size_t i = 0; i < fleet.doings.count; i += step) {
    std::array<std::uint64_t, Days::kDoings> sums{};
    for (std::size_t k = i; k < std::min(i + step, fleet.doings.count); ++k) {
      for (std::size_t d = 0; d < sums.size(); ++d) sums[d] += fleet.done[k][d];
    }
    std::vector<std::string> cells{minute_text(fleet.doings.begin_of(i))};
    for (const std::uint64_t sum : sums) cells.push_back(grouped(sum));
    table.row(cells);
  }
  return std::move(table).finish();
}

// ---- How long ----------------------------------------------------------------------------------

struct LengthClass {
  Duration below;
  const char* words;
};
constexpr LengthClass kLengths[] = {
    {hours{1}, "less than an hour"},   {days{1}, "an hour to a day"},
    {days{3}, "1 to 3 days"},          {days{7}, "3 to 7 days"},
    {days{14}, "1 to 2 weeks"},        {days{28}, "2 to 4 weeks"},
    {days{56}, "4 to 8 weeks"},        {days{91}, "8 to 13 weeks"},
    {days{182}, "13 to 26 weeks"},     {days{364}, "26 to 52 weeks"},
    {kDurationLimit, "a year or more"}};
using LengthCounts = std::array<std::uint64_t, std::size(kLengths)>;

LengthCounts lengths_of(const Fleet& fleet) {
  LengthCounts counts{};
  for (const SpellCount& spells : fleet.spells) {
    for (const auto& [length, count] : spells.lengths) {
      std::size_t place = 0;
      while (place + 1 < counts.size() && length >= kLengths[place].below) ++place;
      counts[place] += count;
    }
  }
  return counts;
}

std::string lengths_table(Runs runs) {
  std::vector<HtmlColumn> columns{{"Length"}};
  std::vector<LengthCounts> counts;
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    columns.push_back({runs.size() < 2 ? "Spells" : "Spells in " + which(runs, i), true});
    columns.push_back({""});
    counts.push_back(lengths_of(runs[i]->fleet));
    most = std::max(most, *std::max_element(counts[i].begin(), counts[i].end()));
  }
  HtmlTable table("", "How long clients were without a good token, if they got one again", columns);
  const auto is_empty_from = [&](std::size_t c) {
    return std::all_of(counts.begin(), counts.end(), [c](const LengthCounts& its) {
      return std::all_of(its.begin() + static_cast<std::ptrdiff_t>(c), its.end(),
                         [](std::uint64_t count) { return count == 0; });
    });
  };
  for (std::size_t c = 0; c < std::size(kLengths) && !is_empty_from(c); ++c) {
    std::vector<std::string> cells{kLengths[c].words};
    for (std::size_t i = 0; i < runs.size(); ++i) {
      cells.push_back(grouped(counts[i][c]));
      cells.push_back(bar(counts[i][c], most, i == 0 ? "a" : "b"));
    }
    table.row(cells);
  }
  return std::move(table).finish();
}

std::string causes_of_spells(const ReportedRun& run, const std::string& of) {
  HtmlTable table("", "Times without a good token, by cause" + of,
                  {{"Cause"},
                   {"Because"},
                   {"Spells", true},
                   {"Ended by itself", true},
                   {"By action", true},
                   {"Not at all", true},
                   {"Median", true},
                   {"90 %", true}});
  for (std::size_t c = 0; c < kCount<SpellCause>; ++c) {
    const SpellCount& count = run.fleet.spells[c];
    if (count.count() == 0) continue;
    const auto length = [&](unsigned percent) {
      const auto found = count.percentile(percent);
      return found ? to_text(*found) : std::string("&ndash;");
    };
    table.row({std::string(Names<SpellCause>::values[c]),
               because_of(static_cast<SpellCause>(c), run.log), grouped(count.count()),
               grouped(count.by_itself), grouped(count.by_action), grouped(count.not_at_all),
               length(50), length(90)});
  }
  return table.is_empty() ? "" : std::move(table).finish();
}

// ---- Tokens ------------------------------------------------------------------------------------

// The least width in hours at which that many fit into so many bars.
std::size_t width_of_bars(std::size_t span_hours) {
  for (const std::size_t width : {1U, 3U, 6U, 12U, 24U, 48U, 120U, 168U, 336U, 720U}) {
    if (span_hours / width < kBarsMax) return width;
  }
  return 24 * 364;
}
std::string hours_text(std::size_t count) {
  return to_text(hours{static_cast<std::int64_t>(count)});
}

std::string ages_table(Runs runs) {
  std::size_t first = SIZE_MAX;
  std::size_t last = 0;
  for (const ReportedRun* run : runs) {
    const auto& ages = run->fleet.renewed_at;
    for (std::size_t hour = 0; hour < ages.size(); ++hour) {
      if (ages[hour] == 0) continue;
      first = std::min(first, hour);
      last = std::max(last, hour);
    }
  }
  if (first > last) return "<p>No token was renewed.</p>\n";
  const std::size_t width = width_of_bars(last - first);
  first -= first % width;
  std::vector<HtmlColumn> columns{{"Age"}};
  std::vector<std::vector<std::uint64_t>> counts;
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    columns.push_back({runs.size() < 2 ? "Renewals" : "Renewals in " + which(runs, i), true});
    columns.push_back({""});
    auto& its = counts.emplace_back((last - first) / width + 1);
    const auto& ages = runs[i]->fleet.renewed_at;
    for (std::size_t hour = first; hour < ages.size(); ++hour) {
      its[(hour - first) / width] += ages[hour];
    }
    most = std::max(most, *std::max_element(its.begin(), its.end()));
  }
  HtmlTable table("", "How old tokens were when they were renewed", columns);
  for (std::size_t b = 0; b < counts[0].size(); ++b) {
    const std::size_t from = first + b * width;
    std::vector<std::string> cells{hours_text(from) + " to " + hours_text(from + width)};
    for (std::size_t i = 0; i < runs.size(); ++i) {
      cells.push_back(grouped(counts[i][b]));
      cells.push_back(bar(counts[i][b], most, i == 0 ? "a" : "b"));
    }
    table.row(cells);
  }
  return std::move(table).finish();
}

std::string ends_table(Runs runs) {
  std::vector<HtmlColumn> columns{{"Its end"}};
  std::vector<std::array<std::uint64_t, kCount<TokenEnd> + 1>> counts(runs.size());
  std::vector<std::uint64_t> sums(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    columns.push_back({runs.size() < 2 ? "Tokens" : "Tokens in " + which(runs, i), true});
    columns.push_back({"Share", true});
    for (const TokenHours& hour : runs[i]->fleet.tokens) {
      for (std::size_t e = 0; e < hour.ended.size(); ++e) counts[i][e] += hour.ended[e];
      counts[i].back() += hour.held;
    }
    for (const std::uint64_t count : counts[i]) sums[i] += count;
  }
  HtmlTable table("", "What became of the tokens that were issued in the run", columns);
  for (std::size_t e = 0; e < counts[0].size(); ++e) {
    const bool is_held = e == kCount<TokenEnd>;
    std::vector<std::string> cells{is_held ? "held when the run ended"
                                           : std::string(Names<TokenEnd>::values[e])};
    for (std::size_t i = 0; i < runs.size(); ++i) {
      cells.push_back(grouped(counts[i][e]));
      cells.push_back(percent(counts[i][e], sums[i]) +
                      bar(counts[i][e], sums[i], i == 0 ? "a" : "b"));
    }
    table.row(cells);
  }
  return std::move(table).finish();
}

}  // namespace

// "6 hours", "day"
std::string period_words(Duration width) {
  const auto of = [&](std::int64_t unit, const char* noun) {
    const std::int64_t n = width.count() / unit;
    return n == 1 ? std::string(noun) : fmt::format("{} {}s", n, noun);
  };
  if (width >= days{1}) return of(86'400, "day");
  return width >= hours{1} ? of(3'600, "hour") : of(60, "minute");
}

std::string chart_place(const char* id, const std::string& heading, const std::string& says) {
  return fmt::format(
      "<figure class=\"chart\"><figcaption><h3>{1}</h3><p>{2}</p></figcaption><div "
      "class=\"legend\" id=\"legend-{0}\"></div><div class=\"plot\" id=\"chart-{0}\" role=\"img\" "
      "aria-label=\"{1}; the tables below say the same\"></div></figure>\n",
      id, heading, says);
}

std::string over_time_section(Runs runs) {
  const bool are_two = runs.size() > 1;
  const std::string levels = period_words(runs[0]->fleet.levels.width);
  std::string text =
      "<div class=\"tools\" id=\"zoom-tools\"></div><noscript><p>The charts are drawn by a script; "
      "the tables say the same.</p></noscript>\n" +
      chart_place("population", "Clients by state",
                  are_two ? "Lines of A are solid, lines of B are dashed."
                          : "Installed clients, one state above the other, at the end of each " +
                                levels + ".") +
      chart_place("service", "Stranded and out of service",
                  "Out of service: without a good token. Stranded: without one, and they "
                  "cannot get one by themselves where they are.") +
      chart_place("doings", "Registrations, renewals, refusals and failures",
                  "How many in each " + period_words(runs[0]->fleet.doings.width) + ".") +
      marks_table(runs) + "<details class=\"values\"><summary>The charts as tables</summary>\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string of = are_two ? ", in " + which(runs, i) : "";
    text += levels_table(*runs[i], of) + doings_table(*runs[i], of);
  }
  return text + "</details>\n";
}

std::string spells_section(Runs runs) {
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    text += causes_of_spells(*runs[i], runs.size() < 2 ? "" : ", in " + which(runs, i));
  }
  if (text.empty()) return "<p>No client was ever without a good token.</p>\n";
  return text + lengths_table(runs);
}

std::string tokens_section(Runs runs) {
  return chart_place("survival", "How many tokens are still held",
                     "The share of tokens that are still held after this many days (Kaplan and "
                     "Meier; tokens from before the run are left out).") +
         "<div class=\"side\">" + ends_table(runs) + ages_table(runs) + "</div>\n";
}

std::string lifecycle_section(Runs runs) {
  std::vector<const ArrowCounts*> counts;
  for (const ReportedRun* run : runs) counts.push_back(&run->fleet.arrows);
  return "<p>Arrows that no client followed are dashed.</p>\n"
         "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The lifecycle\">" +
         lifecycle_svg(counts) +
         "</div>\n<details class=\"values\"><summary>The picture as a "
         "table</summary>\n" +
         lifecycle_table(counts) + "</details>\n";
}

}  // namespace tokenlife::sim
