#include "sim/tables/table.hpp"

#include <algorithm>
#include <array>

#include "core/event.hpp"
#include "sim/analysis/event_fields.hpp"

namespace tokenlife::sim {
namespace {

using enum SqlType;

std::string with_underscores(std::string_view word) {
  std::string name(word);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// ---- What events have --------------------------------------------------------------------------

// What is said of a field, in the order of FieldName.
struct FieldText {
  SqlType type;
  const char* unit;
  const char* sentence;
};
constexpr const char* kTime = "time";
constexpr const char* kSeconds = "seconds";
constexpr const char* kFlag = "0 or 1";
constexpr const char* kDate = "date";
constexpr std::array<FieldText, kSqlFields> kFieldTexts{{
    {text, "", "Name of the client's cohort"},
    {text, "network", "Network on which the client begins"},
    {text, "credential", "How the client proves who it is"},
    {text, "version", "Whether the client's software is new enough to have tokens"},
    {integer, kFlag, "Whether the client may use the CMG"},
    {integer, kFlag, "Whether the client is blocked"},
    {text, "GUID", "Bulk token that the client holds, or shows"},
    {text, "network", "Network that the client leaves"},
    {text, "network", "Network that the client comes to"},
    {text, "endpoint", "What the client talked to: mp or cmg"},
    {text, "reason", "Why it was refused, or failed"},
    {text, "rules", "Ids of the rules behind a refusal"},
    {text, "serial", "Serial number of the token, CLIENT-ORDINAL"},
    {text, "serial", "Serial number of the token that it replaces"},
    {text, kTime, "From when the token is good"},
    {text, kTime, "When the token, or the credential, expires"},
    {integer, "key", "Number of the key that signed the token"},
    {integer, kFlag, "Whether the client may use the CMG from now on"},
    {text, "", "Name of the bulk token, or of the CA"},
    {text, "GUID", "GUID of the bulk token"},
    {text, "endpoint", "What went down, or came up: mp, cmg or sts"},
    {integer, "key", "Number of the signing certificate's key"},
    {text, "SHA-256", "Thumbprint of the certificate: of a client, or a CA"},
    {text, "GUID", "The site's tenant"},
    {text, "mode", "What management points ask of clients that register"},
    {integer, kFlag, "Whether management points register self-signed clients"},
    {integer, kSeconds, "How long client tokens are valid"},
    {integer, kSeconds, "How long after its issue a token is renewed"},
    {text, "when", "At which contacts tokens are renewed"},
    {integer, kSeconds, "By how much a renewal may be due later than that, by chance"},
    {integer, kSeconds, "How long after its expiry the site accepts a token"},
    {integer, kSeconds, "How long it takes from a request to its answer"},
    {integer, kSeconds, "How long a client waits after a failure"},
    {integer, kSeconds, "How long a client waits after a refusal"},
    {integer, kSeconds, "How long after its expiry the site accepts a bulk token"},
    {text, "", "Name of the client's device; null if it has none"},
    {text, "state", "State in which the client was when the run began"},
    {text, "network", "Network that the client was connected to last"},
    {text, "mode", "What the client talks to on the intranet, unless it is the MP"},
    {integer, kFlag, "1 if the client has another certificate now"},
    {text, "spell cause", "Why the client holds no good token from now on"},
    {text, kTime, "When the client last had contact, before it lost its token"},
    {text, "where", "Where the expired credential can be renewed"},
    {integer, kSeconds, "How far the client's clock is ahead of the site's; negative: behind"},
    {integer, "events", "How many events the site had acknowledged before the repair"},
    {integer, "events", "How many of them were kept"},
    {integer, "bytes", "How much of the journal was cut off"},
    {integer, "", "Number of a client: of the one recognised, or the next number to be given"},
    {text, "", "Who issues the Entra tokens that the site accepts"},
    {text, "", "The audience that they have to have"},
    {text, "SHA-256", "Digest of the file with their issuer's keys"},
    {text, "SHA-256", "Digest of the file with a CA's revoked certificates"},
    {text, "", "The factor by which a client's wait grows after each failure in a row"},
    {integer, kSeconds, "The longest wait to which it grows"},
    {text, "", "The share by which a wait may be longer or shorter, by chance"},
    {integer, kSeconds, "How long a client waits for an answer; null: as long as it takes"},
    {text, "when", "Whether a due date is drawn per-token or per-contact; null: per-token"},
    {integer, "requests", "How many the endpoint serves per minute from now on; null: no limit"},
    {integer, "requests", "How many may wait there"},
    {integer, "requests", "How many MPs serve per minute when the run begins; null: no limit"},
    {integer, "requests", "How many may wait there"},
    {integer, "requests", "How many the CMG serves per minute when the run begins; null: no limit"},
    {integer, "requests", "How many may wait there"},
    {text, kTime, "What the site's clock had shown before it went back"},
    {text, kTime, "What it shows from now on"},
}};

// The site's events have these, and no client's: `events` leaves them out, since each column costs
// every row of an exported file a byte.
constexpr std::array kOfSiteAlone{static_cast<std::size_t>(FieldName::tenant),
                                  static_cast<std::size_t>(FieldName::mp),
                                  static_cast<std::size_t>(FieldName::internal_registration),
                                  static_cast<std::size_t>(FieldName::token_validity),
                                  static_cast<std::size_t>(FieldName::leeway),
                                  static_cast<std::size_t>(FieldName::latency),
                                  static_cast<std::size_t>(FieldName::bulk_leeway),
                                  static_cast<std::size_t>(FieldName::name),
                                  static_cast<std::size_t>(FieldName::guid),
                                  static_cast<std::size_t>(FieldName::endpoint),
                                  static_cast<std::size_t>(FieldName::key),
                                  static_cast<std::size_t>(FieldName::thumbprint),
                                  static_cast<std::size_t>(FieldName::acknowledged),
                                  static_cast<std::size_t>(FieldName::kept),
                                  static_cast<std::size_t>(FieldName::bytes_cut),
                                  static_cast<std::size_t>(FieldName::number),
                                  static_cast<std::size_t>(FieldName::issuer),
                                  static_cast<std::size_t>(FieldName::audience),
                                  static_cast<std::size_t>(FieldName::keys),
                                  static_cast<std::size_t>(FieldName::revocation),
                                  static_cast<std::size_t>(FieldName::request_timeout),
                                  static_cast<std::size_t>(FieldName::renew_draw),
                                  static_cast<std::size_t>(FieldName::per_minute),
                                  static_cast<std::size_t>(FieldName::queue),
                                  static_cast<std::size_t>(FieldName::mp_per_minute),
                                  static_cast<std::size_t>(FieldName::mp_queue),
                                  static_cast<std::size_t>(FieldName::cmg_per_minute),
                                  static_cast<std::size_t>(FieldName::cmg_queue),
                                  kClockFrom,
                                  kClockTo};
// And these, which clients' have, too.
constexpr std::array kOfSiteToo{FieldName::renew_after,
                                FieldName::renew_on,
                                FieldName::renew_jitter,
                                FieldName::retry_after_failure,
                                FieldName::retry_after_refusal,
                                FieldName::retry_backoff,
                                FieldName::retry_max,
                                FieldName::retry_jitter,
                                FieldName::not_before,
                                FieldName::expires,
                                FieldName::serial,
                                FieldName::signer};

std::string sql_name(std::size_t field) {
  if (field == kClockFrom) return "clock_from";
  if (field == kClockTo) return "clock_to";
  const auto its = static_cast<FieldName>(field);
  // Words of SQL would need quotes.
  if (its == FieldName::from) return "from_network";
  if (its == FieldName::to) return "to_network";
  return with_underscores(tokenlife::name(its));
}
SqlColumn column_of(std::size_t field) {
  const FieldText& its = kFieldTexts[field];
  return {sql_name(field), its.type, its.unit, its.sentence};
}
SqlColumn column_of(FieldName field) { return column_of(static_cast<std::size_t>(field)); }

constexpr const char* kSeq =
    "Number of the event among those of its client, or of the site, from 0";
constexpr const char* kWhen = "When it happened";
constexpr const char* kWhat = "What happened";
constexpr const char* kWhy = "What it follows from: an action by its number, a request, and so on";
constexpr const char* kClient = "Number of the client";

SqlTable events_table() {
  SqlTable table{
      TableName::events,
      "Everything that happened: the site's events, then those of one client after another, each "
      "in order of time; site_events has more columns for the site's events",
      {{"client", integer, "", "Number of the client; null for the site"},
       column_of(FieldName::device),
       {"cohort", text, "", "Name of the client's cohort; null for the site"},
       {"seq", integer, "", kSeq},
       {"time", text, kTime, kWhen},
       {"kind", text, "kind", kWhat},
       column_of(FieldName::via),
       column_of(FieldName::reason),
       {"cause", text, "cause", kWhy}},
      {"client", "time", "kind"}};
  for (std::size_t i = 0; i < kSqlFields; ++i) {
    const auto is_it = [&](std::size_t its) { return its == i; };
    if (std::any_of(kOfSiteAlone.begin(), kOfSiteAlone.end(), is_it)) continue;
    const SqlColumn column = column_of(i);
    const auto is_same = [&](const SqlColumn& other) { return other.name == column.name; };
    if (std::none_of(table.columns.begin(), table.columns.end(), is_same)) {
      table.columns.push_back(column);
    }
  }
  return table;
}

SqlTable site_events_table() {
  SqlTable table{TableName::site_events,
                 "What happened to the site",
                 {{"seq", integer, "", kSeq},
                  {"time", text, kTime, kWhen},
                  {"kind", text, "kind", kWhat},
                  {"cause", text, "cause", kWhy}},
                 {"time", "kind"}};
  for (const std::size_t field : kOfSiteAlone) table.columns.push_back(column_of(field));
  for (const FieldName field : kOfSiteToo) table.columns.push_back(column_of(field));
  return table;
}

// ---- Clients, tokens, spells, requests
// -------------------------------------------------------------

constexpr const char* kStranded =
    "Whether it holds no good token, is not blocked, and would get none from the network to which "
    "it was last connected (A13)";

SqlTable clients_table() {
  return {TableName::clients,
          "Where each client stands at the end of the log",
          {{"client", integer, "", kClient},
           column_of(FieldName::device),
           column_of(FieldName::cohort),
           {"guid", text, "GUID", "GUID of the client; null of a client on disk"},
           {"state", text, "state", "State of its lifecycle"},
           {"since", text, kTime, "Since when it has been in that state"},
           {"network", text, "network", "Network that it is on"},
           {"service", text, "service", "served, out-of-service or stranded"},
           {"out_of_service", integer, kFlag, "Whether it holds no good token"},
           {"stranded", integer, kFlag, kStranded},
           {"stranded_since", text, kTime, "Since when that has been so"},
           {"spell_begin", text, kTime, "Since when it has held no good token"},
           {"spell_cause", text, "spell cause", "Why it holds no good token"},
           {"last_contact", text, kTime, "When it last had contact before it lost its token"},
           {"token", text, "serial", "Serial number of the token that it holds"},
           {"token_issued", text, kTime, "When that was issued"},
           {"token_expires", text, kTime, "When that expires, or expired"},
           {"tokens", integer, "", "How many tokens it has had in all"},
           {"spells", integer, "", "How often it has been without a good token"},
           {"events", integer, "", "How many events it has"},
           {"last_event", text, kTime, "When the last one happened"},
           {"credential", text, "credential", "How it proves who it is"},
           {"version", text, "version", "Whether its software is new enough to have tokens"},
           {"cmg_allowed", integer, kFlag, "Whether it may use the CMG"},
           {"blocked", integer, kFlag, "Whether it is blocked"}},
          {"client", "state"}};
}

SqlTable tokens_table() {
  return {
      TableName::tokens,
      "Every token that a client has held",
      {{"serial", text, "serial", "Serial number of the token, CLIENT-ORDINAL"},
       {"client", integer, "", kClient},
       column_of(FieldName::device),
       column_of(FieldName::cohort),
       {"how_issued", text, "word", "registration, renewal, or adopted: held when the run began"},
       {"via", text, "endpoint", "What the client got it from: mp or cmg"},
       {"issued", text, kTime, "When it was issued"},
       {"expires", text, kTime, "When it expires, or would have expired"},
       {"ended", text, kTime, "When it ceased to be the client's good token; null: it has not"},
       {"how", text, "word",
        "How: renewed, expired, refused, registered-again, reinstalled; null: it has not"},
       {"signer", integer, "key", "Number of the key that signed it"}},
      {"client"}};
}

SqlTable spells_table() {
  return {TableName::spells,
          "Every time that a client was without a good token",
          {{"client", integer, "", kClient},
           column_of(FieldName::device),
           column_of(FieldName::cohort),
           {"begin", text, kTime, "When it began"},
           {"end", text, kTime, "When a good token ended it; null: it goes on"},
           {"seconds", integer, kSeconds, "How long it lasted; null: it goes on"},
           {"spell_cause", text, "spell cause", "Why it began"},
           {"last_contact", text, kTime, "When the client last had contact before it"},
           {"ended", text, "word",
            "by-itself, by-action (of an administrator), or not-at-all: it goes on"}},
          {"client"}};
}

SqlTable requests_table() {
  return {
      TableName::requests,
      "Every registration and renewal that a client asked for, and its answer",
      {{"client", integer, "", kClient},
       column_of(FieldName::device),
       column_of(FieldName::cohort),
       {"what", text, "word", "registration or renewal"},
       {"via", text, "endpoint", "What it was sent to: mp or cmg"},
       {"sent", text, kTime, "When it was sent"},
       {"ended", text, kTime,
        "When its answer came, or the client gave it up; null: neither has happened"},
       {"seconds", integer, kSeconds, "How long that took"},
       {"waited", integer, kSeconds,
        "How much of that it waited in a queue: what exceeds the latency; null: it has no answer"},
       {"outcome", text, "word", "granted, refused or failed; null: nothing has come of it"},
       {"reason", text, "reason", "Why it was refused, or failed"}},
      {"client", "sent"}};
}

// ---- Days, and the run -------------------------------------------------------------------------

SqlTable days_table() {
  SqlTable table{TableName::days,
                 "Each day of UTC: where the clients stood at its end, and what happened in it",
                 {{"day", text, kDate, "Date of the day, like 2026-03-02"}},
                 {"day"}};
  for (const std::string_view state : Names<LifecycleState>::values) {
    table.columns.push_back({"state_" + with_underscores(state), integer, "clients",
                             "Clients that are " + std::string(state) + " at its end"});
  }
  table.columns.push_back(
      {"out_of_service", integer, "clients", "Clients that hold no good token at its end"});
  table.columns.push_back({"stranded", integer, "clients", "Clients that are stranded at its end"});
  table.columns.push_back({"events", integer, "events", "All events of that day"});
  for (const std::string_view kind : Names<EventKind>::values) {
    table.columns.push_back(
        {with_underscores(kind), integer, "events", "Those of the kind " + std::string(kind)});
  }
  return table;
}

SqlTable run_table() {
  return {TableName::run,
          "What the log says of its run",
          {{"key", text, "", "What it is"}, {"value", text, "", "What it says, as text"}},
          {}};
}

std::vector<SqlTable> make_tables() {
  return {events_table(),   clients_table(),     tokens_table(), spells_table(),
          requests_table(), site_events_table(), days_table(),   run_table()};
}

std::array<std::size_t, kSqlFields> columns_in(const SqlTable& table) {
  std::array<std::size_t, kSqlFields> places{};
  for (std::size_t field = 0; field < places.size(); ++field) {
    const std::string name = sql_name(field);
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const SqlColumn& column) { return column.name == name; });
    places[field] = found == table.columns.end()
                        ? kNoColumn
                        : static_cast<std::size_t>(found - table.columns.begin());
  }
  return places;
}

}  // namespace

const std::vector<SqlTable>& sql_tables() {
  static const std::vector<SqlTable> tables = make_tables();
  return tables;
}

ValueType value_type(const SqlColumn& column) {
  if (column.unit == kTime) return ValueType::time;
  if (column.unit == kDate) return ValueType::date;
  if (column.unit == kFlag) return ValueType::boolean;
  return column.type == integer ? ValueType::integer : ValueType::text;
}

std::string create_table(const SqlTable& table, std::string_view name) {
  std::string text = "CREATE TABLE " + std::string(name) + "(";
  std::string_view comma;
  for (const SqlColumn& column : table.columns) {
    text += comma;
    text += column.name + " " + std::string(tokenlife::name(column.type));
    comma = ", ";
  }
  return text + ")";
}

std::size_t event_column_of(std::size_t field) {
  static const auto places = columns_in(sql_table(TableName::events));
  return places[field];
}
std::size_t site_column_of(std::size_t field) {
  static const auto places = columns_in(sql_table(TableName::site_events));
  return places[field];
}

}  // namespace tokenlife::sim
