#include <capnp/any.h>

#include "events/batch_codec.hpp"
#include "events/event.capnp.h"
#include "events/message_reader.hpp"

namespace tokenlife::events {
namespace {

std::span<const std::uint8_t> bytes_of(capnp::Data::Reader data) {
  return {data.begin(), data.size()};
}

// The list where it lies. Cap'n Proto would also take a list of structs for one of numbers; we
// never write one, and its numbers would not lie side by side.
std::span<const std::uint32_t> numbers_of(capnp::List<std::uint32_t>::Reader list) {
  if (list.size() == 0) return {};
  const capnp::AnyList::Reader any = capnp::toAny(list);
  if (any.getElementSize() != capnp::ElementSize::FOUR_BYTES) {
    throw Malformed{"a column of numbers is not a list of 32-bit numbers"};
  }
  return {reinterpret_cast<const std::uint32_t*>(any.getRawBytes().begin()), list.size()};
}

}  // namespace

BatchView decode(capnp::MessageReader& message, BatchStore& store) {
  const auto root = message.getRoot<wire::ClientBatch>();
  store.slices.clear();
  for (const auto slice : root.getSlices()) {
    store.slices.push_back({slice.getClient(), slice.getFirstSeq(), slice.getEvents()});
  }
  store.tokens.clear();
  for (const auto token : root.getTokens()) {
    store.tokens.push_back({token.getOrdinal(), token.getReplacesOrdinal(), token.getNotBefore(),
                            token.getValidSeconds(), token.getSigner()});
  }
  store.guids.clear();
  for (const auto guid : root.getGuids()) store.guids.push_back({guid.getHigh(), guid.getLow()});

  BatchView view;
  view.slices = store.slices;
  view.tokens = store.tokens;
  view.guids = store.guids;
  view.kinds = bytes_of(root.getKinds());
  view.causes = bytes_of(root.getCauses());
  view.details = bytes_of(root.getDetails());
  view.times = numbers_of(root.getTimes());
  view.cause_numbers = numbers_of(root.getCauseNumbers());
  view.serials = numbers_of(root.getSerials());
  view.cohorts = numbers_of(root.getCohorts());
  const std::size_t events = view.kinds.size();
  if (view.causes.size() != events || view.details.size() != events ||
      view.times.size() != events) {
    throw Malformed{"the columns are of different lengths"};
  }
  return view;
}

}  // namespace tokenlife::events
