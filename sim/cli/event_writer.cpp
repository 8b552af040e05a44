#include "sim/cli/event_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "sim/cli/event_fields.hpp"
#include "sim/cli/event_form.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// ---- Text --------------------------------------------------------------------------------------

class TextForm {
 public:
  TextForm(const events::LogHeader& header, TextBuffer& out)
      : names_(header, parts_of), plain_{out, header.start()}, out_(out) {}

  void heading() {}

  void begin(std::optional<ClientNumber> client, const Envelope& envelope, EventKind kind) {
    plain_.put(envelope.time);
    out_.append("  ");
    const std::size_t stream = out_.size();
    if (client) {
      pad(stream, kStreamColumns + names_.put(*client, out_));
    } else {
      out_.append("site");
      pad(stream, kStreamColumns);
    }
    for (std::uint32_t bound = 10; bound <= 10'000; bound *= 10) {
      if (envelope.seq < bound) out_.append(' ');
    }
    out_.append(' ');
    plain_.put(envelope.seq);
    out_.append("  ");
    put_kind(kind);
  }
  // Without whose event it is.
  void begin_alone(const Envelope& envelope, EventKind kind) {
    plain_.put(envelope.time);
    out_.append("  ");
    put_kind(kind);
  }
  template <class Value>
  void field(FieldName label, const Value& value) {
    out_.append(' ');
    out_.append(name(label));
    out_.append('=');
    put(value);
  }
  void end(const Cause& cause) {
    out_.append("  (");
    plain_.put(cause);
    out_.append(")\n");
  }

 private:
  void put(const auto& value) { plain_.put(value); }
  void put(std::string_view text) { out_.append(escape_text(text)); }
  void put(Words words) { plain_.put_joined(words, " "); }
  void put(const std::optional<Guid>& guid) {
    if (guid) {
      plain_.put(*guid);
    } else {
      out_.append("none");
    }
  }
  void put_kind(EventKind kind) {
    const std::size_t begin = out_.size();
    plain_.put(kind);
    pad(begin, kKindColumns);
  }
  // Spaces behind what began there, up to that many bytes.
  void pad(std::size_t begin, std::size_t bytes) {
    const std::size_t there = out_.size() - begin;
    if (there < bytes) out_.append(bytes - there, ' ');
  }
  static ClientNames::Parts parts_of(const std::string& name) {
    const std::string shown = escape_text(name);
    // Columns by the measure of fmt, which fills up to as many columns as there are bytes.
    const std::size_t filled = fmt::format("{:<{}}", shown, shown.size()).size();
    return {.before = shown, .columnless_bytes = filled - shown.size()};
  }

  static constexpr std::size_t kStreamColumns = 20;
  static constexpr std::size_t kKindColumns = 24;
  ClientNames names_;
  Plain plain_;
  TextBuffer& out_;
};

// ---- JSON --------------------------------------------------------------------------------------

class JsonForm {
 public:
  JsonForm(const events::LogHeader& header, TextBuffer& out)
      : names_(header, parts_of), plain_{out, header.start()}, out_(out) {}

  void heading() {}

  void begin(std::optional<ClientNumber> client, const Envelope& envelope, EventKind kind) {
    out_.append("{\"stream\":");
    if (client) {
      out_.append_number(client->value);
      out_.append(",\"client\":");
      names_.put(*client, out_);
    } else {
      out_.append("\"site\"");
    }
    out_.append(',');
    put_envelope(envelope, kind);
    out_.append(",\"cause\":");
    put(envelope.cause);
  }
  // Without whose event it is, and why.
  void begin_alone(const Envelope& envelope, EventKind kind) {
    out_.append('{');
    put_envelope(envelope, kind);
  }
  template <class Value>
  void field(FieldName label, const Value& value) {
    out_.append(",\"");
    out_.append(name(label));
    out_.append("\":");
    put(value);
  }
  void end(const Cause&) { out_.append("}\n"); }

 private:
  void put_envelope(const Envelope& envelope, EventKind kind) {
    out_.append("\"seq\":");
    out_.append_number(envelope.seq);
    out_.append(",\"time\":");
    put(envelope.time);
    out_.append(",\"kind\":");
    put(kind);
  }
  void put(const auto& value) {
    out_.append('"');
    plain_.put(value);
    out_.append('"');
  }
  void put(bool value) { plain_.put(value); }
  void put(const std::integral auto& value) { plain_.put(value); }
  void put(std::string_view text) { out_.append(json_line(text)); }
  void put(Words words) {
    out_.append(words.empty() ? "[" : "[\"");
    plain_.put_joined(words, "\",\"");
    out_.append(words.empty() ? "]" : "\"]");
  }
  void put(const std::optional<Guid>& guid) {
    if (guid) {
      put(*guid);
    } else {
      out_.append("null");
    }
  }
  static ClientNames::Parts parts_of(const std::string& name) {
    std::string quoted = json_line(name);
    quoted.pop_back();
    return {.before = quoted, .behind = "\""};
  }

  ClientNames names_;
  Plain plain_;
  TextBuffer& out_;
};

// ---- CSV ---------------------------------------------------------------------------------------

