#include "sim/report/sweep_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/ensure.hpp"
#include "sim/report/assets/page.css.hpp"
#include "sim/report/assets/sweep.css.hpp"
#include "sim/report/html.hpp"
#include "sim/report/page.hpp"
#include "sim/sweep/sweep_words.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

using SweepCell = SweepResult::Cell;

// Those of which a run was made, in the order of the grid, as many as are shown.
std::vector<std::size_t> shown_cells(const SweepResult& result) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < result.cells.size() && shown.size() < kCellsShownMax; ++i) {
    if (result.cells[i].seeds > 0) shown.push_back(i);
  }
  return shown;
}

std::string cell_html(const SweepResult& result, std::size_t cell) {
  return html_name(cell_text(result, cell));
}

// "30d, https": of a combination the values alone, under the names of their keys.
std::string values_html(const SweepResult& result, const std::vector<std::size_t>* values) {
  std::string text;
  for (std::size_t i = 0; i < result.plan.vary.size(); ++i) {
    const Vary& vary = result.plan.vary[i];
    if (i > 0) text += ", ";
    text += html_name(values == nullptr ? vary.key : vary.values[(*values)[i]]);
  }
  if (result.plan.vary.empty()) return values == nullptr ? "scenario" : "as it is";
  return text;
}

// ---- The answer --------------------------------------------------------------------------------

std::string of_clients(const SweepResult& result) {
  return fmt::format("of {}", counted(result.clients, "client"));
}

std::string sweep_answer(const SweepResult& result) {
  if (!result.best) {
    return fmt::format("The sweep was interrupted: {} of {} runs are done.",
                       grouped(result.runs + result.cached),
                       grouped(result.plan.cells() * result.plan.seeds()));
  }
  const SweepResult::Best& best = *result.best;
  const std::string fewest = mean_text(best.stranded[best.cell]);
  if (result.cells.size() == 1) {
    return fmt::format("{} {} are stranded at the end.", fewest, of_clients(result));
  }
  if (best.ties.size() + 1 == result.cells.size()) {
    return fmt::format(
        "These values make no difference that {} could show: {} {} are stranded at the end.",
        result.plan.seeds() > 1 ? "these seeds" : "one seed", fewest, of_clients(result));
  }
  std::string text = fmt::format("Fewest are stranded at the end with {}: {} {}",
                                 cell_html(result, best.cell), fewest, of_clients(result));
  if (best.cell > 0) {
    text += fmt::format("; with {} it is {}", cell_html(result, 0), mean_text(best.stranded[0]));
  }
  if (!best.ties.empty()) {
    text += fmt::format(". {} cannot be told apart from it",
                        best.ties.size() == 1 ? cell_html(result, best.ties[0])
                                              : counted(best.ties.size(), "other combination"));
  }
  return text + ".";
}

// ---- The table ---------------------------------------------------------------------------------

std::string table_of_all(const SweepResult& result, const std::vector<std::size_t>& shown) {
  const SweepPlan& plan = result.plan;
  std::vector<HtmlColumn> columns;
  for (const Vary& vary : plan.vary) columns.push_back({html_name(vary.key)});
  if (plan.vary.empty()) columns.push_back({"scenario"});
  if (!result.complete) columns.push_back({"seeds", true});
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    columns.push_back({html_text(metric_name(plan, m)), true});
    if (result.cells.size() > 1) columns.push_back({"against row 1", true});
  }
  if (result.best) columns.push_back({"requests per client per day", true});
  HtmlTable table("combinations", "What the values do to the fleet", columns);
  for (const std::size_t i : shown) {
    const SweepCell& cell = result.cells[i];
    std::vector<std::string> row;
    for (std::size_t v = 0; v < cell.values.size(); ++v) {
      row.push_back(html_name(plan.vary[v].values[cell.values[v]]));
    }
    if (plan.vary.empty()) row.emplace_back("as it is");
    if (!result.complete) row.push_back(grouped(cell.seeds));
    for (const SweepResult::OfMetric& metric : cell.metrics) {
      row.push_back(mean_text(metric.value));
      if (result.cells.size() == 1) continue;
      row.push_back(metric.difference ? mean_text(*metric.difference, true) : "");
    }
    if (result.best) row.push_back(mean_text(Mean{result.best->requests[i].mean}));
    const bool is_best = result.best && result.best->cell == i;
    table.row(row, is_best ? "class=\"best\"" : "");
  }
  return std::move(table).finish();
}

