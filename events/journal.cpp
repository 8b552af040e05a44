#include "events/journal.hpp"

#include <optional>

#include "core/ensure.hpp"
#include "core/evolve_site.hpp"
#include "core/site.hpp"
#include "events/frame_builder.hpp"
#include "events/journal_format.hpp"
#include "events/site_codec.hpp"

namespace tokenlife::events {

Site site_after(const std::vector<Recorded<SiteEvent>>& events) {
  Site site;
  for (const Recorded<SiteEvent>& recorded : events) {
    ensure(!evolve_in_place(site, recorded.event), "an event that has happened");
  }
  return site;
}

struct Journal::Impl {
  std::unique_ptr<Storage> storage;
  std::string name;
  JournalContent content;
  FrameBuilder builder;
  bool broken = false;

  Impl(std::unique_ptr<Storage> file, std::string file_name)
      : storage(std::move(file)), name(std::move(file_name)) {}

  LogError error(const std::string& doing, std::error_code why,
                 std::optional<std::uint64_t> offset) const {
    return {LogError::Kind::io, name, offset, "cannot " + doing + " the file: " + why.message()};
  }

  // Nothing of what was written behind the whole frames may stay: the next event would stand behind
  // it. After a failed sync the kernel may have dropped bytes that it still shows, so that nothing
  // can be trusted any more but what another open reads from the disk.
  Failed<LogError> undo(const LogError& why, bool sync_failed) {
    broken = storage->truncate(content.bytes) || sync_failed;
    return Failed<LogError>(why);
  }

  // Writes at the end and sees it safely on the disk.
  Result<void, LogError> put(const BuiltFrame& frame) {
    if (const auto wrong = storage->write(content.bytes, frame.bytes)) {
      return undo(error("write", wrong, content.bytes), false);
    }
    if (const auto wrong = storage->sync()) return undo(error("sync", wrong, std::nullopt), true);
    content.bytes += frame.bytes.size();
    content.digest = frame.digest;
    return {};
  }

  Result<void, LogError> put_header(std::uint32_t schema_version) {
    const Magic magic = kJournalMagic;
    if (const auto wrong = storage->write(0, std::as_bytes(std::span(magic)))) {
      return undo(error("write", wrong, content.bytes), false);
    }
    content.bytes = magic.size();
    const JournalHeader header{content.start_unix_seconds, schema_version, content.keeps_head};
    return builder.build(
        content.digest, FrameType::journal_header, kWordsOfJournalHeader,
        [&](capnp::MessageBuilder& message) { encode(header, message); },
        [&](const BuiltFrame& frame) { return put(frame); });
  }

  Result<void, LogError> put_event(const Recorded<SiteEvent>& recorded) {
    const std::span events(&recorded, 1);
    return builder.build(
        content.digest, FrameType::site_events, words_of(events),
        [&](capnp::MessageBuilder& message) { encode(events, message); },
        [&](const BuiltFrame& frame) {
          ensure(frame.bytes.size() <= kJournalFrameBytesMax, "an event that a reader takes");
          return put(frame);
        });
  }
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal, LogError> Journal::start(std::unique_ptr<Storage> storage, std::string name,
                                         std::int64_t start_unix_seconds,
                                         const SiteEstablished& established) {
  Journal journal(std::make_unique<Impl>(std::move(storage), std::move(name)));
  journal.impl_->content.start_unix_seconds = start_unix_seconds;
  journal.impl_->content.keeps_head = true;
  const std::uint32_t schema_version =
      established.certificate ? kSchemaVersionOfCertificates : kSchemaVersionOfJournals;
  if (auto done = journal.impl_->put_header(schema_version); !done)
    return Failed<LogError>(done.error());
  if (auto done = journal.append(at(Duration{0}), {CauseKind::run_start}, established); !done) {
    return Failed<LogError>(done.error());
  }
  return journal;
}

Result<Journal, LogError> Journal::resume(std::unique_ptr<Storage> storage, std::string name,
                                          JournalContent content) {
  Journal journal(std::make_unique<Impl>(std::move(storage), std::move(name)));
  journal.impl_->content = std::move(content);
  Impl& impl = *journal.impl_;
  if (impl.content.torn_bytes != 0) {
    if (const auto wrong = impl.storage->truncate(impl.content.bytes)) {
      return Failed<LogError>(impl.error("cut off the torn end of", wrong, impl.content.bytes));
    }
  }
  // Also of whole frames the last may not be on the disk yet: its writer died before its sync. What
  // is decided from now on rests on it.
  if (const auto wrong = impl.storage->sync()) {
    return Failed<LogError>(impl.error("sync", wrong, std::nullopt));
  }
  impl.content.torn_bytes = 0;
  return journal;
}

const JournalContent& Journal::content() const { return impl_->content; }

Result<void, LogError> Journal::append(Instant time, Cause cause, const SiteEvent& event) {
  JournalContent& content = impl_->content;
  if (impl_->broken) {
    return Failed<LogError>(LogError{LogError::Kind::io, impl_->name, std::nullopt,
                                     "nothing more is written to the file after an error that "
                                     "leaves its contents uncertain; open it again"});
  }
  if (const auto* back = std::get_if<ClockWentBack>(&event)) {
    ensure(back->from == content.events.back().time && back->to == time, "a clock to go back");
  } else {
    ensure(content.events.empty() || time >= content.events.back().time,
           "times of events not to go back");
  }
  ensure(!evolve_in_place(*content.site, event), "an event that can happen");
  const Recorded<SiteEvent> recorded{
      {time, static_cast<std::uint32_t>(content.events.size()), cause}, event};
  if (auto done = impl_->put_event(recorded); !done) {
    *content.site = site_after(content.events);
    return done;
  }
  content.events.push_back(recorded);
  content.digests.push_back(content.digest);
  return {};
}

}  // namespace tokenlife::events
