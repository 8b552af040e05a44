#include "sim/parquet/event_rows.hpp"

#include <array>
#include <type_traits>

#include "events/batch_reader.hpp"
#include "sim/analysis/client_names.hpp"
#include "sim/analysis/event_fields.hpp"
#include "sim/analysis/event_form.hpp"

namespace tokenlife::sim::parquet {
namespace {

constexpr std::uint32_t kEventsBetweenStops = 1U << 16;

// An Out for give_fields().
class EventPutter {
 public:
  EventPutter(const events::LogHeader& header, TableFile& file,
              std::size_t (*column_of)(std::size_t))
      : file_(file), start_(header.start()), plain_{text_, start_} {
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i] = column_of(i);
  }

  template <class Value>
  void field(FieldName label, const Value& value) {
    // Of a client they are said once, whatever its events say.
    if (label == FieldName::cohort || label == FieldName::device) return;
    const std::size_t column = columns_[sql_field<Value>(label)];
    if (column != kNoColumn) put(column, value);
  }
  template <class Value>
  void put(std::size_t column, const Value& value) {
    if constexpr (std::is_integral_v<Value>) {
      file_.put(column, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<Value, Instant>) {
      file_.put(column, milliseconds(start_ + value.time_since_epoch()));
    } else if constexpr (std::is_enum_v<Value>) {
      file_.put_fixed(column, name(value));
    } else if constexpr (std::is_same_v<Value, std::string_view>) {
      file_.put_fixed(column, value);  // of the log
    } else if constexpr (requires { value.has_value(); }) {
      if (value) put(column, *value);
    } else {
      text_.clear();
      if constexpr (std::is_convertible_v<const Value&, Words>) {
        plain_.put_joined(value, " ");
      } else {
        plain_.put(value);
      }
      file_.put(column, text_.text());
    }
  }

 private:
  TableFile& file_;
  std::chrono::sys_seconds start_;
  TextBuffer text_;
  Plain plain_;
  std::array<std::size_t, kSqlFields> columns_{};
};

void put_envelope(EventPutter& out, const auto& recorded, std::size_t seq, std::size_t time,
                  std::size_t kind, std::size_t cause) {
  out.put(seq, recorded.seq);
  out.put(time, recorded.time);
  out.put(kind, kind_of(recorded.event));
  out.put(cause, recorded.cause);
}

constexpr std::size_t place(EventSqlColumn column) { return static_cast<std::size_t>(column); }

// In `events`.
void put_envelope(EventPutter& out, const auto& recorded) {
  put_envelope(out, recorded, place(EventSqlColumn::seq), place(EventSqlColumn::time),
               place(EventSqlColumn::kind), place(EventSqlColumn::cause));
}

class ClientEventPutter {
 public:
  ClientEventPutter(const SqlSource& source, TableFile& file)
      : source_(source),
        header_(source.header()),
        file_(file),
        out_(source.header(), file, event_column_of) {}

  bool put(ClientNumber client, const Recorded<ClientEvent>& recorded) {
    if (cohort_ == nullptr || client != client_) {
      client_ = client;
      cohort_ = &header_.cohorts[cohort_of(header_, client)];
      device_ = device_of(*cohort_, client);
    }
    out_.put(place(EventSqlColumn::client), client.value);
    out_.put(place(EventSqlColumn::cohort), std::string_view(cohort_->name));
    if (device_) out_.put(place(EventSqlColumn::device), *device_);
    put_envelope(out_, recorded);
    give_fields(recorded, header_, client, out_);
    file_.end_row();
    return ++events_ % kEventsBetweenStops != 0 || !source_.stop();
  }

 private:
  const SqlSource& source_;
  const events::LogHeader& header_;
  TableFile& file_;
  EventPutter out_;
  ClientNumber client_{};
  const events::LogCohort* cohort_ = nullptr;
  std::optional<std::string_view> device_;
  std::uint32_t events_ = 0;
};

}  // namespace

void put_site_events(const SqlSource& source, TableName table, TableFile& file) {
  const bool is_of_all = table == TableName::events;
  EventPutter out(source.header(), file, is_of_all ? event_column_of : site_column_of);
  for (const Recorded<SiteEvent>& recorded : source.site_events()) {
    if (is_of_all) {
      put_envelope(out, recorded);
    } else {
      put_envelope(out, recorded, 0, 1, 2, 3);
    }
    give_fields(recorded, source.header(), {}, out);
    file.end_row();
  }
}

Result<bool, events::LogError> put_client_events(const SqlSource& source,
                                                 const events::PartitionSummary& partition,
                                                 TableFile& file) {
  ClientEventPutter putter(source, file);
  events::VariantVisitor visitor([&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    return putter.put(client, recorded);
  });
  const auto visited = events::visit_batches(*source.log(), partition, visitor);
  if (!visited) return Failed<events::LogError>(visited.error());
  return visited->to_the_end;
}

}  // namespace tokenlife::sim::parquet
