// Reads a journal, and tells an end that a crash cut off from damage.
//
// An append writes one frame behind whole ones. Cut off, it leaves the beginning of the frame, or
// where the file system grows a file before it fills it, zeros in place of whole sectors.
// Everything else that does not fit is damage: above all an end behind which a good frame follows,
// and a last frame that is all there.
#include <algorithm>
#include <cstring>

#include "core/event.hpp"
#include "events/frame_reader.hpp"
#include "events/journal.hpp"
#include "events/journal_format.hpp"
#include "events/message_reader.hpp"
#include "events/site_codec.hpp"

namespace tokenlife::events {
namespace {

constexpr std::size_t kFrameBytesMin = kFrameHeaderBytes + 8 + kDigestBytes;
constexpr std::size_t kSectorBytes = 512;

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

// What stands behind the whole frames of a journal.
class End {
 public:
  End(std::span<const std::byte> bytes, std::uint64_t offset) : bytes_(bytes), offset_(offset) {}

  // `why` it cannot be read as a frame.
  bool is_torn(const LogError& why) {
    if (bytes_.size() > kJournalFrameBytesMax || has_good_frame()) return false;
    if (lacks_sector() || bytes_.size() < kFrameHeaderBytes) return true;
    const FrameHeader header = header_in(bytes_);
    return has_good_length(header) && is(header.type, FrameType::site_events) &&
           why.kind == LogError::Kind::interrupted;
  }

 private:
  bool fits(const Digest& previous, std::span<const std::byte> frame) {
    const std::size_t hashed = frame.size() - kDigestBytes;
    const Digest digest = hasher_.next(previous, frame.first(hashed));
    return std::memcmp(digest.bytes.data(), frame.data() + hashed, kDigestBytes) == 0;
  }

  // Frames begin at multiples of 8. One goes on from the 32 bytes before it, whatever is wrong with
  // the frame that those end.
  bool has_good_frame() {
    for (std::size_t at = kDigestBytes; at + kFrameBytesMin <= bytes_.size(); at += 8) {
      const FrameHeader header = header_in(bytes_.subspan(at));
      if (!has_good_length(header) || bytes_of(header) > bytes_.size() - at) continue;
      Digest previous{};
      std::memcpy(previous.bytes.data(), bytes_.data() + at - kDigestBytes, kDigestBytes);
      if (fits(previous, bytes_.subspan(at, bytes_of(header)))) return true;
    }
    return false;
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
  ChainHasher hasher_;
};

class JournalParser {
 public:
  explicit JournalParser(FrameReader file) : file_(std::move(file)) {}

  Result<JournalContent, LogError> read() {
    if (auto good = read_header(); !good) return Failed<LogError>(good.error());
    while (file_.position() < file_.size() && content_.torn_bytes == 0) {
      if (auto good = read_events(); !good) return Failed<LogError>(good.error());
    }
    if (!content_.site.established) {
      return Failed<LogError>(file_.corrupt(file_.position(), "no event establishes the site"));
    }
    content_.digest = file_.digest();
    content_.bytes = file_.position();
    return std::move(content_);
  }

 private:
  Result<void, LogError> read_header() {
    const auto frame = file_.next();
    if (!frame) return damage(frame.error());
    if (is(frame->type, FrameType::run_header)) {
      return Failed<LogError>(LogError{LogError::Kind::misuse, file_.path(), std::nullopt,
                                       "this is the log of a run, and not of a site on disk"});
    }
    if (!is(frame->type, FrameType::journal_header)) {
      return wrong(*frame, "expected the header frame of a journal");
    }
    const auto bad = read_message(frame->payload, [&](capnp::MessageReader& message) {
      content_.start_unix_seconds = decode_journal_header(message).start_unix_seconds;
    });
    return bad ? wrong(*frame, bad->what, bad->kind) : Result<void, LogError>{};
  }

  Result<void, LogError> read_events() {
    const auto frame = file_.next();
    if (!frame) return read_end(frame.error());
    if (!is(frame->type, FrameType::site_events)) {
      return wrong(*frame, "expected a frame of site events");
    }
    const std::size_t known = content_.events.size();
    const auto bad = read_message(frame->payload, [&](capnp::MessageReader& message) {
      decode_site_events(message, content_.events);
    });
    if (bad) return wrong(*frame, bad->what, bad->kind);
    for (std::size_t i = known; i < content_.events.size(); ++i) {
      const SiteEvent& event = content_.events[i].event;
      auto next = evolve(std::move(content_.site), event);
      if (!next || !next->established) {
        return wrong(*frame, "the event " + std::string(name(kind_of(event))) + " cannot happen" +
                                 (next ? " before the site is established"
                                       : ": " + std::string(name(next.error()))));
      }
      content_.site = std::move(*next);
    }
    return {};
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

  Failed<LogError> wrong(const Frame& frame, const std::string& what,
                         LogError::Kind kind = LogError::Kind::corrupt) const {
    return Failed<LogError>(LogError{kind, file_.path(), frame.offset, what});
  }

  FrameReader file_;
  JournalContent content_;
};

}  // namespace

bool is_journal(const std::filesystem::path& file) {
  auto frames = FrameReader::open(file, kSiteMagic, Digest{}, std::nullopt);
  if (!frames) return false;
  const auto header = frames->next();
  return header && is(header->type, FrameType::journal_header);
}

Result<JournalContent, LogError> read_journal(const std::filesystem::path& file) {
  auto frames = FrameReader::open(file, kSiteMagic, Digest{}, std::nullopt);
  if (!frames) return Failed<LogError>(damage_in(frames.error()));
  return JournalParser(std::move(*frames)).read();
}

}  // namespace tokenlife::events
