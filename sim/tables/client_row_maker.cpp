#include "sim/tables/client_row_maker.hpp"

#include <algorithm>

#include "core/site_history.hpp"
#include "sim/analysis/client_names.hpp"
#include "sim/analysis/time_in_line.hpp"
#include "sim/tables/table.hpp"

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

// Without values yet.
SqlRow row_of(TableName table) {
  SqlRow row;
  row.reserve(sql_table(table).columns.size());
  return row;
}

SqlValue cause(const Spell& spell) {
  if (spell.cause == SpellCause::not_recorded) return {};
  return word(spell.cause);
}

// What is 0, and not null, of a client that is not installed.
constexpr std::string_view kZeroes[] = {"out_of_service", "stranded", "tokens", "spells", "events"};

}  // namespace

void ClientRowMaker::ended(const events::StandingReplay& standing, Service service) {
  const ClientNumber number = standing.replay().number();
  add_absent(number.value);
  Life life = std::exchange(life_, {});
  std::optional<Spell> spell = standing.spell();
  reckon(number, life, spell);
  if (tables_.clients != nullptr) add_client(number, standing, service, life, spell);
  if (tables_.tokens != nullptr) {
    for (const HeldToken& held : life.tokens) add_token(number, held);
  }
  if (tables_.spells != nullptr) {
    for (const EndedSpell& ended : life.spells) add_spell(number, ended.spell, &ended);
    if (spell) add_spell(number, *spell, nullptr);
  }
  for (const Request& request : life.requests) add_request(number, request);
  next_ = number.value + 1;
}

void ClientRowMaker::add_absent(std::uint32_t until) {
  if (tables_.clients == nullptr || !source_.log()->summary().complete) return;
  for (; next_ < until; ++next_) {
    SqlRow row;
    add_names(row, ClientNumber{next_});
    add_guid(row, ClientNumber{next_});
    row.push_back(word(LifecycleState::not_installed));
    const auto& columns = sql_table(TableName::clients).columns;
    row.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (std::find(std::begin(kZeroes), std::end(kZeroes), columns[i].name) != std::end(kZeroes)) {
        row[i] = std::int64_t{0};
      }
    }
    tables_.clients->push_back(std::move(row));
  }
}

