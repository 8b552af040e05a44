// Prints events, filtered, or counts them.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "events/batch_reader.hpp"
#include "events/journal.hpp"
#include "events/log.hpp"
#include "events/merge.hpp"
#include "sim/analysis/count_events.hpp"
#include "sim/cli/command_events.hpp"
#include "sim/cli/count_report.hpp"
#include "sim/cli/event_columns.hpp"
#include "sim/cli/event_writer.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/unknown_causes.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// How events are printed.
struct Form {
  std::string format;
  EventColumns columns;  // none: all
  bool is_object;        // one for all, instead of a line for each
};

Result<Form, Error> form_of(const EventsCommand& command) {
  const auto columns = event_columns(command.columns);
  if (!columns) return Failed<Error>(columns.error());
  return Form{command.json ? "jsonl" : command.format, *columns, command.json};
}

// Events on their way to standard output, in big pieces.
class Printer {
 public:
  Printer(const events::LogHeader& header, const Form& form, Console& console)
      : console_(console), is_object_(form.is_object) {
    if (is_object_) buffer_.append("{\"events\":[\n");
    writer_ = form.columns.empty() ? event_writer(form.format, header, buffer_)
                                   : column_writer(form.format, header, buffer_, form.columns);
  }

  void print(const Recorded<SiteEvent>& recorded) {
    separate();
    writer_->write(recorded);
    if (buffer_.size() >= kPieceBytes) flush();
  }
  void print(ClientNumber client, const Recorded<ClientEvent>& recorded) {
    separate();
    writer_->write(client, recorded);
    if (buffer_.size() >= kPieceBytes) flush();
  }
  // To be called last, also if there were not all events.
  void end() {
    if (is_object_) buffer_.append("]}\n");
    flush();
  }

 private:
  void separate() {
    if (is_object_ && !is_first_) buffer_.append(',');
    is_first_ = false;
  }
  void flush() {
    console_.print(buffer_.text());
    buffer_.clear();
  }

  static constexpr std::size_t kPieceBytes = std::size_t{1} << 16;
  Console& console_;
  TextBuffer buffer_;
  std::unique_ptr<EventWriter> writer_;
  bool is_object_;
  bool is_first_ = true;
};

Result<std::bitset<kEventKinds>, Error> kinds_of(const std::vector<std::string>& names) {
  std::bitset<kEventKinds> kinds;
  if (names.empty()) return kinds.set();
  for (const std::string& word : names) {
    const auto kind = from_name<EventKind>(word);
    if (!kind && word.find(',') != word.npos) {
      return usage_error(fmt::format("unknown event kind {}", in_quotes(word)),
                         "give each kind a --kind of its own");
    }
    if (!kind) {
      return usage_error(fmt::format("unknown event kind {}", in_quotes(word)),
                         advice_or(did_you_mean("kind", word, Names<EventKind>::values),
                                   "`tokenlife log info LOG` lists them"));
    }
    kinds.set(static_cast<std::size_t>(*kind));
  }
  return kinds;
}

// But for the client.
Result<events::EventFilter, Error> filter_of(const EventsCommand& command,
                                             const events::LogHeader& header) {
  events::EventFilter filter;
  const auto kinds = kinds_of(command.kinds);
  const auto from = moment_of(command.from, "--from", header, Instant::min());
  const auto to = moment_of(command.to, "--to", header, kNever);
  if (!kinds) return Failed<Error>(kinds.error());
  if (!from) return Failed<Error>(from.error());
  if (!to) return Failed<Error>(to.error());
  if (command.from && command.to && *from >= *to) {
    return usage_error(fmt::format("--from {} is not before --to {}",
                                   rfc3339(header.start(), *from), rfc3339(header.start(), *to)),
                       "events are those from --from on and before --to: write an earlier --from "
                       "or a later --to");
  }
  filter.kinds = *kinds;
  filter.from = *from;
  filter.until = *to == kNever ? kNever : *to - Duration{1};
  return filter;
}

// A client on disk lives on after its last event, and its log may have begun anew.
Result<void, Error> check_meets(const events::EventFilter& filter,
                                const events::LogHeader& header) {
  const Instant end = at(header.duration);
  if (events::is_of_client(header) || (filter.from <= end && filter.until >= Instant{})) return {};
  return usage_error(fmt::format("{} is {} the run", filter.from > end ? "--from" : "--to",
                                 filter.from > end ? "after the end of" : "not after the start of"),
                     fmt::format("it goes from {} to {}", rfc3339(header.start(), Instant{}),
                                 rfc3339(header.start(), end)));
}

void print_site(const std::vector<Recorded<SiteEvent>>& events, const events::EventFilter& filter,
                Printer& printer) {
  for (const Recorded<SiteEvent>& recorded : events) {
    if (filter.wants(kind_of(recorded.event), recorded.time)) printer.print(recorded);
  }
}

ExitStatus print_counts(const EventsCommand& command, const std::vector<CountField>& fields,
                        const std::vector<EventRow>& rows, const events::LogReader* log,
                        Console& console) {
  auto about = nlohmann::ordered_json::object();
  if (log != nullptr) add_completeness(about, *log);
  console.print(
      event_counts_text(command.json ? "json" : command.format, fields, rows, std::move(about)));
  return 0;
}

