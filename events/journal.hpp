// The journal of a site on disk: a site.log that goes on. Like a run's, it is a chain of frames,
// and has no end; FORMAT.md describes both.
//
// An event that append() has acknowledged is there for good. One that it has not may be there after
// a crash, whole, or is cut off when the journal is next opened to be written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "../core/result.hpp"
#include "../core/site_event.hpp"
#include "../core/site_value.hpp"
#include "log.hpp"
#include "storage.hpp"

namespace tokenlife::events {

// How far a journal goes: what is kept beside it, or elsewhere, to see later that nothing is gone.
struct JournalHead {
  std::uint64_t events = 0;
  Digest digest{};  // of the last of them
  friend bool operator==(const JournalHead&, const JournalHead&) = default;
};

// What a journal says.
struct JournalContent {
  std::int64_t start_unix_seconds = 0;  // event times count from it
  bool keeps_head = false;              // its head is kept beside it: it is damaged without
  std::vector<Recorded<SiteEvent>> events;
  std::vector<Digest> digests;  // after each of them; all zero inside of a frame
  SiteValue site;               // after all of them (core/site.hpp)
  Digest digest{};
  std::uint64_t bytes = 0;  // of whole frames
  // Behind them: of a frame whose writing a crash, or this moment, cut off.
  std::uint64_t torn_bytes = 0;

  JournalHead head() const { return {events.size(), digest}; }
};

// Whether the journal goes as far as the head, or further on from there.
bool goes_on_from(const JournalContent& content, const JournalHead& head);

// Whether the file begins as a journal does, and not as a run's site.log or in no good way.
bool is_journal(const std::filesystem::path& file);

// Every byte is checked, and that the events can have happened. With a `head`, which was read
// before, also that the journal goes on from it: otherwise it is damaged, whatever its end looks
// like.
Result<JournalContent, LogError> read_journal(const std::filesystem::path& file,
                                              const std::optional<JournalHead>& head = {});

// What can be read of a damaged journal.
struct JournalSalvage {
  JournalContent content;         // up to the damage
  std::optional<LogError> error;  // the damage; nothing: every byte is good, but for a torn end
  // The events of good frames behind it. What stood between is lost, and so they may not fit.
  std::vector<Recorded<SiteEvent>> behind;
  std::uint64_t file_bytes = 0;
};
// An error if not even its first event can be read.
Result<JournalSalvage, LogError> salvage_journal(const std::filesystem::path& file);

class Journal {
 public:
  // Writes the journal of a new site and sees it safely on the disk. `name` is the file's, for
  // errors.
  static Result<Journal, LogError> start(std::unique_ptr<Storage> storage, std::string name,
                                         std::int64_t start_unix_seconds,
                                         const SiteEstablished& established);
  // Goes on behind `content`, which was read from this storage, and cuts off what is behind it.
  // Nobody else may write to it at the same time: that is the caller's to see to.
  static Result<Journal, LogError> resume(std::unique_ptr<Storage> storage, std::string name,
                                          JournalContent content);
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  const JournalContent& content() const;

  // Precondition: the event can happen now, and its time is not before the last one's, unless it is
  // a ClockWentBack from there. After an error the journal is as it was; if the disk leaves that
  // unsure, it takes no more events.
  Result<void, LogError> append(Instant time, Cause cause, const SiteEvent& event);

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tokenlife::events
