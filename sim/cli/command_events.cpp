// Prints events, filtered, in the order of time.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "events/merge.hpp"
#include "sim/cli/command_events.hpp"
#include "sim/cli/event_text.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// What all events have, whoever's they are.
struct Line {
  std::optional<ClientNumber> client;  // nothing: the site
  std::uint32_t seq;
  Instant time;
  EventKind kind;
  Cause cause;
  Fields fields;
};

class Printer {
 public:
  Printer(const events::LogHeader& header, const std::string& format)
      : header_(header), start_(header.start()), format_(format) {}

  std::string heading() const {
    if (format_ != "csv") return "";
    std::string line = "stream,client,seq,time,kind,cause";
    for (const std::string_view name : kFieldNames) line += fmt::format(",{}", name);
    return line + "\n";
  }

  std::string print(const Line& line) const {
    if (format_ == "jsonl") return json(line);
    return format_ == "csv" ? csv(line) : text(line);
  }

 private:
  std::string text(const Line& line) const {
    const std::string stream =
        line.client ? escape_text(client_name(header_, *line.client)) : "site";
    std::string words;
    for (const Field& field : line.fields) {
      words += fmt::format(" {}={}", field.name, field_text(field, start_));
    }
    return fmt::format("{}  {:<20} {:>5}  {:<24}{}  ({})\n", rfc3339(start_, line.time), stream,
                       line.seq, name(line.kind), words, cause_text(line.cause));
  }

  std::string json(const Line& line) const {
    nlohmann::ordered_json object;
    if (line.client) {
      object["stream"] = line.client->value;
      object["client"] = client_name(header_, *line.client);
    } else {
      object["stream"] = "site";
    }
    object["seq"] = line.seq;
    object["time"] = rfc3339(start_, line.time);
    object["kind"] = name(line.kind);
    object["cause"] = cause_text(line.cause);
    for (const Field& field : line.fields) {
      object[std::string(field.name)] = field_json(field, start_);
    }
    return json_line(object) + "\n";
  }

  // RFC 4180.
  static std::string csv_cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
  }

  std::string csv(const Line& line) const {
    std::string row =
        fmt::format("{},{},{},{},{},{}", line.client ? std::to_string(line.client->value) : "site",
                    line.client ? csv_cell(client_name(header_, *line.client)) : "", line.seq,
                    rfc3339(start_, line.time), name(line.kind), cause_text(line.cause));
    for (const std::string_view column : kFieldNames) {
      row += ",";
      for (const Field& field : line.fields) {
        if (field.name != column || std::holds_alternative<std::monostate>(field.value)) continue;
        row += csv_cell(field_text(field, start_));
      }
    }
    return row + "\n";
  }

  const events::LogHeader& header_;
  std::chrono::sys_seconds start_;
  std::string format_;
};

Result<std::bitset<kEventKinds>, Error> kinds_of(const std::vector<std::string>& names) {
  std::bitset<kEventKinds> kinds;
  if (names.empty()) return kinds.set();
  for (const std::string& word : names) {
    const auto kind = from_name<EventKind>(word);
    if (!kind) {
      return usage_error(fmt::format("unknown event kind {}", in_quotes(word)),
                         did_you_mean("kind", word, Names<EventKind>::values));
    }
    kinds.set(static_cast<std::size_t>(*kind));
  }
  return kinds;
}

Result<events::EventFilter, Error> filter_of(const EventsCommand& command,
                                             const events::LogHeader& header) {
  events::EventFilter filter;
  const auto kinds = kinds_of(command.kinds);
  const auto from = moment_of(command.from, "--from", header, Instant::min());
  const auto to = moment_of(command.to, "--to", header, kNever);
  if (!kinds) return Failed<Error>(kinds.error());
  if (!from) return Failed<Error>(from.error());
  if (!to) return Failed<Error>(to.error());
  filter.kinds = *kinds;
  filter.from = *from;
  filter.until = *to == kNever ? kNever : *to - Duration{1};
  if (command.client) {
    const auto client = find_client(header, *command.client);
    if (!client) return Failed<Error>(client.error());
    filter.site = false;
    filter.clients = std::vector{*client};
  }
  return filter;
}

// Of a site on disk: all its events are the site's own.
ExitStatus print_journal(const EventsCommand& command, const events::JournalContent& journal,
                         Console& console) {
  if (command.client) {
    return usage_error("--client: the journal of a site holds no events of clients",
                       "a client on disk has a log of its own in its folder");
  }
  events::LogHeader header;
  header.start_unix_seconds = journal.start_unix_seconds;
  const auto filter = filter_of(command, header);
  if (!filter) return Failed<Error>(filter.error());
  if (journal.torn_bytes != 0) {
    console.say("tokenlife: " + escape_text(torn_end(command.log, journal)));
  }
  const Printer printer(header, command.format);
  console.print(printer.heading());
  for (const Recorded<SiteEvent>& e : journal.events) {
    if (e.time < filter->from || e.time > filter->until) continue;
    const EventKind kind = kind_of(e.event);
    if (!filter->kinds.test(static_cast<std::size_t>(kind))) continue;
    console.print(printer.print({std::nullopt, e.seq, e.time, kind, e.cause, fields_of(e.event)}));
  }
  return 0;
}

}  // namespace

ExitStatus events_command(const EventsCommand& command, Console& console) {
  const auto journal = open_journal(command.log);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) return print_journal(command, **journal, console);
  const auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  const auto filter = filter_of(command, log->header());
  if (!filter) return Failed<Error>(filter.error());

  const Printer printer(log->header(), command.format);
  console.print(printer.heading());
  events::EventSink sink;
  sink.site = [&](const Recorded<SiteEvent>& e) {
    console.print(printer.print(
        {std::nullopt, e.seq, e.time, kind_of(e.event), e.cause, fields_of(e.event)}));
    return true;
  };
  sink.client = [&](ClientNumber client, const Recorded<ClientEvent>& e) {
    console.print(printer.print(
        {client, e.seq, e.time, kind_of(e.event), e.cause, fields_of(e.event, log->header())}));
    return true;
  };
  const auto read = events::read_ordered(*log, *filter, sink);
  if (!read) return Failed<Error>(to_error(read.error()));
  return 0;
}

}  // namespace tokenlife::sim
