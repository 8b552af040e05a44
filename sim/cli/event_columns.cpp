#include "sim/cli/event_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/analysis/event_fields.hpp"
#include "sim/cli/event_style.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kBase = kCount<EventColumn>;
constexpr std::size_t kAllColumns = kBase + kCount<FieldName>;

constexpr std::array<std::string_view, kAllColumns> all_names() {
  std::array<std::string_view, kAllColumns> names{};
  for (std::size_t i = 0; i < kBase; ++i) names[i] = Names<EventColumn>::values[i];
  for (std::size_t i = kBase; i < kAllColumns; ++i) names[i] = Names<FieldName>::values[i - kBase];
  return names;
}
constexpr std::array<std::string_view, kAllColumns> kNames = all_names();

// How a row is made of cells. As text: as wide as most values are, where they differ.
struct TextRow : TextStyle {
  static constexpr std::string_view kAbsent = "-";
  void heading(const EventColumns&) const {}
  void begin() const {}
  void before(std::size_t, bool is_first) const { plain.out.append(is_first ? "" : "  "); }
  void behind(std::size_t column, std::size_t bytes, bool is_last) const {
    const std::size_t width = is_last ? 0 : width_of(column);
    if (bytes < width) plain.out.append(width - bytes, ' ');
  }
  void end() const { plain.out.append('\n'); }

 private:
  static std::size_t width_of(std::size_t column) {
    switch (static_cast<EventColumn>(column)) {
      case EventColumn::client: return 20;
      case EventColumn::kind: return 24;
      case EventColumn::stream:
      case EventColumn::seq:
      case EventColumn::time:
      case EventColumn::cause: break;
    }
    return column < kBase ? 10 : 12;
  }
};
struct JsonRow : JsonStyle {
  static constexpr std::string_view kAbsent = "null";
  void heading(const EventColumns&) const {}
  void begin() const { plain.out.append('{'); }
  void before(std::size_t column, bool is_first) const {
    plain.out.append(is_first ? "\"" : ",\"");
    plain.out.append(kNames[column]);
    plain.out.append("\":");
  }
  void behind(std::size_t, std::size_t, bool) const {}
  void end() const { plain.out.append("}\n"); }
};
struct CsvRow : CsvStyle {
  static constexpr std::string_view kAbsent = "";
  void heading(const EventColumns& columns) const {
    for (const std::size_t column : columns) {
      before(column, column == columns.front());
      plain.out.append(kNames[column]);
    }
    end();
  }
  void begin() const {}
  void before(std::size_t, bool is_first) const { plain.out.append(is_first ? "" : ","); }
  void behind(std::size_t, std::size_t, bool) const {}
  void end() const { plain.out.append('\n'); }
};

template <class Row>
class ColumnWriter final : public EventWriter {
 public:
  ColumnWriter(const events::LogHeader& header, TextBuffer& out, const EventColumns& columns)
      : header_(header),
        columns_(columns),
        names_(header, Row::parts_of),
        row_{{Plain{out, header.start()}}},
        cell_{{Plain{cells_, header.start()}}},
        out_(out) {
    for (const std::size_t column : columns) is_wanted_[column] = true;
    row_.heading(columns_);
  }

  void write(const Recorded<SiteEvent>& recorded) override {
    begin(recorded, kind_of(recorded.event));
    put(EventColumn::stream, std::string_view("site"));
    give_fields(recorded, header_, {}, *this);
    end();
  }
  void write(ClientNumber client, const Recorded<ClientEvent>& recorded) override {
    begin(recorded, kind_of(recorded.event));
    const events::LogCohort& cohort = header_.cohorts[cohort_of(header_, client)];
    put(EventColumn::stream, client.value);
    if (is_wanted_[static_cast<std::size_t>(EventColumn::client)]) {
      const std::size_t begin = cells_.size();
      names_.put(client, cells_);
      keep(static_cast<std::size_t>(EventColumn::client), begin);
    }
    put_name(FieldName::cohort, cohort.name);
    if (const auto device = device_of(cohort, client)) put_name(FieldName::device, *device);
    give_fields(recorded, header_, client, *this);
    end();
  }

  // What give_fields() calls.
  template <class Value>
  void field(FieldName label, const Value& value) {
    // Every event of a client has them.
    if (label == FieldName::cohort || label == FieldName::device) return;
    put_field(label, value);
  }

 private:
  struct Cell {
    std::size_t begin = 0;  // in cells_
    std::size_t bytes = 0;
    bool is_there = false;
  };

  void begin(const Envelope& envelope, EventKind kind) {
    cells_.clear();
    for (const std::size_t column : columns_) row_cells_[column].is_there = false;
    put(EventColumn::seq, envelope.seq);
    put(EventColumn::time, envelope.time);
    put(EventColumn::kind, kind);
    put(EventColumn::cause, envelope.cause);
  }
  void end() {
    row_.begin();
    for (const std::size_t column : columns_) {
      const Cell& cell = row_cells_[column];
      const std::string_view text =
          cell.is_there ? cells_.text().substr(cell.begin, cell.bytes) : Row::kAbsent;
      row_.before(column, column == columns_.front());
      out_.append(text);
      row_.behind(column, text.size(), column == columns_.back());
    }
    row_.end();
  }

  void put(EventColumn column, const auto& value) {
    put_cell(static_cast<std::size_t>(column), value);
  }
  void put_field(FieldName label, const auto& value) {
    put_cell(kBase + static_cast<std::size_t>(label), value);
  }
  void put_name(FieldName label, std::string_view name) {
    const std::size_t column = kBase + static_cast<std::size_t>(label);
    if (!is_wanted_[column]) return;
    const std::size_t begin = cells_.size();
    cell_.put_name(name);
    keep(column, begin);
  }
  void put_cell(std::size_t column, const auto& value) {
    if (!is_wanted_[column]) return;
    const std::size_t begin = cells_.size();
    cell_.put(value);
    keep(column, begin);
  }
  void keep(std::size_t column, std::size_t begin) {
    row_cells_[column] = {begin, cells_.size() - begin, true};
  }

  const events::LogHeader& header_;
  EventColumns columns_;
  ClientNames names_;
  TextBuffer cells_;
  Row row_;
  Row cell_;
  TextBuffer& out_;
  std::array<bool, kAllColumns> is_wanted_{};
  std::array<Cell, kAllColumns> row_cells_;
};

}  // namespace

Result<EventColumns, Error> event_columns(const std::vector<std::string>& names) {
  EventColumns columns;
  for (const std::string& word : names) {
    const auto found = std::find(kNames.begin(), kNames.end(), word);
    if (found == kNames.end()) {
      return usage_error(fmt::format("--columns: unknown column {}", in_quotes(word)),
                         advice_or(did_you_mean("column", word, kNames),
                                   "the first line of --format csv has their names"));
    }
    const auto column = static_cast<std::size_t>(found - kNames.begin());
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
      return usage_error(fmt::format("--columns: {} is given twice", in_quotes(word)));
    }
    columns.push_back(column);
  }
  return columns;
}

std::unique_ptr<EventWriter> column_writer(std::string_view format, const events::LogHeader& header,
                                           TextBuffer& out, const EventColumns& columns) {
  if (format == "jsonl") return std::make_unique<ColumnWriter<JsonRow>>(header, out, columns);
  if (format == "csv") return std::make_unique<ColumnWriter<CsvRow>>(header, out, columns);
  return std::make_unique<ColumnWriter<TextRow>>(header, out, columns);
}

}  // namespace tokenlife::sim
