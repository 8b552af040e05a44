// Writes the frames of one file and keeps its chain of digests. Uses Cap'n Proto: for .cpp files
// only.
#pragma once

#include <capnp/message.h>

#include <cstring>
#include <span>
#include <utility>

#include "core/ensure.hpp"
#include "core/result.hpp"
#include "events/digest.hpp"
#include "events/log_format.hpp"
#include "events/output_file.hpp"

namespace tokenlife::events {

class FrameWriter {
 public:
  // Writes the magic and starts the chain with `first_previous`.
  static Result<FrameWriter, LogError> start(OutputFile file, const Magic& magic,
                                             const Digest& first_previous) {
    if (auto done = file.append(std::as_bytes(std::span(magic))); !done) {
      return Failed<LogError>(done.error());
    }
    return FrameWriter(std::move(file), first_previous);
  }

  // Appends a frame with the message that build(capnp::MessageBuilder&) makes, which takes at most
  // `words_max` words.
  //
  // The frame is built in one stretch of memory, header, segment table, segment and digest, and
  // written from there. The memory is used again: what the message used is zeroed when it goes.
  template <class Build>
  Result<void, LogError> append(FrameType type, std::size_t words_max, Build&& build) {
    reserve(words_max);
    capnp::MallocMessageBuilder message(
        buffer_.slice(kWordsBefore, buffer_.size() - kWordsOfDigest));
    build(static_cast<capnp::MessageBuilder&>(message));
    const auto segments = message.getSegmentsForOutput();
    ensure(segments.size() == 1, "a message to fit into the words reserved for it");
    const auto words = static_cast<std::uint32_t>(segments[0].size());
    return append_built(type, words);
  }

  Result<void, LogError> close() { return file_.close(); }

  const Digest& digest() const { return digest_; }
  std::uint64_t size() const { return file_.size(); }

 private:
  // The frame's header, and the segment table of a message with one segment.
  static constexpr std::size_t kWordsBefore = 2;
  static constexpr std::size_t kWordsOfDigest = kDigestBytes / sizeof(capnp::word);

  FrameWriter(OutputFile file, const Digest& digest) : file_(std::move(file)), digest_(digest) {}

  void reserve(std::size_t words_max) {
    const std::size_t words = kWordsBefore + words_max + kWordsOfDigest;
    if (buffer_.size() >= words) return;
    buffer_ = kj::heapArray<capnp::word>(words + words / 4);
    std::memset(static_cast<void*>(buffer_.begin()), 0, buffer_.asBytes().size());
  }

  Result<void, LogError> append_built(FrameType type, std::uint32_t words) {
    const FrameHeader header{static_cast<std::uint32_t>((words + 1) * sizeof(capnp::word)),
                             static_cast<std::uint32_t>(type)};
    ensure(header.payload_bytes <= kPayloadBytesMax, "a frame to be of readable size");
    const std::uint32_t segment_table[2] = {0, words};  // one segment less one, and its length
    std::byte* frame = reinterpret_cast<std::byte*>(buffer_.begin());
    std::memcpy(frame, &header, kFrameHeaderBytes);
    std::memcpy(frame + kFrameHeaderBytes, segment_table, sizeof segment_table);
    const std::size_t hashed = kFrameHeaderBytes + header.payload_bytes;
    digest_ = hasher_.next(digest_, {frame, hashed});
    std::memcpy(frame + hashed, digest_.data(), kDigestBytes);
    auto written = file_.append({frame, hashed + kDigestBytes});
    std::memset(frame + hashed, 0, kDigestBytes);
    return written;
  }

  OutputFile file_;
  ChainHasher hasher_;
  Digest digest_;
  kj::Array<capnp::word> buffer_;
};

}  // namespace tokenlife::events
