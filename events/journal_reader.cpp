// Reads a journal, and tells an end that a crash cut off from damage.
//
// An append writes one frame behind whole ones. Cut off, it leaves the beginning of the frame, or
// where the file system grows a file before it fills it, zeros in place of whole sectors.
// Everything else that does not fit is damage: above all an end behind which a good frame follows,
// and a last frame that is all there.
#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>

#include "core/ensure.hpp"
#include "core/event.hpp"
#include "core/evolve_site.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "events/frame_reader.hpp"
#include "events/huge_pages.hpp"
#include "events/journal.hpp"
#include "events/journal_format.hpp"
#include "events/message_reader.hpp"
#include "events/site_codec.hpp"

namespace tokenlife::events {
namespace {

constexpr std::size_t kFrameBytesMin = kFrameHeaderBytes + 8 + kDigestBytes;
constexpr std::uint64_t kFrameBytesUsual = 150;  // with one event
constexpr std::uint64_t kReservedMax = 1 << 18;
constexpr std::size_t kFramesTogether = 1024;  // so that what they say stays in a cache too
constexpr std::size_t kSectorBytes = 512;
// Behind damage: more than any journal that could be read, and how much of it is looked at a time.
constexpr std::uint64_t kBehindMax = std::uint64_t{16} << 30;
constexpr std::size_t kWindowBytes = std::size_t{4} << 20;
// What looks like the beginning of a frame may be none, and costs 64 KiB to find that out: of
// so many times the bytes that there are, and at least so many.
constexpr std::uint64_t kHashedTimes = 16;
constexpr std::uint64_t kHashedMin = std::uint64_t{256} << 20;

bool is(std::uint32_t type, FrameType wanted) { return type == static_cast<std::uint32_t>(wanted); }

FrameHeader header_in(std::span<const std::byte> bytes) {
  FrameHeader header{};
  std::memcpy(&header, bytes.data(), kFrameHeaderBytes);
  return header;
}

bool has_good_length(const FrameHeader& header) {
  return header.payload_bytes != 0 && header.payload_bytes % 8 == 0 &&
         header.payload_bytes <= kJournalFrameBytesMax;
}

// A journal gets its name when it is whole, and a torn end is no error: what ends too early for the
// reader of frames is damaged.
LogError damage_in(LogError why) {
  if (why.kind == LogError::Kind::interrupted) why.kind = LogError::Kind::corrupt;
  return why;
}

// The good frames among bytes that may be anything.
class FrameFinder {
 public:
  explicit FrameFinder(std::uint64_t hashed_max) : hashed_left_(hashed_max) {}

  // The first that begins at `from` or behind, and before `to`. Frames begin at multiples of 8. One
  // goes on from the 32 bytes before it, whatever is wrong with the frame that those end.
  std::optional<std::span<const std::byte>> next(std::span<const std::byte> bytes, std::size_t from,
                                                 std::size_t to) {
    for (std::size_t at = from; at < to && at + kFrameBytesMin <= bytes.size(); at += 8) {
      const FrameHeader header = header_in(bytes.subspan(at));
      if (!has_good_length(header) || bytes_of(header) > bytes.size() - at) continue;
      if (bytes_of(header) > hashed_left_) {
        hashed_left_ = 0;
        return std::nullopt;
      }
      Digest previous{};
      std::memcpy(previous.bytes.data(), bytes.data() + at - kDigestBytes, kDigestBytes);
      const auto frame = bytes.subspan(at, bytes_of(header));
      if (fits(previous, frame)) return frame;
      hashed_left_ -= frame.size();
    }
    return std::nullopt;
  }

  // Too much looked like frames, and was none.
  bool gave_up() const { return hashed_left_ == 0; }

 private:
  bool fits(const Digest& previous, std::span<const std::byte> frame) {
    const std::size_t hashed = frame.size() - kDigestBytes;
    const Digest digest = hasher_.next(previous, frame.first(hashed));
    return std::memcmp(digest.bytes.data(), frame.data() + hashed, kDigestBytes) == 0;
  }

