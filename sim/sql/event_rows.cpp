// Rows of events, a batch of the log at a time.
#include <algorithm>
#include <map>

#include "sim/analysis/client_names.hpp"
#include "sim/sql/event_cells.hpp"
#include "sim/sql/rows.hpp"

namespace tokenlife::sim {
namespace {

// ---- Events ------------------------------------------------------------------------------------

struct ClientRow {
  ClientNumber client;
  Recorded<ClientEvent> recorded;
};

// Keeps the wanted ones of a batch. A visitor of batches: a client may go on in the next.
struct Collector {
  const RowsWanted& wanted;
  std::vector<ClientRow>& rows;
  Instant from;
  Instant until;
  ClientNumber client{};
  bool is_wanted = false;

  bool begin(ClientNumber number) {
    client = number;
    is_wanted =
        number.value >= wanted.window.first_client && number.value <= wanted.window.last_client;
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    if (is_wanted && recorded.time >= from && recorded.time <= until &&
        wanted.kinds[static_cast<std::size_t>(Event::kind)]) {
      rows.push_back({client, {recorded.envelope(), recorded.event}});
    }
    return true;
  }
};

class EventRows final : public Rows {
 public:
  EventRows(SqlSource& source, const RowsWanted& wanted)
      : source_(source),
        wanted_(wanted),
        cells_(source.header().start(), event_column_of),
        collector_{wanted_, rows_, at(Duration{wanted.window.from}),
                   wanted.window.until == UINT32_MAX ? kNever : at(Duration{wanted.window.until})} {
  }

  Result<bool, events::LogError> next() override {
    cells_.clear();
    has_fields_ = false;
    if (!is_at_clients_) {
      if (wanted_.site && next_site()) return true;
      is_at_clients_ = true;
      if (source_.log() == nullptr || !wanted_.clients) rows_are_over_ = true;
      return next_lot();
    }
    ++at_;
    return at_ < rows_.size() ? true : next_lot();
  }

  void put(std::size_t column, sqlite3_context* out) override {
    const Recorded<SiteEvent>* site = is_at_clients_ ? nullptr : &source_.site_events()[site_at_];
    const Envelope& envelope = site != nullptr ? site->envelope() : rows_[at_].recorded.envelope();
    switch (static_cast<EventSqlColumn>(column)) {
      case EventSqlColumn::client:
        return site != nullptr ? sqlite3_result_null(out)
                               : sqlite3_result_int64(out, rows_[at_].client.value);
      case EventSqlColumn::device:
      case EventSqlColumn::cohort: return put_whose(column, out);
      case EventSqlColumn::seq: return sqlite3_result_int64(out, envelope.seq);
      case EventSqlColumn::time: return cells_.put_made(envelope.time, out);
      case EventSqlColumn::kind:
        return put_fixed(
            name(site != nullptr ? kind_of(site->event) : kind_of(rows_[at_].recorded.event)), out);
      case EventSqlColumn::cause: return cells_.put_made(envelope.cause, out);
      case EventSqlColumn::via:
      case EventSqlColumn::reason: break;
    }
    if (!has_fields_) {
      has_fields_ = true;
      if (site != nullptr) {
        give_fields(*site, source_.header(), {}, cells_);
      } else {
        give_fields(rows_[at_].recorded, source_.header(), rows_[at_].client, cells_);
      }
    }
    cells_.put(column, ToResult{out});
  }
  std::int64_t id(std::int64_t) const override {
    if (!is_at_clients_) return static_cast<std::int64_t>(site_at_);
    return (std::int64_t{rows_[at_].client.value} + 1) << 32 | rows_[at_].recorded.seq;
  }

 private:
  bool next_site() {
    const auto events = source_.site_events();
    for (site_at_ = is_site_begun_ ? site_at_ + 1 : 0, is_site_begun_ = true;
         site_at_ < events.size(); ++site_at_) {
      if (wanted_.kinds[static_cast<std::size_t>(kind_of(events[site_at_].event))]) return true;
    }
    return false;
  }

