#include "events/frame_builder.hpp"

#include "core/ensure.hpp"

namespace tokenlife::events {

void FrameBuilder::reserve(std::size_t words_max) {
  const std::size_t words = kWordsBefore + words_max + kWordsOfDigest;
  if (buffer_.size() >= words) return;
  buffer_ = kj::heapArray<capnp::word>(words + words / 4);
  std::memset(static_cast<void*>(buffer_.begin()), 0, buffer_.asBytes().size());
}

BuiltFrame FrameBuilder::complete(const Digest& previous, FrameType type, std::size_t segments,
                                  std::size_t words) {
  ensure(segments == 1, "a message to fit into the words reserved for it");
  const FrameHeader header{static_cast<std::uint32_t>((words + 1) * sizeof(capnp::word)),
                           static_cast<std::uint32_t>(type)};
  ensure(header.payload_bytes <= kPayloadBytesMax, "a frame to be of readable size");
  // One segment less one, and its length.
  const std::uint32_t segment_table[2] = {0, static_cast<std::uint32_t>(words)};
  std::byte* frame = reinterpret_cast<std::byte*>(buffer_.begin());
  std::memcpy(frame, &header, kFrameHeaderBytes);
  std::memcpy(frame + kFrameHeaderBytes, segment_table, sizeof segment_table);
  const std::size_t hashed = kFrameHeaderBytes + header.payload_bytes;
  const Digest digest = hasher_.next(previous, {frame, hashed});
  std::memcpy(frame + hashed, digest.bytes.data(), kDigestBytes);
  return {{frame, hashed + kDigestBytes}, digest};
}

}  // namespace tokenlife::events