// RFC 4180: a cell whose text would end it is in quotes.
bool needs_quotes(std::string_view text) {
  return text.find_first_of(",\"\r\n") != std::string_view::npos;
}

// The text with its quotes doubled.
std::string doubled(std::string_view text) {
  std::string all;
  for (const char c : text) all += c == '"' ? std::string("\"\"") : std::string(1, c);
  return all;
}

class CsvForm {
 public:
  CsvForm(const events::LogHeader& header, TextBuffer& out)
      : names_(header, parts_of), start_(header.start()), out_(out) {}

  void heading() {
    out_.append("stream,client,seq,time,kind,cause");
    for (const std::string_view column : Names<FieldName>::values) {
      out_.append(',');
      out_.append(column);
    }
    out_.append('\n');
  }

  void begin(std::optional<ClientNumber> client, const Envelope& envelope, EventKind kind) {
    const Plain plain{out_, start_};
    if (client) {
      out_.append_number(client->value);
      out_.append(',');
      names_.put(*client, out_);
    } else {
      out_.append("site,");
    }
    out_.append(',');
    out_.append_number(envelope.seq);
    out_.append(',');
    plain.put(envelope.time);
    out_.append(',');
    plain.put(kind);
    out_.append(',');
    plain.put(envelope.cause);
    cells_.clear();
    count_ = 0;
  }

  // Fields come in the order in which they read best: kept, by column, until the row ends.
  template <class Value>
  void field(FieldName label, const Value& value) {
    const Cell cell{label, cells_.size(), put(value)};
    std::size_t at = count_++;
    for (; at > 0 && row_[at - 1].column > label; --at) row_[at] = row_[at - 1];
    row_[at] = cell;
  }

  void end(const Cause&) {
    std::size_t column = 0;
    for (const Cell& cell : std::span(row_).first(count_)) {
      const auto next = static_cast<std::size_t>(cell.column) + 1;
      out_.append(next - column, ',');
      out_.append(cells_.text().substr(cell.begin, cell.bytes));
      column = next;
    }
    out_.append(kCount<FieldName> - column, ',');
    out_.append('\n');
  }

 private:
  struct Cell {
    FieldName column;
    std::size_t begin;  // in cells_
    std::size_t bytes;
  };

  // How many bytes the cell has.
  std::size_t put(const auto& value) {
    const std::size_t begin = cells_.size();
    put_cell(value);
    return cells_.size() - begin;
  }
  void put_cell(const auto& value) { Plain{cells_, start_}.put(value); }
  void put_cell(std::string_view text) {
    const std::string shown = escape_text(text);
    const bool quoted = needs_quotes(shown);
    if (quoted) cells_.append('"');
    cells_.append(doubled(shown));
    if (quoted) cells_.append('"');
  }
  void put_cell(Words words) { Plain{cells_, start_}.put_joined(words, " "); }
  void put_cell(const std::optional<Guid>& guid) {
    if (guid) put_cell(*guid);
  }
  static ClientNames::Parts parts_of(const std::string& name) {
    const char* quote = needs_quotes(name) ? "\"" : "";
    return {.before = quote + doubled(name), .behind = quote};
  }

  ClientNames names_;
  std::chrono::sys_seconds start_;
  TextBuffer& out_;
  TextBuffer cells_;
  std::array<Cell, kCount<FieldName>> row_;
  std::size_t count_ = 0;
};

// ---- All three ---------------------------------------------------------------------------------

template <class Form>
class FormWriter final : public EventWriter {
 public:
  FormWriter(const events::LogHeader& header, TextBuffer& out)
      : header_(header), form_(header, out) {
    form_.heading();
  }

  void write(const Recorded<SiteEvent>& recorded) override { write_line(std::nullopt, recorded); }
  void write(ClientNumber client, const Recorded<ClientEvent>& recorded) override {
    write_line(client, recorded);
  }

 private:
  void write_line(std::optional<ClientNumber> client, const auto& recorded) {
    form_.begin(client, recorded, kind_of(recorded.event));
    give_fields(recorded, header_, client, form_);
    form_.end(recorded.cause);
  }

  const events::LogHeader& header_;
  Form form_;
};

}  // namespace

std::unique_ptr<EventWriter> event_writer(std::string_view format, const events::LogHeader& header,
                                          TextBuffer& out) {
  if (format == "jsonl") return std::make_unique<FormWriter<JsonForm>>(header, out);
  if (format == "csv") return std::make_unique<FormWriter<CsvForm>>(header, out);
  return std::make_unique<FormWriter<TextForm>>(header, out);
}

std::string event_line(const Recorded<ClientEvent>& recorded, const events::LogHeader& header) {
  TextBuffer line;
  TextForm form(header, line);
  form.begin_alone(recorded, kind_of(recorded.event));
  give_fields(recorded, header, std::nullopt, form);
  return std::string(line.text());
}

nlohmann::ordered_json event_json(const Recorded<ClientEvent>& recorded,
                                  const events::LogHeader& header) {
  TextBuffer line;
  JsonForm form(header, line);
  form.begin_alone(recorded, kind_of(recorded.event));
  give_fields(recorded, header, std::nullopt, form);
  form.end({});
  return nlohmann::ordered_json::parse(line.text());
}

}  // namespace tokenlife::sim
