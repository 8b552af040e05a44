#include "sim/cli/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/cli/json_text.hpp"
#include "sim/sweep/sweep_words.hpp"
#include "sim/text/csv_name.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;
using SweepRow = std::vector<std::string>;

// ---- For people --------------------------------------------------------------------------------

// A character is a column; bytes that go on with one are none.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string in_columns(const std::vector<SweepRow>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const SweepRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const SweepRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string table_text(const SweepResult& result) {
  const bool is_grid = result.cells.size() > 1;
  std::vector<SweepRow> rows(1);
  for (const Vary& vary : result.plan.vary) rows[0].push_back(escape_text(vary.key));
  if (!result.complete) rows[0].emplace_back("seeds");
  for (std::size_t i = 0; i < result.plan.metrics.size(); ++i) {
    rows[0].push_back(metric_name(result.plan, i));
    if (is_grid) rows[0].emplace_back("against row 1");
  }
  for (const SweepResult::Cell& cell : result.cells) {
    if (cell.seeds == 0) continue;
    SweepRow row;
    for (std::size_t i = 0; i < cell.values.size(); ++i) {
      row.push_back(escape_text(result.plan.vary[i].values[cell.values[i]]));
    }
    if (!result.complete) row.push_back(std::to_string(cell.seeds));
    for (const SweepResult::OfMetric& metric : cell.metrics) {
      row.push_back(mean_text(metric.value, false));
      if (is_grid) row.push_back(metric.difference ? mean_text(*metric.difference, true) : "-");
    }
    rows.push_back(std::move(row));
  }
  return in_columns(rows);
}

std::string best_line(const SweepResult& result, std::size_t cell) {
  const SweepResult::Best& best = *result.best;
  std::string cost = fmt::format("{} requests per client per day",
                                 mean_text(Mean{best.requests[cell].mean}, false));
  const double first = best.requests.front().mean;
  if (cell > 0 && first > 0) {
    cost +=
        fmt::format(" ({:+.1f} % against the first)", (best.requests[cell].mean / first - 1) * 100);
  }
  return fmt::format("{}: {} stranded, {}\n", escape_text(cell_text(result, cell)),
                     mean_text(best.stranded[cell], false), cost);
}

std::string best_text(const SweepResult& result, const Console& console) {
  if (!result.best) return "";
  std::string text = "\n" + console.paint("Fewest stranded", Tone::strong) + "\n  " +
                     best_line(result, result.best->cell);
  if (!result.best->ties.empty()) {
    text += result.plan.seeds() > 1 ? "  with these seeds, these cannot be told apart from it:\n"
                                    : "  these have as many:\n";
  }
  for (const std::size_t tie : result.best->ties) text += "  " + best_line(result, tie);
  return text;
}

// ---- For machines ------------------------------------------------------------------------------

// The three numbers of a mean, under names that begin with `name`.
template <class Put>
void put_mean(const std::string& name, const std::optional<Mean>& mean, const Put& put) {
  using Number = std::optional<double>;
  const bool has_interval = mean && mean->interval;
  put(name, mean ? Number(mean->mean) : std::nullopt);
  put(name + "-low", has_interval ? Number(mean->interval->low) : std::nullopt);
  put(name + "-high", has_interval ? Number(mean->interval->high) : std::nullopt);
}

Json object_of(const SweepResult& result, const SweepResult::Cell& cell) {
  Json object;
  auto& values = object["values"] = Json::object();
  for (std::size_t i = 0; i < cell.values.size(); ++i) {
    values[result.plan.vary[i].key] = result.plan.vary[i].values[cell.values[i]];
  }
  object["seeds"] = cell.seeds;
  auto& metrics = object["metrics"] = Json::object();
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    auto& metric = metrics[metric_name(result.plan, i)];
    const auto put = [&](const std::string& key, const std::optional<double>& number) {
      metric[key] = number ? Json(*number) : Json();
    };
    put("mean", cell.metrics[i].value.mean);
    const auto& interval = cell.metrics[i].value.interval;
    put("low", interval ? std::optional(interval->low) : std::nullopt);
    put("high", interval ? std::optional(interval->high) : std::nullopt);
    put_mean("difference", cell.metrics[i].difference, put);
  }
  return object;
}

