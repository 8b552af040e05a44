// Reads frames whose messages are expected to be of certain types. Uses Cap'n Proto: for .cpp files
// only.
#pragma once

#include <string>
#include <utility>

#include "events/frame_reader.hpp"
#include "events/message_reader.hpp"

namespace tokenlife::events {

inline bool is(const Frame& frame, FrameType type) {
  return frame.type == static_cast<std::uint32_t>(type);
}

inline LogError error_in(const FrameReader& file, const Frame& frame, Malformed malformed) {
  return {malformed.kind, file.path(), frame.offset, std::move(malformed.what)};
}

// Decodes the frame, which must be of that type, by decode(capnp::MessageReader&).
template <class Decode>
Result<void, LogError> decode_frame(const FrameReader& file, const Result<Frame, LogError>& frame,
                                    FrameType type, const char* name, Decode&& decode) {
  if (!frame) return Failed<LogError>(frame.error());
  if (is(*frame, FrameType::journal_header)) {
    return Failed<LogError>(LogError{LogError::Kind::misuse, file.path(), std::nullopt,
                                     "this is the journal of a site on disk, not a run's log"});
  }
  if (!is(*frame, type)) {
    return Failed<LogError>(file.corrupt(frame->offset, std::string("expected ") + name));
  }
  if (const auto wrong = read_message(frame->payload, decode)) {
    return Failed<LogError>(error_in(file, *frame, *wrong));
  }
  return {};
}

}  // namespace tokenlife::events
