// The messages of site.log, and the small ones of a partition's file. Uses Cap'n Proto: for .cpp
// files only. The decoding half takes bytes that nobody has checked.
#pragma once

#include <capnp/message.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/site_event.hpp"
#include "events/log.hpp"
#include "events/log_format.hpp"
#include "events/stretch_place.hpp"

namespace tokenlife::events {

// Upper bounds of the words that the encode functions need.
std::size_t words_of(const LogHeader& header);
std::size_t words_of(std::span<const Recorded<SiteEvent>> events);
std::size_t words_of(std::span<const PartitionSummary> partitions);
inline constexpr std::size_t kWordsOfPartitionFrame = 32;
inline constexpr std::size_t kWordsOfJournalHeader = 32;

void encode(const LogHeader& header, std::uint32_t schema_version, capnp::MessageBuilder& message);
void encode(std::span<const Recorded<SiteEvent>> events, capnp::MessageBuilder& message);

// Of a site on disk, whose journal has no end.
struct JournalHeader {
  std::int64_t start_unix_seconds = 0;  // event times count from it
  // The first one with all that the journal begins with.
  std::uint32_t schema_version = kSchemaVersionOfJournals;
  bool keeps_head = false;
};
void encode(const JournalHeader& header, capnp::MessageBuilder& message);

struct RunEnd {
  bool complete = true;
  std::uint64_t site_events = 0;
  std::uint64_t client_events = 0;
  std::vector<PartitionSummary> partitions;
  std::optional<EventCount> counted{};  // nothing in format 1
  std::uint32_t client_schema = 4;      // see LogHeader
};
// Whether a site's first event says what schemas before the seventh have no place for.
bool is_under_load(const SiteEstablished& event);

void encode(const RunEnd& end, capnp::MessageBuilder& message);

struct PartitionHeader {
  Digest run_header{};
  std::uint32_t partition = 0;
  std::uint32_t first_client = 0;
};
void encode(const PartitionHeader& header, capnp::MessageBuilder& message);

struct PartitionEnd {
  std::uint32_t clients = 0;
  std::uint64_t events = 0;
  std::vector<StretchPlace> stretches{};  // none in format 1
};
std::size_t words_of(const PartitionEnd& end);
void encode(const PartitionEnd& end, capnp::MessageBuilder& message);

// ---- Decoding: throw Malformed (message_reader.hpp) or kj::Exception ---------------------------

LogHeader decode_header(capnp::MessageReader& message);
JournalHeader decode_journal_header(capnp::MessageReader& message);
// Adds to `events`, whose numbering and times they must go on with. The times of a journal may go
// back, where an event says so, and lie before the start.
void decode_site_events(capnp::MessageReader& message, bool is_journal,
                        std::vector<Recorded<SiteEvent>>& events);
// Wherever in the stream they stand.
std::vector<Recorded<SiteEvent>> decode_site_events_alone(capnp::MessageReader& message);
RunEnd decode_run_end(capnp::MessageReader& message);
PartitionHeader decode_partition_header(capnp::MessageReader& message);
PartitionEnd decode_partition_end(capnp::MessageReader& message);

}  // namespace tokenlife::events
