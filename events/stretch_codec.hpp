// A stretch of client events as a message. Uses Cap'n Proto: for .cpp files only.
#pragma once

#include <capnp/message.h>

#include <cstddef>
#include <vector>

#include "events/stretch.hpp"
#include "events/stretch_view.hpp"

namespace tokenlife::events {

// An upper bound of the words that encode() needs.
std::size_t words_of(const Stretch& stretch);

void encode(const Stretch& stretch, capnp::MessageBuilder& message);

// What the message does not hold in the form in which it is walked.
struct StretchStore {
  ShapeTable shapes;
  std::vector<Guid> guids;
};

// A view of the message and the store; both must outlive it. Throws Malformed (message_reader.hpp)
// or kj::Exception. What the columns say is not checked: walk() does that.
StretchView decode(capnp::MessageReader& message, StretchStore& store);

}  // namespace tokenlife::events
