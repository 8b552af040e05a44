// A batch of client events as a message of format 1. Uses Cap'n Proto: for .cpp files only.
#pragma once

#include <capnp/message.h>

#include <vector>

#include "events/batch_view.hpp"
#include "events/client_batch.hpp"

namespace tokenlife::events {

// Columns that the message does not hold in the form in which they are walked.
struct BatchStore {
  std::vector<StreamSlice> slices;
  std::vector<TokenColumn> tokens;
  std::vector<Guid> guids;
};

// A view of the message and the store; both must outlive it. Throws Malformed (message_reader.hpp)
// or kj::Exception. What the columns say is not checked: walk() does that.
BatchView decode(capnp::MessageReader& message, BatchStore& store);

}  // namespace tokenlife::events