// ---- The charts --------------------------------------------------------------------------------

// Where the numbers of a metric lie from left to right. Zero is on it where it is not far.
class DotScale {
 public:
  DotScale(const SweepResult& result, const std::vector<std::size_t>& shown, std::size_t metric) {
    bool is_first = true;
    for (const std::size_t i : shown) {
      const Mean& mean = result.cells[i].metrics[metric].value;
      const Range range = mean.interval.value_or(Range{mean.mean, mean.mean});
      low_ = is_first ? range.low : std::min(low_, range.low);
      high_ = is_first ? range.high : std::max(high_, range.high);
      is_first = false;
    }
    if (low_ > 0 && low_ < high_ / 2) low_ = 0;
    if (!(high_ > low_)) {
      const double room = std::max(1.0, std::abs(high_) / 10);
      low_ -= room;
      high_ += room;
    }
    // Steps of 1, 2 or 5 times a power of ten, four to nine of them.
    const double power = std::pow(10.0, std::floor(std::log10((high_ - low_) / 4)));
    for (const double step : {1.0, 2.0, 5.0}) {
      if (power * step <= (high_ - low_) / 4) step_ = power * step;
    }
    low_ = std::floor(low_ / step_) * step_;
    high_ = std::ceil(high_ / step_) * step_;
  }

  double percent_at(double value) const { return 2 + 96 * (value - low_) / (high_ - low_); }
  std::vector<double> ticks() const {
    std::vector<double> all;
    for (double n = 0; low_ + n * step_ <= high_ + step_ / 2; ++n) all.push_back(low_ + n * step_);
    return all;
  }
  std::string text_of(double tick) const {
    if (std::abs(tick) < step_ / 2) return "0";
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step_) + 1e-9)));
    return fmt::format("{:.{}f}", tick, decimals);
  }

 private:
  double low_ = 0, high_ = 0, step_ = 1;
};

std::string dot_row(const DotScale& scale, const Mean& mean, const Mean& first, bool is_best) {
  std::string svg = "<svg class=\"dots\" aria-hidden=\"true\">";
  const auto line = [&](const char* css_class, double x1, double x2, const char* y1,
                        const char* y2) {
    svg += fmt::format("<line class=\"{}\" x1=\"{:.2f}%\" x2=\"{:.2f}%\" y1=\"{}\" y2=\"{}\"/>",
                       css_class, x1, x2, y1, y2);
  };
  for (const double tick : scale.ticks()) {
    const double x = scale.percent_at(tick);
    line("grid", x, x, "0", "100%");
  }
  const double of_first = scale.percent_at(first.mean);
  line("first", of_first, of_first, "0", "100%");
  if (mean.interval) {
    const double low = scale.percent_at(mean.interval->low);
    const double high = scale.percent_at(mean.interval->high);
    line("interval", low, high, "50%", "50%");
    line("interval", low, low, "30%", "70%");
    line("interval", high, high, "30%", "70%");
  }
  return svg + fmt::format("<circle class=\"{}\" cx=\"{:.2f}%\" cy=\"50%\" r=\"5\"/></svg>",
                           is_best ? "best" : "mean", scale.percent_at(mean.mean));
}

std::string scale_row(const DotScale& scale) {
  std::string svg = "<svg class=\"dots\" aria-hidden=\"true\">";
  const std::vector<double> ticks = scale.ticks();
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    // No more than four: they must not run into each other on a telephone.
    if (i % ((ticks.size() + 3) / 4) != 0) continue;
    const char* anchor = i == 0 ? "start" : i + 1 == ticks.size() ? "end" : "middle";
    const double x = i == 0 ? 0 : i + 1 == ticks.size() ? 100 : scale.percent_at(ticks[i]);
    svg += fmt::format("<text x=\"{:.2f}%\" y=\"1.2em\" text-anchor=\"{}\">{}</text>", x, anchor,
                       scale.text_of(ticks[i]));
  }
  return svg + "</svg>";
}

