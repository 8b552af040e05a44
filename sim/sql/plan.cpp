#include "sim/sql/plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// Bits of idxNum.
constexpr int kOnlyKinds = 1;
constexpr int kOnce = 2;

// Of `events`.
constexpr auto kClientColumn = static_cast<int>(EventSqlColumn::client);
constexpr auto kCohortColumn = static_cast<int>(EventSqlColumn::cohort);
constexpr auto kSeqColumn = static_cast<int>(EventSqlColumn::seq);
constexpr auto kTimeColumn = static_cast<int>(EventSqlColumn::time);
constexpr auto kKindColumn = static_cast<int>(EventSqlColumn::kind);

// The letter of a comparison; 0: none that is made use of.
char letter_of(unsigned char op) {
  switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return '=';
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE: return '<';
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE: return '>';
    case SQLITE_INDEX_CONSTRAINT_ISNULL: return '0';
    default: return 0;
  }
}
char column_letter(TableName table, int column) {
  if (table == TableName::events) {
    if (column == kClientColumn) return 'c';
    if (column == kTimeColumn) return 't';
    if (column == kKindColumn) return 'k';
    return 0;
  }
  if (!is_of_clients(table) || column < 0) return 0;
  return sql_table(table).columns[static_cast<std::size_t>(column)].name == "client" ? 'c' : 0;
}

// What share of the rows such a condition leaves.
double share_of(char column, char comparison, const SqlSource& source) {
  const double clients = std::max(1.0, static_cast<double>(source.header().clients));
  if (column == 'c') return comparison == '=' ? 1 / clients : comparison == '0' ? 0.001 : 0.3;
  if (column == 't') return comparison == '=' ? 0.0001 : 0.2;
  return 0.1;
}

// Whether all that is asked of each event is its kind, of which the log knows how many there are.
bool asks_only_kinds(const SqlSource& source, const sqlite3_index_info& info) {
  constexpr sqlite3_uint64 kKindBit = sqlite3_uint64{1} << kKindColumn;
  if (source.log() == nullptr || !source.log()->summary().counted) return false;
  if ((info.colUsed & ~kKindBit) != 0) return false;
  for (int i = 0; i < info.nConstraint; ++i) {
    // The row's id, say.
    if (info.aConstraint[i].usable != 0 && info.aConstraint[i].iColumn < 0) return false;
  }
  return true;
}

// Whether rows come as they are wanted: by client and number, the site's first, and of one cohort
// together.
bool has_that_order(TableName table, sqlite3_index_info& info) {
  const auto column = [&](int i) { return info.aOrderBy[i].iColumn; };
  for (int i = 0; i < info.nOrderBy; ++i) {
    if (info.aOrderBy[i].desc != 0) return false;
  }
  if (table != TableName::events) {
    return info.nOrderBy == 1 && column_letter(table, column(0)) == 'c';
  }
  if (info.nOrderBy == 2) return column(0) == kClientColumn && column(1) == kSeqColumn;
  if (info.nOrderBy != 1) return false;
  const int distinct = sqlite3_vtab_distinct(&info);
  const bool groups_do = distinct == 1 || distinct == 2;
  return column(0) == kClientColumn || (column(0) == kCohortColumn && groups_do);
}

int copy_plan(const std::string& plan, sqlite3_index_info& info) {
  auto* text = static_cast<char*>(sqlite3_malloc64(plan.size() + 1));
  if (text == nullptr) return SQLITE_NOMEM;
  std::memcpy(text, plan.c_str(), plan.size() + 1);
  info.idxStr = text;
  info.needToFreeIdxStr = 1;
  return SQLITE_OK;
}

double rows_in(TableName table, const SqlSource& source) {
  switch (table) {
    case TableName::events: return static_cast<double>(source.events());
    case TableName::clients: return source.header().clients;
    case TableName::tokens: return 10.0 * source.header().clients;
    case TableName::spells: return 2.0 * source.header().clients;
    case TableName::requests: return 20.0 * source.header().clients;
    case TableName::site_events:
    case TableName::days:
    case TableName::run: break;
  }
  return 100;
}

}  // namespace

int plan_query(TableName table, const SqlSource& source, sqlite3_index_info& info) {
  std::string plan;
  double share = 1;
  double read = 1;  // of the log
  int values = 0;
  for (int i = 0; i < info.nConstraint; ++i) {
    const auto& constraint = info.aConstraint[i];
    const char column = column_letter(table, constraint.iColumn);
    const char comparison = letter_of(constraint.op);
    if (constraint.usable == 0 || column == 0 || comparison == 0) continue;
    if (comparison == '0' && column != 'c') continue;
    if (column == 'k' && comparison != '=') continue;
    // Texts are compared byte by byte here.
    if (column != 'c' && std::strcmp(sqlite3_vtab_collation(&info, i), "BINARY") != 0) continue;
    // All kinds of an IN together: each alone would read the log once more.
    const bool is_list = column == 'k' && sqlite3_vtab_in(&info, i, 1) != 0;
    plan += column;
    plan += is_list ? 'i' : comparison;
    info.aConstraintUsage[i].argvIndex = ++values;
    share *= share_of(column, comparison, source);
    if (column != 'k') read *= share_of(column, comparison, source);
  }
  const double rows = rows_in(table, source);
  const double log = static_cast<double>(source.events());
  info.estimatedRows = static_cast<sqlite3_int64>(std::clamp(rows * share, 1.0, 1e15));
  // To find a place in the log costs as much as thousands of events do.
  info.estimatedCost = 5'000 + log * read + rows * share;
  if (table == TableName::events && asks_only_kinds(source, info)) {
    info.idxNum = kOnlyKinds;
    info.estimatedCost = 10 + rows * share / 10;
    if (info.nOrderBy == 1 && info.aOrderBy[0].iColumn == kKindColumn &&
        info.aOrderBy[0].desc == 0) {
      info.orderByConsumed = 1;
      if (sqlite3_vtab_distinct(&info) >= 2) info.idxNum |= kOnce;
    }
  } else if (info.nOrderBy > 0 && has_that_order(table, info)) {
    info.orderByConsumed = 1;
  }
  return copy_plan(plan, info);
}

