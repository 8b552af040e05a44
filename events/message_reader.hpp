// Reads one message from bytes that may say anything. Uses Cap'n Proto: for .cpp files only.
#pragma once

#include <capnp/any.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "events/log.hpp"

namespace tokenlife::events {

// What decoding throws at a message that is well-formed and yet cannot be, or that this program
// does not know. Cap'n Proto reports by exceptions too; both end in read_message().
struct Malformed {
  std::string what;  // one clause, no full stop
  LogError::Kind kind = LogError::Kind::corrupt;
};

// Calls decode(capnp::MessageReader&) on the message; says what is wrong with the message, if
// anything.
//
// Cap'n Proto checks bounds, but neither a root that is missing nor bytes that are left over. Its
// traversal limit counts what every getter returns, so that a small message cannot stand for much
// work: twice the message allows each part to be got once, and its struct again.
template <class Decode>
std::optional<Malformed> read_message(std::span<const std::uint64_t> payload, Decode&& decode) {
  static_assert(sizeof(capnp::word) == sizeof(std::uint64_t));
  try {
    const kj::ArrayPtr<const capnp::word> words(
        reinterpret_cast<const capnp::word*>(payload.data()), payload.size());
    capnp::ReaderOptions options;
    options.traversalLimitInWords = 2 * payload.size() + 64;
    capnp::FlatArrayMessageReader message(words, options);
    if (message.getEnd() != words.end()) return Malformed{"bytes after the message"};
    if (!message.getRoot<capnp::AnyPointer>().isStruct()) return Malformed{"the message is empty"};
    decode(static_cast<capnp::MessageReader&>(message));
    return std::nullopt;
  } catch (const Malformed& malformed) {
    return malformed;
  } catch (const kj::Exception& exception) {
    return Malformed{"the message cannot be decoded: " +
                     std::string(exception.getDescription().cStr())};
  }
}

}  // namespace tokenlife::events