void ClientRowMaker::reckon(ClientNumber number, Life& life, std::optional<Spell>& spell) {
  const auto lacks = [](const Spell& its) { return !its.is_recorded; };
  const bool some_lack = std::any_of(life.spells.begin(), life.spells.end(),
                                     [&](const EndedSpell& its) { return lacks(its.spell); });
  if (!some_lack && !(spell && lacks(*spell))) return;
  lacks_causes_ = true;
  if (!keeps_events_) return;
  const std::lock_guard lock(source_.causes_lock);
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

void ClientRowMaker::add_client(ClientNumber number, const events::StandingReplay& standing,
                                Service service, const Life& life,
                                const std::optional<Spell>& spell) {
  const Client& client = standing.replay().client();
  if (client.state == LifecycleState::not_installed) {
    next_ = number.value;
    return add_absent(number.value + 1);
  }
  SqlRow row = row_of(TableName::clients);
  add_names(row, number);
  const auto add = [&](SqlValue value) { row.push_back(std::move(value)); };
  add_guid(row, number);
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
  tables_.clients->push_back(std::move(row));
}

void ClientRowMaker::add_token(ClientNumber number, const HeldToken& held) {
  SqlRow row = row_of(TableName::tokens);
  row.emplace_back(to_string(held.token.serial));
  add_names(row, number);
  row.push_back(std::string(held.how_issued));
  add_if(row, held.via.has_value(), [&] { return word(*held.via); });
  row.push_back(time(held.token.not_before));
  row.push_back(time(held.token.expires));
  add_if(row, held.ended.has_value(), [&] { return time(*held.ended); });
  add_if(row, held.how != nullptr, [&] { return std::string(held.how); });
  row.push_back(std::int64_t{held.token.signer.value});
  tables_.tokens->push_back(std::move(row));
}

void ClientRowMaker::add_spell(ClientNumber number, const Spell& spell, const EndedSpell* ended) {
  SqlRow row = row_of(TableName::spells);
  add_names(row, number);
  row.push_back(time(spell.begin));
  add_if(row, ended != nullptr, [&] { return time(ended->end); });
  add_if(row, ended != nullptr, [&] { return (ended->end - spell.begin).count(); });
  row.push_back(cause(spell));
  row.push_back(last_contact(spell));
  row.push_back(std::string(ended == nullptr   ? "not-at-all"
                            : ended->by_action ? "by-action"
                                               : "by-itself"));
  tables_.spells->push_back(std::move(row));
}

void ClientRowMaker::add_request(ClientNumber number, const Request& request) {
  SqlRow row = row_of(TableName::requests);
  add_names(row, number);
  row.push_back(std::string(request.what));
  row.push_back(word(request.via));
  row.push_back(time(request.sent));
  add_if(row, request.ended.has_value(), [&] { return time(*request.ended); });
  add_if(row, request.ended.has_value(), [&] { return (*request.ended - request.sent).count(); });
  const auto wait = waited(request);
  add_if(row, wait.has_value(), [&] { return wait->count(); });
  add_if(row, request.outcome != nullptr, [&] { return std::string(request.outcome); });
  add_if(row, !request.reason.empty(), [&] { return std::string(request.reason); });
  tables_.requests->push_back(std::move(row));
}

std::optional<Duration> ClientRowMaker::waited(const Request& request) const {
  if (!request.ended || request.outcome == std::string_view("failed")) return std::nullopt;
  return time_in_line(request.sent, *request.ended, latency_of(source_.site_events()));
}

void ClientRowMaker::add_names(SqlRow& row, ClientNumber number) const {
  const events::LogCohort& cohort = source_.header().cohorts[cohort_of(source_.header(), number)];
  const auto device = device_of(cohort, number);
  row.emplace_back(std::int64_t{number.value});
  add_if(row, device.has_value(), [&] { return std::string(*device); });
  row.emplace_back(cohort.name);
}
void ClientRowMaker::add_guid(SqlRow& row, ClientNumber number) const {
  const auto guid = known_guid(source_.header(), number);
  add_if(row, guid.has_value(), [&] { return to_string(*guid); });
}
SqlValue ClientRowMaker::time(Instant moment) const {
  return source_.header().start() + moment.time_since_epoch();
}

SqlValue ClientRowMaker::last_contact(const Spell& spell) const {
  if (spell.since_contact <= Duration{0}) return {};
  return time(spell.begin - spell.since_contact);
}

namespace {

struct RowsAndDays {
  ClientRowMaker& rows;
  DayCounter* days;

  template <class Event>
  void happened(const Client& before, const Recorded<Event>& recorded,
                const events::StandingReplay& after) {
    rows.happened(before, recorded, after);
    if (days != nullptr) days->happened(before, recorded, after);
  }
  void serves(Instant now, Service before, Service after) {
    rows.serves(now, before, after);
    if (days != nullptr) days->serves(now, before, after);
  }
  void ended(const events::StandingReplay& standing, Service service) {
    rows.ended(standing, service);
    if (days != nullptr) days->ended(standing, service);
  }
};

// Whether the log lacks why some spells began.
Result<bool, events::LogError> make_once(const ClientTables& tables, SqlSource& source,
                                         const events::PartitionSummary& partition,
                                         ClientSpan wanted, DayCounter* days, bool keeps_events) {
  ClientRowMaker maker(tables, source, keeps_events);
  RowsAndDays listener{maker, days};
  const auto clients = events::clients_of_partition(partition.partition, source.header().clients);
  const auto end = static_cast<std::uint32_t>(clients.end);
  maker.begin_at(std::max(clients.first_client().value, wanted.first));
  const auto followed = follow_lives(source, partition, wanted, listener);
  if (!followed) return Failed<events::LogError>(followed.error());
  maker.add_absent(wanted.last < end ? wanted.last + 1 : end);
  return maker.lacks_causes();
}

}  // namespace

Result<void, events::LogError> make_client_rows(const ClientTables& tables, SqlSource& source,
                                                const events::PartitionSummary& partition,
                                                ClientSpan wanted, DayCounter* days) {
  const bool keeps_events = source.lacks_causes;
  auto lacks_causes = make_once(tables, source, partition, wanted, days, keeps_events);
  if (lacks_causes && *lacks_causes && !keeps_events) {
    source.lacks_causes = true;
    for (std::vector<SqlRow>* rows : {tables.clients, tables.tokens, tables.spells}) {
      if (rows != nullptr) rows->clear();
    }
    if (days != nullptr) *days = DayCounter(source.header());
    lacks_causes = make_once(tables, source, partition, wanted, days, true);
  }
  if (!lacks_causes) return Failed<events::LogError>(lacks_causes.error());
  return {};
}

}  // namespace tokenlife::sim