// ---- With values -------------------------------------------------------------------------------

namespace {

// The first moment of which the text, "2026-03-02T00:00:00Z", is not less than this one: of such a
// text, or of one that it begins with. Nothing of any other, whatever moment it may mean: texts
// are what SQL compares.
std::optional<std::chrono::sys_seconds> first_not_before(std::string_view text) {
  constexpr std::string_view kFirst = "0000-01-01T00:00:00Z";
  constexpr std::size_t kParts[] = {4, 7, 10, 13, 16, 19, 20};
  if (std::find(std::begin(kParts), std::end(kParts), text.size()) == std::end(kParts)) {
    return std::nullopt;
  }
  const std::string whole = std::string(text) + std::string(kFirst.substr(text.size()));
  const auto time = parse_rfc3339(whole);
  if (!time || rfc3339(*time) != whole) return std::nullopt;
  return *time;
}

void want_time(char comparison, sqlite3_value* value, const events::LogHeader& header,
               RowsWanted& wanted) {
  if (sqlite3_value_type(value) != SQLITE_TEXT) return;
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  const auto bytes = static_cast<std::size_t>(sqlite3_value_bytes(value));
  const auto moment = first_not_before({text, bytes});
  if (!moment) return;
  const std::int64_t second = (*moment - header.start()).count();
  constexpr std::int64_t kMost = UINT32_MAX;
  if (comparison != '<') {
    const std::int64_t from = std::clamp<std::int64_t>(second, 0, kMost);
    wanted.window.from = std::max(wanted.window.from, static_cast<std::uint32_t>(from));
  }
  if (comparison != '>') {
    const std::int64_t until = std::clamp<std::int64_t>(second, 0, kMost);
    wanted.window.until = std::min(wanted.window.until, static_cast<std::uint32_t>(until));
  }
}

void want_client(char comparison, sqlite3_value* value, RowsWanted& wanted) {
  if (comparison == '0') {
    wanted.clients = false;
    return;
  }
  if (sqlite3_value_type(value) != SQLITE_INTEGER) return;
  wanted.site = false;
  const std::int64_t number = sqlite3_value_int64(value);
  events::ReadWindow& window = wanted.window;
  if (comparison != '<') {
    if (number > UINT32_MAX) wanted.clients = false;
    const std::int64_t first = std::clamp<std::int64_t>(number, 0, UINT32_MAX);
    window.first_client = std::max(window.first_client, static_cast<std::uint32_t>(first));
  }
  if (comparison != '>') {
    if (number < 0) wanted.clients = false;
    const std::int64_t last = std::clamp<std::int64_t>(number, 0, UINT32_MAX);
    window.last_client = std::min(window.last_client, static_cast<std::uint32_t>(last));
  }
}

// False if it says nothing of kinds.
bool add_kind(sqlite3_value* value, std::bitset<kEventKinds>& kinds) {
  if (sqlite3_value_type(value) == SQLITE_NULL) return true;  // equal to none
  if (sqlite3_value_type(value) != SQLITE_TEXT) return false;
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  const auto bytes = static_cast<std::size_t>(sqlite3_value_bytes(value));
  const auto kind = from_name<EventKind>(std::string_view(text, bytes));
  if (kind) kinds.set(static_cast<std::size_t>(*kind));
  return true;
}

void want_kinds(char comparison, sqlite3_value* value, RowsWanted& wanted) {
  std::bitset<kEventKinds> kinds;
  bool is_known = true;
  if (comparison == 'i') {
    sqlite3_value* one = nullptr;
    for (int rc = sqlite3_vtab_in_first(value, &one); rc == SQLITE_OK && one != nullptr;
         rc = sqlite3_vtab_in_next(value, &one)) {
      is_known = add_kind(one, kinds) && is_known;
    }
  } else {
    is_known = add_kind(value, kinds);
  }
  if (is_known) wanted.kinds &= kinds;
}

}  // namespace

RowsWanted wanted_by(const char* plan, int number, std::span<sqlite3_value*> values,
                     const events::LogHeader& header) {
  RowsWanted wanted;
  wanted.only_kinds = (number & kOnlyKinds) != 0;
  wanted.once = (number & kOnce) != 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const char comparison = plan[2 * i + 1];
    switch (plan[2 * i]) {
      case 'c': want_client(comparison, values[i], wanted); break;
      case 't': want_time(comparison, values[i], header, wanted); break;
      case 'k': want_kinds(comparison, values[i], wanted); break;
      default: break;
    }
  }
  const events::ReadWindow& window = wanted.window;
  if (window.first_client > window.last_client || window.from > window.until) {
    wanted.window = {};
    wanted.clients = false;
    if (window.from > window.until) wanted.site = false;
  }
  return wanted;
}

}  // namespace tokenlife::sim
