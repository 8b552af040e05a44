// Rows of clients, of their tokens and of their spells, a partition of the log at a time.
#include <algorithm>

#include "sim/analysis/client_names.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/sql/lives.hpp"
#include "sim/sql/rows.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

SqlValue flag(bool value) { return std::int64_t{value ? 1 : 0}; }
template <class Enum>
SqlValue word(Enum value) {
  return std::string(name(value));
}

// What make() gives, or nothing. (Of a conditional expression g++ 12 warns without a reason.)
template <class Make>
void add_if(SqlRow& row, bool is_there, const Make& make) {
  if (is_there) {
    row.emplace_back(make());
  } else {
    row.emplace_back();
  }
}

struct HeldToken {
  ClientToken token;
  const char* how_issued;
  std::optional<Endpoint> via;
  std::optional<Instant> ended{};
  const char* how = nullptr;
};

// What became of one client.
struct Life {
  std::vector<HeldToken> tokens;
  std::vector<EndedSpell> spells;
  std::optional<Instant> stranded_since;
  std::uint64_t events = 0;
  Instant last_event;
  ClientEvents recorded;  // if they are wanted
};

// What is 0, and not null, of a client that is not installed.
constexpr std::string_view kZeroes[] = {"out_of_service", "stranded", "tokens", "spells", "events"};

// Listens to lives and makes rows of them.
class RowMaker {
 public:
  RowMaker(TableName table, SqlSource& source, std::vector<SqlRow>& rows, bool keeps_events)
      : table_(table), source_(source), rows_(rows), keeps_events_(keeps_events) {}