std::string chart_of(const SweepResult& result, const std::vector<std::size_t>& shown,
                     std::size_t metric) {
  const DotScale scale(result, shown, metric);
  const std::string& name = metric_name(result.plan, metric);
  HtmlTable table("chart-" + name, name, {{values_html(result, nullptr)}, {""}, {"mean", true}});
  const Mean& first = result.cells[shown.front()].metrics[metric].value;
  for (const std::size_t i : shown) {
    const Mean& mean = result.cells[i].metrics[metric].value;
    const bool is_best = result.best && result.best->cell == i;
    table.row({values_html(result, &result.cells[i].values), dot_row(scale, mean, first, is_best),
               mean_text(mean)});
  }
  table.row({"", scale_row(scale), ""}, "class=\"scale\" aria-hidden=\"true\"");
  return std::move(table).finish();
}

// ---- All of it ---------------------------------------------------------------------------------

// A word as a shell takes it.
std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=.,:/+";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string sweep_again(const SweepResult& result, std::string_view version) {
  const SweepPlan& plan = result.plan;
  std::string command =
      "tokenlife sweep " + shell_word(std::filesystem::path(plan.scenario).filename().string());
  for (const Vary& vary : plan.vary) {
    std::string values;
    for (const std::string& value : vary.values) values += (values.empty() ? "" : ",") + value;
    command += " --vary " + shell_word(vary.key + "=" + values);
  }
  for (const Setting& setting : plan.settings) {
    command += " --set " + shell_word(setting.text);
  }
  command += fmt::format(" --seeds {}..{}", plan.first_seed, plan.last_seed);
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    command += " --metric " + metric_name(plan, m);
  }
  return fmt::format(
      "<p>The same numbers, and the same page:</p>\n<pre class=\"command\">{} --report "
      "again.html</pre>\n<p>Made by tokenlife {}.</p>\n",
      html_plain(command), html_text(version));
}

std::string sweep_header(const SweepResult& result) {
  const SweepPlan& plan = result.plan;
  std::string seeds = fmt::format("seeds {} to {}", plan.first_seed, plan.last_seed);
  if (plan.seeds() == 1) seeds = fmt::format("seed {}", plan.first_seed);
  return fmt::format(
      "<header>\n"
      "<p class=\"kind\">tokenlife sweep</p>\n"
      "<h1>{}</h1>\n"
      "<p class=\"question\">What do these values do to the fleet?</p>\n"
      "<p class=\"answer\">{}</p>\n"
      "<p class=\"fleet\">{}, {}, {} in each, the same for all{}</p>\n"
      "</header>\n",
      html_name(result.title), sweep_answer(result), counted(result.clients, "client"),
      counted(result.cells.size(), "combination"), seeds,
      result.complete ? "" : "; the sweep was interrupted");
}

}  // namespace

std::string sweep_page(const SweepResult& result, std::string_view version) {
  const std::vector<std::size_t> shown = shown_cells(result);
  ensure(!shown.empty(), "a run to show");
  std::string table = table_of_all(result, shown);
  if (result.plan.seeds() > 1) {
    table +=
        "<p>± is the half-width of the 95 % confidence interval (Student's t), over the seeds. "
        "Differences from the first combination are taken seed by seed: they are more certain than "
        "the two means.</p>\n";
  }
  const auto run =
      static_cast<std::size_t>(std::count_if(result.cells.begin(), result.cells.end(),
                                             [](const SweepCell& cell) { return cell.seeds > 0; }));
  if (run > shown.size()) {
    table += fmt::format(
        "<p>Only the first {} of {} combinations: <code>tokenlife sweep --csv</code> has "
        "all.</p>\n",
        grouped(shown.size()), grouped(run));
  }
  std::string charts =
      "<p>A dot is the mean, a line its interval; the dashed line is the mean of the first "
      "combination. The combination with the fewest stranded has a ring.</p>\n";
  for (std::size_t m = 0; m < result.plan.metrics.size(); ++m) {
    charts += chart_of(result, shown, m);
  }
  std::string page = html_head(html_plain(result.title), "'none'",
                               std::string(kPageCss) + std::string(kSweepCss)) +
                     sweep_header(result) + "<main>\n" +
                     html_section("all", "All combinations", table) +
                     html_section("charts", "Side by side", charts) +
                     html_section("again", "This sweep again", sweep_again(result, version)) +
                     "</main>\n</body>\n</html>\n";
  return page;
}

}  // namespace tokenlife::sim
