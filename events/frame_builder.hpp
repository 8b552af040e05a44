// Builds frames, the links of a file's chain of digests. Uses Cap'n Proto: for .cpp files only.
#pragma once

#include <capnp/message.h>

#include <cstring>
#include <span>

#include "events/digest.hpp"
#include "events/log_format.hpp"

namespace tokenlife::events {

struct BuiltFrame {
  std::span<const std::byte> bytes;
  Digest digest{};  // the frame's own, from which the next one goes on
};

class FrameBuilder {
 public:
  // Hands to use(const BuiltFrame&) a frame with the message that build(capnp::MessageBuilder&)
  // makes, which takes at most `words_max` words; gives what it gives. `previous` is the digest of
  // the frame before.
  //
  // The frame is built in one stretch of memory, header, segment table, segment and digest, and
  // used from there. The memory is used again: what the message used is zeroed when it goes.
  template <class Build, class Use>
  auto build(const Digest& previous, FrameType type, std::size_t words_max, Build&& build,
             Use&& use) {
    reserve(words_max);
    capnp::MallocMessageBuilder message(
        buffer_.slice(kWordsBefore, buffer_.size() - kWordsOfDigest));
    build(static_cast<capnp::MessageBuilder&>(message));
    const auto segments = message.getSegmentsForOutput();
    const BuiltFrame frame = complete(previous, type, segments.size(), segments[0].size());
    auto used = use(frame);
    std::memset(buffer_.asBytes().begin() + frame.bytes.size() - kDigestBytes, 0, kDigestBytes);
    return used;
  }

 private:
  // The frame's header, and the segment table of a message with one segment.
  static constexpr std::size_t kWordsBefore = 2;
  static constexpr std::size_t kWordsOfDigest = kDigestBytes / sizeof(capnp::word);

  void reserve(std::size_t words_max);
  // The message is in its place, and takes `segments` segments, the first of so many words.
  BuiltFrame complete(const Digest& previous, FrameType type, std::size_t segments,
                      std::size_t words);

  ChainHasher hasher_;
  kj::Array<capnp::word> buffer_;
};

}  // namespace tokenlife::events