  std::uint64_t hashed_left_;
  ChainHasher hasher_;
};

// What stands behind the whole frames of a journal.
class End {
 public:
  End(std::span<const std::byte> bytes, std::uint64_t offset) : bytes_(bytes), offset_(offset) {}

  // `why` it cannot be read as a frame.
  bool is_torn(const LogError& why) const {
    if (bytes_.size() > kJournalFrameBytesMax || has_good_frame()) return false;
    if (lacks_sector() || bytes_.size() < kFrameHeaderBytes) return true;
    const FrameHeader header = header_in(bytes_);
    return has_good_length(header) && is(header.type, FrameType::site_events) &&
           why.kind == LogError::Kind::interrupted;
  }

 private:
  bool has_good_frame() const {
    return FrameFinder(kHashedMin).next(bytes_, kDigestBytes, bytes_.size()).has_value();
  }

  // A whole sector, or what the end has of it, is zero.
  bool lacks_sector() const {
    for (std::size_t from = 0; from < bytes_.size();) {
      const std::size_t to = std::min<std::size_t>(
          bytes_.size(), from + kSectorBytes - (offset_ + from) % kSectorBytes);
      const auto sector = bytes_.subspan(from, to - from);
      if (std::all_of(sector.begin(), sector.end(), [](std::byte b) { return b == std::byte{}; })) {
        return true;
      }
      from = to;
    }
    return false;
  }

  std::span<const std::byte> bytes_;
  std::uint64_t offset_;
};

class JournalParser {
 public:
  explicit JournalParser(FrameReader file) : file_(std::move(file)) {
    // A file may be of any size, and hold nothing.
    const std::uint64_t events = std::min(file_.size() / kFrameBytesUsual, kReservedMax);
    content_.events.reserve(events);
    prefer_huge_pages(content_.events.data(), events * sizeof content_.events.front());
    content_.digests.reserve(events);
    // Twice as many as of each kind there mostly are: who looks for what is not there finds nothing
    // in its place, and has no other to look at.
    content_.site->bulk_tokens.reserve(events);
    content_.site->clients.reserve(events);
  }

  Result<JournalContent, LogError> read() {
    if (auto good = read_header(); !good) return Failed<LogError>(good.error());
    if (auto good = read_frames(); !good) return Failed<LogError>(good.error());
    if (content_.events.empty()) return Failed<LogError>(no_site());
    return std::move(content_);
  }

  Result<JournalSalvage, LogError> salvage() {
    if (auto good = read_header(); !good) return Failed<LogError>(good.error());
    JournalSalvage saved;
    saved.file_bytes = file_.size();
    if (auto good = read_frames(); !good) {
      saved.error = good.error();
    }
    if (content_.events.empty()) return Failed<LogError>(saved.error ? *saved.error : no_site());
    if (saved.error) {
      if (auto done = read_behind(saved); !done) return Failed<LogError>(done.error());
    }
    saved.content = std::move(content_);
    return saved;
  }

 private:
  LogError no_site() const {
    return file_.corrupt(file_.position(), "no event establishes the site");
  }

  Result<void, LogError> read_header() {
    const auto frame = file_.next();
    if (!frame) return damage(frame.error());
    if (is(frame->type, FrameType::run_header)) {
      return Failed<LogError>(LogError{LogError::Kind::misuse, file_.path(), std::nullopt,
                                       "this is the log of a run, and not of a site on disk"});
    }
    if (!is(frame->type, FrameType::journal_header)) {
      return wrong(frame->offset, "expected the header frame of a journal");
    }
    const auto bad = read_message(frame->payload, [&](capnp::MessageReader& message) {
      const JournalHeader header = decode_journal_header(message);
      content_.start_unix_seconds = header.start_unix_seconds;
      content_.keeps_head = header.keeps_head;
    });
    return bad ? wrong(frame->offset, bad->what, bad->kind) : Result<void, LogError>{};
  }