// Of a site on disk: all its events are the site's own.
ExitStatus print_journal(const EventsCommand& command, const events::JournalContent& journal,
                         Console& console) {
  if (command.client) {
    return usage_error(
        "--client: the journal of a site holds its own events, and not those of its clients",
        "a client on disk has a log of its own in its folder, and `tokenlife client "
        "show CLIENT --site DIR` says what the site knows about it");
  }
  events::LogHeader header;
  header.start_unix_seconds = journal.start_unix_seconds;
  const auto filter = filter_of(command, header);
  if (!filter) return Failed<Error>(filter.error());
  if (journal.torn_bytes != 0) {
    console.say("tokenlife: " + escape_text(torn_end(command.log, journal)));
  }
  const auto fields = count_fields(command.count_by);
  if (!fields) return Failed<Error>(fields.error());
  if (!fields->empty()) {
    const auto rows = count_events(journal.events, header.start(), *filter, *fields);
    return print_counts(command, *fields, rows, nullptr, console);
  }
  const auto form = form_of(command);
  if (!form) return Failed<Error>(form.error());
  Printer printer(header, *form, console);
  print_site(journal.events, *filter, printer);
  printer.end();
  return 0;
}

using Read = Result<void, events::LogError>;

// Client events on their way to the printer, with why spells began.
class ClientPrinter {
 public:
  ClientPrinter(ReckonedEvents& reckoned, Printer& printer)
      : reckoned_(reckoned), printer_(printer) {}

  // False: there is an error.
  bool print(ClientNumber client, const Recorded<ClientEvent>& recorded) {
    if (!ReckonedEvents::may_lack_cause(recorded.event)) [[likely]] {
      printer_.print(client, recorded);
      return true;
    }
    const auto complete = reckoned_.complete(client, recorded);
    if (complete) {
      printer_.print(client, **complete);
    } else {
      error_ = complete.error();
    }
    return complete.has_value();
  }
  Read check(const Read& read) const { return error_ ? Failed<events::LogError>(*error_) : read; }

 private:
  ReckonedEvents& reckoned_;
  Printer& printer_;
  std::optional<events::LogError> error_;
};

Read print_by_time(const events::LogReader& log, const events::EventFilter& filter,
                   ReckonedEvents& reckoned, Printer& printer) {
  ClientPrinter clients(reckoned, printer);
  events::EventSink sink;
  sink.site = [&](const Recorded<SiteEvent>& recorded) {
    printer.print(recorded);
    return true;
  };
  sink.client = [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    return clients.print(client, recorded);
  };
  return clients.check(events::read_ordered(log, filter, sink));
}

// The site's events, then client by client: nothing is sorted, and nothing kept.
Read print_as_stored(const events::LogReader& log, const events::EventFilter& filter,
                     ReckonedEvents& reckoned, Printer& printer) {
  ClientPrinter clients(reckoned, printer);
  if (filter.site) print_site(log.site_events(), filter, printer);
  const std::optional<events::ReadWindow> window = events::window_of(filter);
  if (!window) return {};
  std::optional<ClientNumber> only;
  if (filter.clients) only = filter.clients->front();
  events::VariantVisitor visitor([&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    if (only && client != *only) return client < *only;
    return !filter.wants(kind_of(recorded.event), recorded.time) || clients.print(client, recorded);
  });
  for (const events::PartitionSummary& partition : log.partitions()) {
    if (only && &partition != log.partition_of(*only)) continue;
    const auto visited = events::visit_batches(log, partition, visitor, *window);
    if (!visited) return Failed<events::LogError>(visited.error());
    if (const Read read = clients.check({}); !read) return read;
  }
  return {};
}

}  // namespace

ExitStatus events_command(const EventsCommand& command, Console& console) {
  const auto journal = open_journal(command.log);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) return print_journal(command, **journal, console);
  const auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  const bool is_table = !command.count_by.empty() && !command.json && command.format == "text";
  say_if_incomplete(*log, console, is_table);
  auto filter = filter_of(command, log->header());
  if (!filter) return Failed<Error>(filter.error());
  if (auto met = check_meets(*filter, log->header()); !met) return Failed<Error>(met.error());
  if (command.client) {
    const auto client = find_held_client(*log, *command.client);
    if (!client) return Failed<Error>(client.error());
    filter->site = false;
    filter->clients = std::vector{*client};
  }

  const auto fields = count_fields(command.count_by);
  if (!fields) return Failed<Error>(fields.error());
  if (!fields->empty()) {
    const auto rows = count_events(*log, *filter, *fields, std::max(1U, command.threads));
    if (!rows) return Failed<Error>(error_in(*log, rows.error(), std::max(1U, command.threads)));
    return print_counts(command, *fields, *rows, &*log, console);
  }
  const auto form = form_of(command);
  if (!form) return Failed<Error>(form.error());
  Printer printer(log->header(), *form, console);
  ReckonedEvents reckoned(*log, command.inputs);
  const Read read = command.order == "stored" ? print_as_stored(*log, *filter, reckoned, printer)
                                              : print_by_time(*log, *filter, reckoned, printer);
  printer.end();
  if (!read) return Failed<Error>(error_in(*log, read.error(), std::max(1U, command.threads)));
  say_if_unknown(reckoned.causes(), *log, console);
  return 0;
}

}  // namespace tokenlife::sim