  template <class Event>
  void happened(const Client& before, const Recorded<Event>& recorded,
                const events::StandingReplay& after) {
    ++life_.events;
    life_.last_event = recorded.time;
    if (keeps_events_) life_.recorded.push_back({recorded.envelope(), recorded.event});
    if (after.ended()) life_.spells.push_back(*after.ended());
    follow_token(before.token, recorded, after.replay().client());
  }
  void serves(Instant now, Service, Service after) {
    life_.stranded_since.reset();
    if (after == Service::stranded) life_.stranded_since = now;
  }
  void ended(const events::StandingReplay& standing, Service service) {
    const ClientNumber number = standing.replay().number();
    add_absent(number.value);
    Life life = std::exchange(life_, {});
    std::optional<Spell> spell = standing.spell();
    reckon(number, life, spell);
    add_rows(number, standing, service, life, spell);
    next_ = number.value + 1;
  }
  // Clients of which the log has no events: a complete one has them all the same.
  void begin_at(std::uint32_t first) { next_ = first; }
  void add_absent(std::uint32_t until) {
    if (table_ != TableName::clients || !source_.log()->summary().complete) return;
    for (; next_ < until; ++next_) {
      SqlRow row = named(ClientNumber{next_});
      row.push_back(to_string(client_guid(source_.header(), ClientNumber{next_})));
      row.push_back(word(LifecycleState::not_installed));
      const auto& columns = sql_table(table_).columns;
      row.resize(columns.size());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (std::find(std::begin(kZeroes), std::end(kZeroes), columns[i].name) !=
            std::end(kZeroes)) {
          row[i] = std::int64_t{0};
        }
      }
      rows_.push_back(std::move(row));
    }
  }
  // A spell came by of which the log does not say why it began.
  bool lacks_causes() const { return lacks_causes_; }

 private:
  template <class Event>
  void follow_token(const ClientToken& before, const Recorded<Event>& recorded,
                    const Client& client) {
    const ClientToken& after = client.token;
    if constexpr (Event::kind == EventKind::token_expired) end_token(recorded.time, "expired");
    if (after.serial == before.serial) return;
    if (before.exists()) end_token(recorded.time, how_it_ends(Event::kind));
    if (!after.exists()) return;
    HeldToken held{after, how_it_is_issued(Event::kind), {}};
    if constexpr (requires { recorded.event.via; }) held.via = recorded.event.via;
    if (client.state == LifecycleState::expired) {
      held.ended = after.expires;
      held.how = "expired";
    }
    life_.tokens.push_back(held);
  }
  void end_token(Instant now, const char* how) {
    if (life_.tokens.empty() || life_.tokens.back().ended) return;
    life_.tokens.back().ended = now;
    life_.tokens.back().how = how;
  }
  static const char* how_it_ends(EventKind kind) {
    if (kind == EventKind::token_renewed) return "renewed";
    if (kind == EventKind::registration_completed) return "registered-again";
    return kind == EventKind::client_reinstalled ? "reinstalled" : "refused";
  }
  static const char* how_it_is_issued(EventKind kind) {
    if (kind == EventKind::token_renewed) return "renewal";
    return kind == EventKind::registration_completed ? "registration" : "adopted";
  }

  // Puts in why spells began, where the log lacks it.
  void reckon(ClientNumber number, Life& life, std::optional<Spell>& spell) {
    const auto lacks = [](const Spell& its) { return !its.is_recorded; };
    const bool some_lack = std::any_of(life.spells.begin(), life.spells.end(),
                                       [&](const EndedSpell& its) { return lacks(its.spell); });
    if (!some_lack && !(spell && lacks(*spell))) return;
    lacks_causes_ = true;
    if (!keeps_events_) return;
    const auto events = source_.causes().complete(number, std::move(life.recorded));
    const auto site = source_.history();
    std::size_t i = 0;
    for (const StorySpell& story : spells_of(events, (*site)->admission_changes())) {
      if (i < life.spells.size()) {
        life.spells[i++].spell = story.spell;
      } else if (spell) {
        spell = story.spell;
      }
    }
  }

  void add_rows(ClientNumber number, const events::StandingReplay& standing, Service service,
                const Life& life, const std::optional<Spell>& spell) {
    if (table_ == TableName::clients) return add_client(number, standing, service, life, spell);
    if (table_ == TableName::tokens) {
      for (const HeldToken& held : life.tokens) add_token(number, held);
      return;
    }
    for (const EndedSpell& ended : life.spells) add_spell(number, ended.spell, &ended);
    if (spell) add_spell(number, *spell, nullptr);
  }

  void add_client(ClientNumber number, const events::StandingReplay& standing, Service service,
                  const Life& life, const std::optional<Spell>& spell) {
    const Client& client = standing.replay().client();
    if (client.state == LifecycleState::not_installed) {
      next_ = number.value;
      return add_absent(number.value + 1);
    }
    SqlRow row = named(number);
    const auto add = [&](SqlValue value) { row.push_back(std::move(value)); };
    add(to_string(client_guid(source_.header(), number)));
    add(word(client.state));
    add(time(standing.standing().since));
    add(word(client.network));
    add(word(service));
    add(flag(service != Service::served));
    add(flag(service == Service::stranded));
    add_if(row, life.stranded_since.has_value(), [&] { return time(*life.stranded_since); });
    add_if(row, spell.has_value(), [&] { return time(spell->begin); });
    add_if(row, spell.has_value(), [&] { return cause(*spell); });
    add_if(row, spell.has_value(), [&] { return last_contact(*spell); });
    const ClientToken& token = client.token;
    add_if(row, token.exists(), [&] { return to_string(token.serial); });
    add_if(row, token.exists(), [&] { return time(token.not_before); });
    add_if(row, token.exists(), [&] { return time(token.expires); });
    add(static_cast<std::int64_t>(client.newest_ordinal));
    add(static_cast<std::int64_t>(life.spells.size() + (spell ? 1 : 0)));
    add(static_cast<std::int64_t>(life.events));
    add(time(life.last_event));
    add(word(client.credential));
    add(word(client.version));
    add(flag(client.cmg_allowed));
    add(flag(client.blocked));
    rows_.push_back(std::move(row));
  }

  void add_token(ClientNumber number, const HeldToken& held) {
    SqlRow row{to_string(held.token.serial)};
    for (SqlValue& value : named(number)) row.push_back(std::move(value));
    row.push_back(std::string(held.how_issued));
    add_if(row, held.via.has_value(), [&] { return word(*held.via); });
    row.push_back(time(held.token.not_before));
    row.push_back(time(held.token.expires));
    add_if(row, held.ended.has_value(), [&] { return time(*held.ended); });
    add_if(row, held.how != nullptr, [&] { return std::string(held.how); });
    row.push_back(std::int64_t{held.token.signer.value});
    rows_.push_back(std::move(row));
  }

  void add_spell(ClientNumber number, const Spell& spell, const EndedSpell* ended) {
    SqlRow row = named(number);
    row.push_back(time(spell.begin));
    add_if(row, ended != nullptr, [&] { return time(ended->end); });
    add_if(row, ended != nullptr, [&] { return (ended->end - spell.begin).count(); });
    row.push_back(cause(spell));
    row.push_back(last_contact(spell));
    row.push_back(std::string(ended == nullptr   ? "not-at-all"
                              : ended->by_action ? "by-action"
                                                 : "by-itself"));
    rows_.push_back(std::move(row));
  }

  // Client, device, cohort.
  SqlRow named(ClientNumber number) const {
    const events::LogCohort& cohort = source_.header().cohorts[cohort_of(source_.header(), number)];
    const auto device = device_of(cohort, number);
    SqlRow row;
    row.emplace_back(std::int64_t{number.value});
    add_if(row, device.has_value(), [&] { return std::string(*device); });
    row.emplace_back(cohort.name);
    return row;
  }
  SqlValue time(Instant moment) const { return rfc3339(source_.header().start(), moment); }
  static SqlValue cause(const Spell& spell) {
    if (spell.cause == SpellCause::not_recorded) return {};
    return word(spell.cause);
  }
  SqlValue last_contact(const Spell& spell) const {
    if (spell.since_contact <= Duration{0}) return {};
    return time(spell.begin - spell.since_contact);
  }

  TableName table_;
  SqlSource& source_;
  std::vector<SqlRow>& rows_;
  bool keeps_events_;
  bool lacks_causes_ = false;
  Life life_;
  std::uint32_t next_ = 0;  // the client that is to come
};