  // content_ is what the good frames say, also after an error.
  Result<void, LogError> read_frames() {
    Result<void, LogError> good;
    while (good && file_.position() < file_.size() && content_.torn_bytes == 0) {
      const FrameStart start{file_.position(), file_.digest(), content_.events.size()};
      content_.bytes = start.offset;
      content_.digest = start.before;
      good = read_events();
      if (good) {
        content_.digests.resize(content_.events.size());
        if (!content_.digests.empty()) content_.digests.back() = file_.digest();
        read_.push_back(start);
      } else {
        content_.events.resize(start.events);
      }
      if (good && read_.size() < kFramesTogether) continue;
      // What stands before what cannot be read comes first.
      if (auto happened = happen(); !happened) return happened;
    }
    if (!good) return good;
    if (auto happened = happen(); !happened) return happened;
    content_.bytes = file_.position();
    content_.digest = file_.digest();
    return {};
  }

  // Lets the events of many frames happen to the site at once: its tables stay in the processor's
  // caches meanwhile, and one look-up is under way while the next begins.
  Result<void, LogError> happen() {
    const std::size_t first = read_.empty() ? content_.events.size() : read_.front().events;
    for (std::size_t i = first; i < content_.events.size(); ++i) {
      const SiteEvent& event = content_.events[i].event;
      const auto refusal = evolve_in_place(*content_.site, event);
      if (refusal || !content_.site->established) {
        const std::string what =
            "the event " + std::string(name(kind_of(event))) + " cannot happen" +
            (refusal ? ": " + std::string(name(*refusal)) : " before the site is established");
        return wrong(go_back(i), what);
      }
      // Whoever appends one of these writes a head first. (Certificates came with the same schema,
      // and before heads did.)
      content_.keeps_head |= kind_of(event) >= ClockWentBack::kind;
    }
    read_.clear();
    return {};
  }

  // To before the frame that holds the event, and begins where that is.
  std::uint64_t go_back(std::size_t event) {
    const auto start = *std::find_if(read_.rbegin(), read_.rend(),
                                     [&](const FrameStart& read) { return read.events <= event; });
    content_.events.resize(start.events);
    content_.digests.resize(start.events);
    *content_.site = site_after(content_.events);
    content_.bytes = start.offset;
    content_.digest = start.before;
    content_.torn_bytes = 0;
    return start.offset;
  }

  // Frames that do not hang together with those that were read.
  Result<void, LogError> read_behind(JournalSalvage& saved) {
    const std::uint64_t behind = file_.size() - content_.bytes;
    if (behind > kBehindMax) {
      return Failed<LogError>(
          LogError{LogError::Kind::misuse, file_.path(), content_.bytes,
                   "nothing can be read from here on, for " + std::to_string(behind) +
                       " bytes, more than any journal has: cut them off, with `truncate --size " +
                       std::to_string(content_.bytes) + "` for example"});
    }
    FrameFinder finder(std::max(kHashedMin, kHashedTimes * behind));
    // A window begins with the digest before its first frame.
    std::uint64_t from = content_.bytes - kDigestBytes;
    while (from + kDigestBytes < file_.size() && !finder.gave_up()) {
      const auto window = file_.bytes_at(from, kWindowBytes);
      if (!window) return Failed<LogError>(window.error());
      const bool is_last = from + window->size() == file_.size();
      const std::size_t to =
          is_last ? window->size() : window->size() - kJournalFrameBytesMax - kFrameBytesMin;
      std::size_t at = kDigestBytes;
      while (const auto frame = finder.next(*window, at, to)) {
        read_frame_behind(*frame, saved.behind);
        at = static_cast<std::size_t>(frame->data() - window->data()) + frame->size();
      }
      from += std::max(at, to) - kDigestBytes;
    }
    if (finder.gave_up()) {
      saved.error->what +=
          "; what follows looks like frames (blocks of the file) but is not, and was not searched "
          "to its end";
    }
    return {};
  }