  // The first row of the next batch that has one.
  Result<bool, events::LogError> next_lot() {
    rows_.clear();
    at_ = 0;
    while (rows_.empty()) {
      if (rows_are_over_) return false;
      if (source_.stop()) return Failed<events::LogError>(stopped_error());
      if (!reader_) {
        if (!open_next()) return false;
        if (!reader_->has_value()) return Failed<events::LogError>(reader_->error());
      }
      auto batch = (*reader_)->next();
      if (!batch) return Failed<events::LogError>(batch.error());
      if (!batch->has_value()) {
        reader_.reset();
        continue;
      }
      const events::WalkResult walked = std::visit(
          [&](auto& some) { return events::walk(some, (*reader_)->position(), collector_); },
          **batch);
      if (walked != events::WalkResult::done) {
        return Failed<events::LogError>((*reader_)->fault(walked));
      }
    }
    return true;
  }
  bool open_next() {
    const auto& partitions = source_.log()->partitions();
    for (; partition_ < partitions.size(); ++partition_) {
      const auto clients =
          events::clients_of_partition(partitions[partition_].partition, source_.header().clients);
      if (clients.has_some_of(wanted_.window.first_client, wanted_.window.last_client)) break;
    }
    rows_are_over_ = partition_ == partitions.size();
    if (rows_are_over_) return false;
    reader_.emplace(
        events::BatchReader::open(*source_.log(), partitions[partition_++], wanted_.window));
    return true;
  }

  void put_whose(std::size_t column, sqlite3_context* out) const {
    if (!is_at_clients_) return sqlite3_result_null(out);
    const ClientNumber client = rows_[at_].client;
    const auto& cohorts = source_.header().cohorts;
    if (client.value >= source_.header().clients) return sqlite3_result_null(out);
    const events::LogCohort& cohort = cohorts[cohort_of(source_.header(), client)];
    if (static_cast<EventSqlColumn>(column) == EventSqlColumn::cohort) {
      return put_fixed(cohort.name, out);
    }
    const auto device = device_of(cohort, client);
    return device ? put_fixed(*device, out) : sqlite3_result_null(out);
  }

  SqlSource& source_;
  RowsWanted wanted_;
  EventCells cells_;
  bool has_fields_ = false;
  // The site's events come first.
  bool is_at_clients_ = false;
  bool is_site_begun_ = false;
  std::size_t site_at_ = 0;
  std::vector<ClientRow> rows_;
  Collector collector_;
  std::size_t at_ = 0;
  bool rows_are_over_ = false;
  std::size_t partition_ = 0;  // the next one
  std::optional<Result<events::BatchReader, events::LogError>> reader_;
};

class SiteEventRows final : public Rows {
 public:
  explicit SiteEventRows(const SqlSource& source)
      : source_(source), cells_(source.header().start(), site_column_of) {}

  Result<bool, events::LogError> next() override {
    cells_.clear();
    at_ = is_begun_ ? at_ + 1 : 0;
    is_begun_ = true;
    if (at_ >= source_.site_events().size()) return false;
    give_fields(source_.site_events()[at_], source_.header(), {}, cells_);
    return true;
  }
  void put(std::size_t column, sqlite3_context* out) override {
    const Recorded<SiteEvent>& recorded = source_.site_events()[at_];
    switch (column) {
      case 0: return sqlite3_result_int64(out, recorded.seq);
      case 1: return cells_.put_made(recorded.time, out);
      case 2: return put_fixed(name(kind_of(recorded.event)), out);
      case 3: return cells_.put_made(recorded.cause, out);
      default: return cells_.put(column, ToResult{out});
    }
  }

 private:
  const SqlSource& source_;
  EventCells cells_;
  std::size_t at_ = 0;
  bool is_begun_ = false;
};

// ---- Kinds from the counts in the log's end ----------------------------------------------------

class KindRows final : public Rows {
 public:
  KindRows(const events::EventCount& counted, const RowsWanted& wanted) {
    for (std::size_t k = 0; k < kEventKinds; ++k) {
      const std::uint64_t count = counted.of_kind[k];
      if (count > 0 && wanted.kinds[k]) {
        left_.emplace(Names<EventKind>::values[k], wanted.once ? 1 : count);
      }
    }
    at_ = left_.begin();
  }
  Result<bool, events::LogError> next() override {
    if (is_begun_ && --at_->second == 0) ++at_;
    is_begun_ = true;
    return at_ != left_.end();
  }
  void put(std::size_t, sqlite3_context* out) override { put_fixed(at_->first, out); }
  std::int64_t id(std::int64_t) const override {
    const auto kind = static_cast<std::int64_t>(*from_name<EventKind>(at_->first));
    return kind << 48 | static_cast<std::int64_t>(at_->second);
  }

 private:
  std::map<std::string_view, std::uint64_t> left_;  // in the order of their texts
  std::map<std::string_view, std::uint64_t>::iterator at_;
  bool is_begun_ = false;
};

}  // namespace

std::unique_ptr<Rows> event_rows(SqlSource& source, const RowsWanted& wanted) {
  if (wanted.only_kinds) {
    return std::make_unique<KindRows>(*source.log()->summary().counted, wanted);
  }
  return std::make_unique<EventRows>(source, wanted);
}

std::unique_ptr<Rows> site_event_rows(SqlSource& source) {
  return std::make_unique<SiteEventRows>(source);
}

}  // namespace tokenlife::sim
