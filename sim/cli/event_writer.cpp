#include "sim/cli/event_writer.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "sim/analysis/event_fields.hpp"
#include "sim/cli/event_style.hpp"
#include "sim/cli/log_argument.hpp"

namespace tokenlife::sim {
namespace {

// ---- Text --------------------------------------------------------------------------------------

class TextForm {
 public:
  TextForm(const events::LogHeader& header, TextBuffer& out)
      : names_(header, TextStyle::parts_of), style_{Plain{out, header.start()}}, out_(out) {}

  void heading() {}

  void begin(std::optional<ClientNumber> client, const Envelope& envelope, EventKind kind) {
    style_.put(envelope.time);
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
    style_.put(envelope.seq);
    out_.append("  ");
    put_kind(kind);
  }
  // Without whose event it is.
  void begin_alone(const Envelope& envelope, EventKind kind) {
    style_.put(envelope.time);
    out_.append("  ");
    put_kind(kind);
  }
  template <class Value>
  void field(FieldName label, const Value& value) {
    out_.append(' ');
    out_.append(name(label));
    out_.append('=');
    style_.put(value);
  }
  void end(const Cause& cause) {
    out_.append("  (");
    style_.put(cause);
    out_.append(")\n");
  }

 private:
  void put_kind(EventKind kind) {
    const std::size_t begin = out_.size();
    style_.put(kind);
    pad(begin, kKindColumns);
  }
  // Spaces behind what began there, up to that many bytes.
  void pad(std::size_t begin, std::size_t bytes) {
    const std::size_t there = out_.size() - begin;
    if (there < bytes) out_.append(bytes - there, ' ');
  }
  static constexpr std::size_t kStreamColumns = 20;
  static constexpr std::size_t kKindColumns = 27;  // "signing-certificate-rotated"
  ClientNames names_;
  TextStyle style_;
  TextBuffer& out_;
};

// ---- JSON --------------------------------------------------------------------------------------

class JsonForm {
 public:
  JsonForm(const events::LogHeader& header, TextBuffer& out)
      : header_(header),
        names_(header, JsonStyle::parts_of),
        style_{Plain{out, header.start()}},
        out_(out) {
    for (const events::LogCohort& cohort : header.cohorts) {
      cohorts_.push_back(",\"cohort\":" + json_line(cohort.name) + ",\"device\":");
    }
  }

  void heading() {}

  // Every line has it, and half of its time: all of it is inlined.
  [[gnu::flatten]] void begin(std::optional<ClientNumber> client, const Envelope& envelope,
                              EventKind kind) {
    is_alone_ = false;
    out_.append("{\"stream\":");
    if (client) {
      find_cohort(*client);
      out_.append_number(client->value);
      out_.append(",\"client\":");
      names_.put(*client, cohort_, out_);
    } else {
      out_.append("\"site\"");
    }
    out_.append(',');
    put_envelope(envelope, kind);
    out_.append(",\"cause\":");
    style_.put(envelope.cause);
    if (client) {
      put_whose(*client);
    } else {
      out_.append(",\"cohort\":null,\"device\":null");
    }
  }
  // Without whose event it is, and why.
  void begin_alone(const Envelope& envelope, EventKind kind) {
    is_alone_ = true;
    out_.append('{');
    put_envelope(envelope, kind);
  }
  template <class Value>
  void field(FieldName label, const Value& value) {
    if (!is_alone_ && (label == FieldName::cohort || label == FieldName::device)) return;
    static constexpr auto labels = pieces_of_names<FieldName, 4>(",\"", "\":");
    out_.append(labels[static_cast<std::size_t>(label)]);
    style_.put(value);
  }
  void end(const Cause&) { out_.append("}\n"); }