class ClientRows final : public RowsByLot {
 public:
  ClientRows(TableName table, SqlSource& source, const RowsWanted& wanted)
      : RowsByLot(table == TableName::tokens ? 1 : 0),
        table_(table),
        source_(source),
        wanted_{wanted.window.first_client, wanted.window.last_client},
        is_empty_(!wanted.clients) {}

 private:
  Result<bool, events::LogError> fill(std::vector<SqlRow>& rows) override {
    const auto& partitions = source_.log()->partitions();
    while (next_ < partitions.size() && !has_some_of(partitions[next_], wanted_)) ++next_;
    if (is_empty_ || next_ == partitions.size()) return false;
    if (source_.stop()) return Failed<events::LogError>(stopped_error());
    auto lacks_causes = make(rows, partitions[next_], source_.lacks_causes);
    if (!lacks_causes) return lacks_causes;
    if (*lacks_causes && !std::exchange(source_.lacks_causes, true)) {
      rows.clear();
      lacks_causes = make(rows, partitions[next_], true);
      if (!lacks_causes) return lacks_causes;
    }
    ++next_;
    return true;
  }
  // Whether the log lacks why some spells began.
  Result<bool, events::LogError> make(std::vector<SqlRow>& rows,
                                      const events::PartitionSummary& partition,
                                      bool keeps_events) {
    RowMaker maker(table_, source_, rows, keeps_events);
    const std::uint32_t first = partition.partition * events::kPartitionClients;
    const std::uint32_t end = std::min(first + events::kPartitionClients, source_.header().clients);
    maker.begin_at(std::max(first, wanted_.first));
    const auto followed = follow_lives(source_, partition, wanted_, maker);
    if (!followed) return Failed<events::LogError>(followed.error());
    maker.add_absent(wanted_.last < end ? wanted_.last + 1 : end);
    return maker.lacks_causes();
  }

  TableName table_;
  SqlSource& source_;
  ClientSpan wanted_;
  bool is_empty_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Rows> client_rows(TableName table, SqlSource& source, const RowsWanted& wanted) {
  return std::make_unique<ClientRows>(table, source, wanted);
}

}  // namespace tokenlife::sim