  static void read_frame_behind(std::span<const std::byte> frame,
                                std::vector<Recorded<SiteEvent>>& behind) {
    if (!is(header_in(frame).type, FrameType::site_events)) return;
    const auto payload =
        frame.subspan(kFrameHeaderBytes, frame.size() - kFrameHeaderBytes - kDigestBytes);
    std::vector<std::uint64_t> words(payload.size() / 8);
    std::memcpy(words.data(), payload.data(), payload.size());
    // A frame that is good and says nothing that can be understood is passed over.
    static_cast<void>(read_message(words, [&](capnp::MessageReader& message) {
      auto events = decode_site_events_alone(message);
      std::move(events.begin(), events.end(), std::back_inserter(behind));
    }));
  }

  Result<void, LogError> read_events() {
    const auto frame = file_.next();
    if (!frame) return read_end(frame.error());
    if (!is(frame->type, FrameType::site_events)) {
      return wrong(frame->offset, "expected a frame of site events");
    }
    const auto bad = read_message(frame->payload, [&](capnp::MessageReader& message) {
      decode_site_events(message, true, content_.events);
    });
    return bad ? wrong(frame->offset, bad->what, bad->kind) : Result<void, LogError>{};
  }

  // `why` the frame at the position cannot be read.
  Result<void, LogError> read_end(const LogError& why) {
    const auto bytes = file_.rest(kJournalFrameBytesMax + 1);
    if (!bytes) return Failed<LogError>(bytes.error());
    if (End(*bytes, file_.position()).is_torn(why)) {
      content_.torn_bytes = file_.size() - file_.position();
      return {};
    }
    return damage(why);
  }

  // Whatever it is, it begins where the frames that are good end.
  Failed<LogError> damage(LogError why) const {
    if (why.kind == LogError::Kind::interrupted) why.offset = file_.position();
    return Failed<LogError>(damage_in(std::move(why)));
  }

  Failed<LogError> wrong(std::uint64_t offset, const std::string& what,
                         LogError::Kind kind = LogError::Kind::corrupt) const {
    return Failed<LogError>(LogError{kind, file_.path(), offset, what});
  }

  // Where a frame begins, and what is there.
  struct FrameStart {
    std::uint64_t offset;
    Digest before;
    std::size_t events;
  };

  FrameReader file_;
  JournalContent content_;
  std::vector<FrameStart> read_;  // whose events have not happened yet
};

}  // namespace

bool is_journal(const std::filesystem::path& file) {
  auto frames = FrameReader::open(file, kSiteMagic, Digest{}, std::nullopt);
  if (!frames) return false;
  const auto header = frames->next();
  return header && is(header->type, FrameType::journal_header);
}

bool goes_on_from(const JournalContent& content, const JournalHead& head) {
  if (head.events == 0) return head.digest == Digest{};
  return head.events <= content.digests.size() && content.digests[head.events - 1] == head.digest;
}

Result<JournalContent, LogError> read_journal(const std::filesystem::path& file,
                                              const std::optional<JournalHead>& head) {
  auto frames = FrameReader::open(file, kSiteMagic, Digest{}, std::nullopt);
  if (!frames) return Failed<LogError>(damage_in(frames.error()));
  auto content = JournalParser(std::move(*frames)).read();
  if (!content || !head || goes_on_from(*content, *head)) return content;
  const std::string acknowledged = std::to_string(head->events);
  const bool is_short = content->events.size() < head->events;
  return Failed<LogError>(
      LogError{LogError::Kind::corrupt, file.string(), content->bytes,
               is_short ? "the file ends after event " + std::to_string(content->events.size()) +
                              " of " + acknowledged + " that were acknowledged"
                        : "event " + acknowledged + " is not the one that was acknowledged"});
}

Result<JournalSalvage, LogError> salvage_journal(const std::filesystem::path& file) {
  auto frames = FrameReader::open(file, kSiteMagic, Digest{}, std::nullopt);
  if (!frames) return Failed<LogError>(damage_in(frames.error()));
  return JournalParser(std::move(*frames)).salvage();
}

}  // namespace tokenlife::events
