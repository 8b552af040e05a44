// A batch of client events as a message. Uses Cap'n Proto: for .cpp files only.
#pragma once

#include <capnp/message.h>

#include <cstddef>

#include "events/client_batch.hpp"

namespace tokenlife::events {

// An upper bound of the words that encode() needs.
std::size_t words_of(const ClientBatch& batch);

void encode(const ClientBatch& batch, capnp::MessageBuilder& message);

}  // namespace tokenlife::events
