// Prints events, filtered.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "events/merge.hpp"
#include "sim/cli/command_events.hpp"
#include "sim/cli/event_writer.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// Events on their way to standard output, in big pieces.
class Printer {
 public:
  Printer(const events::LogHeader& header, const std::string& format, Console& console)
      : console_(console), writer_(event_writer(format, header, buffer_)) {}

  void print(const Recorded<SiteEvent>& recorded) {
    writer_->write(recorded);
    if (buffer_.size() >= kPieceBytes) flush();
  }
  void print(ClientNumber client, const Recorded<ClientEvent>& recorded) {
    writer_->write(client, recorded);
    if (buffer_.size() >= kPieceBytes) flush();
  }
  // To be called last, also if there were not all events.
  void flush() {
    console_.print(buffer_.text());
    buffer_.clear();
  }

 private:
  static constexpr std::size_t kPieceBytes = std::size_t{1} << 16;
  Console& console_;
  TextBuffer buffer_;
  std::unique_ptr<EventWriter> writer_;
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
  if (command.from && command.to && *from >= *to) {
    return usage_error(fmt::format("--from {} is not before --to {}",
                                   rfc3339(header.start(), *from), rfc3339(header.start(), *to)),
                       "events are those from --from on and before --to: write an earlier --from "
                       "or a later --to");
  }
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

void print_site(const std::vector<Recorded<SiteEvent>>& events, const events::EventFilter& filter,
                Printer& printer) {
  for (const Recorded<SiteEvent>& recorded : events) {
    if (filter.wants(kind_of(recorded.event), recorded.time)) printer.print(recorded);
  }
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
  Printer printer(header, command.format, console);
  print_site(journal.events, *filter, printer);
  printer.flush();
  return 0;
}

using Read = Result<void, events::LogError>;

Read print_by_time(const events::LogReader& log, const events::EventFilter& filter,
                   Printer& printer) {
  events::EventSink sink;
  sink.site = [&](const Recorded<SiteEvent>& recorded) {
    printer.print(recorded);
    return true;
  };
  sink.client = [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    printer.print(client, recorded);
    return true;
  };
  return events::read_ordered(log, filter, sink);
}

// The site's events, then client by client: nothing is sorted, and nothing kept.
Read print_as_stored(const events::LogReader& log, const events::EventFilter& filter,
                     Printer& printer) {
  if (filter.site) print_site(log.site_events(), filter, printer);
  std::optional<ClientNumber> only;
  if (filter.clients) only = filter.clients->front();
  const auto print = [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    if (only && client != *only) return client < *only;
    if (filter.wants(kind_of(recorded.event), recorded.time)) printer.print(client, recorded);
    return true;
  };
  for (const events::PartitionSummary& partition : log.partitions()) {
    if (only && &partition != log.partition_of(*only)) continue;
    const auto visited = log.visit(partition, print);
    if (!visited) return Failed<events::LogError>(visited.error());
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
  const auto filter = filter_of(command, log->header());
  if (!filter) return Failed<Error>(filter.error());

  Printer printer(log->header(), command.format, console);
  const Read read = command.order == "stored" ? print_as_stored(*log, *filter, printer)
                                              : print_by_time(*log, *filter, printer);
  printer.flush();
  if (!read) return Failed<Error>(to_error(read.error()));
  return 0;
}

}  // namespace tokenlife::sim