 private:
  // Most clients are of the cohort of the one before.
  void find_cohort(ClientNumber client) {
    const events::LogCohort& last = header_.cohorts[cohort_];
    const bool is_same = client >= last.first && client.value - last.first.value < last.clients;
    if (!is_same) cohort_ = cohort_of(header_, client);
  }
  void put_whose(ClientNumber client) {
    out_.append(cohorts_[cohort_]);
    if (const auto device = device_of(header_.cohorts[cohort_], client)) {
      style_.put(*device);
    } else {
      out_.append("null");
    }
  }
  void put_envelope(const Envelope& envelope, EventKind kind) {
    out_.append("\"seq\":");
    out_.append_number(envelope.seq);
    out_.append(",\"time\":");
    style_.put(envelope.time);
    out_.append(",\"kind\":");
    style_.put(kind);
  }

  const events::LogHeader& header_;
  ClientNames names_;
  std::vector<std::string> cohorts_;  // what is said of each
  std::size_t cohort_ = 0;            // of the last client
  JsonStyle style_;
  TextBuffer& out_;
  bool is_alone_ = false;
};

// ---- CSV ---------------------------------------------------------------------------------------

class CsvForm {
 public:
  CsvForm(const events::LogHeader& header, TextBuffer& out)
      : header_(header),
        names_(header, CsvStyle::parts_of),
        start_(header.start()),
        cell_{Plain{cells_, header.start()}},
        out_(out) {}

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
    if (!client) return;
    const events::LogCohort& cohort = header_.cohorts[cohort_of(header_, *client)];
    put_name(FieldName::cohort, cohort.name);
    if (const auto device = device_of(cohort, *client)) put_name(FieldName::device, *device);
  }

  // Fields come in the order in which they read best: kept, by column, until the row ends.
  template <class Value>
  void field(FieldName label, const Value& value) {
    // Every event of a client has them.
    if (label == FieldName::cohort || label == FieldName::device) return;
    put_field(label, value);
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

  void put_field(FieldName label, const auto& value) {
    const std::size_t begin = cells_.size();
    cell_.put(value);
    keep(label, begin);
  }
  void put_name(FieldName label, std::string_view name) {
    const std::size_t begin = cells_.size();
    cell_.put_name(name);
    keep(label, begin);
  }
  void keep(FieldName label, std::size_t begin) {
    std::size_t at = count_++;
    for (; at > 0 && row_[at - 1].column > label; --at) row_[at] = row_[at - 1];
    row_[at] = {label, begin, cells_.size() - begin};
  }

  const events::LogHeader& header_;
  ClientNames names_;
  std::chrono::sys_seconds start_;
  TextBuffer cells_;
  CsvStyle cell_;
  TextBuffer& out_;
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

namespace {

std::string line_of_one(const auto& recorded, const events::LogHeader& header) {
  TextBuffer line;
  TextForm form(header, line);
  form.begin_alone(recorded, kind_of(recorded.event));
  give_fields(recorded, header, std::nullopt, form);
  return std::string(line.text());
}

nlohmann::ordered_json json_of_one(const auto& recorded, const events::LogHeader& header) {
  TextBuffer line;
  JsonForm form(header, line);
  form.begin_alone(recorded, kind_of(recorded.event));
  give_fields(recorded, header, std::nullopt, form);
  form.end({});
  return nlohmann::ordered_json::parse(line.text());
}

}  // namespace

std::string event_line(const Recorded<ClientEvent>& recorded, const events::LogHeader& header) {
  return line_of_one(recorded, header);
}
std::string event_line(const Recorded<SiteEvent>& recorded, const events::LogHeader& header) {
  return line_of_one(recorded, header);
}
nlohmann::ordered_json event_json(const Recorded<ClientEvent>& recorded,
                                  const events::LogHeader& header) {
  return json_of_one(recorded, header);
}
nlohmann::ordered_json event_json(const Recorded<SiteEvent>& recorded,
                                  const events::LogHeader& header) {
  return json_of_one(recorded, header);
}

}  // namespace tokenlife::sim
