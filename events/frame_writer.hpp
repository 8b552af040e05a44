// Writes the frames of one file and keeps its chain of digests. Uses Cap'n Proto: for .cpp files
// only.
#pragma once

#include <capnp/message.h>

#include <span>
#include <utility>

#include "core/result.hpp"
#include "events/frame_builder.hpp"
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
  template <class Build>
  Result<void, LogError> append(FrameType type, std::size_t words_max, Build&& build) {
    return builder_.build(digest_, type, words_max, build, [&](const BuiltFrame& frame) {
      digest_ = frame.digest;
      last_frame_ = file_.size();
      return file_.append(frame.bytes);
    });
  }

  // Says where the last frame is, so that a reader can begin with it.
  Result<void, LogError> close() {
    auto done = file_.append(std::as_bytes(std::span(&last_frame_, 1)));
    return done ? file_.close() : done;
  }

  // See OutputFile.
  Result<void, LogError> sync() { return file_.sync(); }
  void remove() { file_.remove(); }

  const Digest& digest() const { return digest_; }
  std::uint64_t last_frame() const { return last_frame_; }
  std::uint64_t size() const { return file_.size(); }

 private:
  FrameWriter(OutputFile file, const Digest& digest) : file_(std::move(file)), digest_(digest) {}

  OutputFile file_;
  FrameBuilder builder_;
  Digest digest_;
  std::uint64_t last_frame_ = 0;  // where it begins
};

}  // namespace tokenlife::events