Json best_json(const SweepResult& result) {
  if (!result.best) return nullptr;
  const SweepResult::Best& best = *result.best;
  const auto of = [&](std::size_t cell) {
    Json object;
    object["values"] = object_of(result, result.cells[cell])["values"];
    object["stranded"] = best.stranded[cell].mean;
    object["requests-per-client-day"] = best.requests[cell].mean;
    return object;
  };
  Json json = of(best.cell);
  auto& ties = json["ties"] = Json::array();
  for (const std::size_t tie : best.ties) ties.push_back(of(tie));
  return json;
}

}  // namespace

std::string sweep_text(const SweepResult& result, bool with_best, const Console& console) {
  std::string text = console.paint(escape_text(result.title), Tone::strong) + "\n";
  text += fmt::format("{}, {}, seeds {}..{}: {}{}\n\n", counted(result.clients, "client"),
                      counted(result.cells.size(), "combination"), result.plan.first_seed,
                      result.plan.last_seed, counted(result.runs + result.cached, "run"),
                      result.cached > 0
                          ? fmt::format(", {} of them kept from before", grouped(result.cached))
                          : "");
  text += table_text(result);
  if (result.plan.seeds() > 1)
    text += "± is the half-width of the 95 % confidence interval, over the seeds\n";
  if (with_best) text += best_text(result, console);
  return text;
}

std::string sweep_csv(const SweepResult& result) {
  std::string text;
  SweepRow cells;
  for (const Vary& vary : result.plan.vary) cells.push_back(csv_name(vary.key));
  cells.emplace_back("seeds");
  for (std::size_t i = 0; i < result.plan.metrics.size(); ++i) {
    const auto put = [&](const std::string& key, const std::optional<double>&) {
      cells.push_back(key);
    };
    put_mean(metric_name(result.plan, i), {}, put);
    put_mean(metric_name(result.plan, i) + "-difference", {}, put);
  }
  append_csv_row(text, cells);
  for (const SweepResult::Cell& cell : result.cells) {
    if (cell.seeds == 0) continue;
    cells.clear();
    for (std::size_t i = 0; i < cell.values.size(); ++i) {
      cells.push_back(csv_name(result.plan.vary[i].values[cell.values[i]]));
    }
    cells.push_back(std::to_string(cell.seeds));
    for (const SweepResult::OfMetric& metric : cell.metrics) {
      const auto put = [&](const std::string&, const std::optional<double>& number) {
        cells.push_back(number ? fmt::format("{}", *number) : "");
      };
      put_mean("", metric.value, put);
      put_mean("", metric.difference, put);
    }
    append_csv_row(text, cells);
  }
  return text;
}

std::string sweep_jsonl(const SweepResult& result) {
  std::string text;
  for (const SweepResult::Cell& cell : result.cells) {
    if (cell.seeds > 0) text += json_line(object_of(result, cell)) + "\n";
  }
  return text;
}

Json sweep_json(const SweepResult& result) {
  Json json;
  json["scenario"] = result.title;
  json["clients"] = result.clients;
  json["seeds"] = {{"first", result.plan.first_seed}, {"last", result.plan.last_seed}};
  json["runs"] = result.runs + result.cached;
  json["cached"] = result.cached;
  json["complete"] = result.complete;
  auto& cells = json["cells"] = Json::array();
  for (const SweepResult::Cell& cell : result.cells) {
    if (cell.seeds > 0) cells.push_back(object_of(result, cell));
  }
  json["best"] = best_json(result);
  json["warnings"] = result.warnings;
  return json;
}

}  // namespace tokenlife::sim
