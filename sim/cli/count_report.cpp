#include "sim/cli/count_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/json_text.hpp"
#include "sim/text/csv_name.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

using Cells = std::vector<std::string>;

std::string csv(const std::vector<CountField>& fields, const std::vector<EventRow>& rows) {
  std::string text;
  Cells cells;
  for (const CountField field : fields) cells.emplace_back(name(field));
  cells.emplace_back("count");
  append_csv_row(text, cells);
  for (const EventRow& row : rows) {
    cells.clear();
    for (const std::string& value : row.values) cells.push_back(csv_name(value));
    cells.push_back(std::to_string(row.count));
    append_csv_row(text, cells);
  }
  return text;
}

nlohmann::ordered_json object_of(const std::vector<CountField>& fields, const EventRow& row) {
  nlohmann::ordered_json object;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto& value = object[std::string(name(fields[i]))];
    if (!row.values[i].empty()) value = row.values[i];
  }
  object["count"] = row.count;
  return object;
}

std::string count_table(const std::vector<CountField>& fields, const std::vector<EventRow>& rows) {
  std::vector<Cells> lines(1);
  for (const CountField field : fields) lines[0].emplace_back(name(field));
  lines[0].emplace_back("count");
  for (const EventRow& row : rows) {
    Cells cells;
    for (const std::string& value : row.values) {
      cells.push_back(value.empty() ? "-" : escape_text(value));
    }
    cells.push_back(grouped(row.count));
    lines.push_back(std::move(cells));
  }
  std::vector<std::size_t> widths(fields.size() + 1);
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
      text += fmt::format("{:<{}}  ", cells[i], widths[i]);
    }
    text += fmt::format("{:>{}}\n", cells.back(), widths.back());
  }
  return text;
}

}  // namespace

Result<std::vector<CountField>, Error> count_fields(const std::vector<std::string>& names) {
  std::vector<CountField> fields;
  for (const std::string& word : names) {
    const auto field = from_name<CountField>(word);
    if (!field) {
      return usage_error(fmt::format("--count-by: unknown field {}", in_quotes(word)),
                         did_you_mean("field", word, Names<CountField>::values));
    }
    if (std::find(fields.begin(), fields.end(), *field) != fields.end()) {
      return usage_error(fmt::format("--count-by: {} is given twice", in_quotes(word)));
    }
    fields.push_back(*field);
  }
  return fields;
}

std::string event_counts_text(std::string_view format, const std::vector<CountField>& fields,
                              const std::vector<EventRow>& rows, nlohmann::ordered_json about) {
  if (format == "csv") return csv(fields, rows);
  if (format == "text") return count_table(fields, rows);
  auto list = nlohmann::ordered_json::array();
  std::string lines;
  for (const EventRow& row : rows) {
    if (format == "json") {
      list.push_back(object_of(fields, row));
    } else {
      lines += json_line(object_of(fields, row)) + "\n";
    }
  }
  if (format == "jsonl") return lines;
  about["counts"] = std::move(list);
  return json_text(about) + "\n";
}

}  // namespace tokenlife::sim
