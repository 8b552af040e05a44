#include "events/stretch_codec.hpp"

#include <capnp/any.h>

#include <bit>
#include <cstring>

#include "events/event.capnp.h"
#include "events/message_reader.hpp"

namespace tokenlife::events {
namespace {

std::size_t words_of_bytes(std::size_t bytes) {
  return (bytes + sizeof(capnp::word) - 1) / sizeof(capnp::word);
}
unsigned count_of(std::size_t elements) { return static_cast<unsigned>(elements); }

void copy(std::span<const std::uint8_t> from, capnp::Data::Builder to) {
  if (!from.empty()) std::memcpy(to.begin(), from.data(), from.size());
}
template <class Number>
void copy(std::span<const Number> from, typename capnp::List<Number>::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i) to.set(i, from[i]);
}

std::span<const std::uint8_t> bytes_in(capnp::Data::Reader data) {
  return {data.begin(), data.size()};
}

// The list where it lies. Cap'n Proto would also take a list of structs for one of numbers; we
// never write one, and its numbers would not lie side by side.
template <class Number>
std::span<const Number> numbers_in(typename capnp::List<Number>::Reader list) {
  constexpr auto kSize =
      sizeof(Number) == 2 ? capnp::ElementSize::TWO_BYTES : capnp::ElementSize::FOUR_BYTES;
  if (list.size() == 0) return {};
  const capnp::AnyList::Reader any = capnp::toAny(list);
  if (any.getElementSize() != kSize)
    throw Malformed{"a column of numbers is a list of another kind"};
  return {reinterpret_cast<const Number*>(any.getRawBytes().begin()), list.size()};
}

}  // namespace

std::size_t words_of(const Stretch& stretch) {
  constexpr std::size_t kRootAndTags = 40;
  return kRootAndTags + words_of_bytes(4 * stretch.shapes.size()) +
         words_of_bytes(stretch.streams.size()) + words_of_bytes(stretch.head.events) +
         words_of_bytes(2 * std::size_t{stretch.head.events}) +
         words_of_bytes(4 * stretch.long_steps.size()) + words_of_bytes(stretch.numbers.size()) +
         2 * stretch.guids.size();
}

void encode(const Stretch& stretch, capnp::MessageBuilder& message) {
  const StretchHead& head = stretch.head;
  auto root = message.initRoot<wire::ClientStretch>();
  root.setFirstClient(head.first_client);
  root.setClients(head.clients);
  root.setNumber(head.number);
  root.setFrom(head.from);
  root.setUntil(head.until);
  root.setTimeUnit(head.time_unit);
  root.setValidSeconds(head.valid_seconds);
  root.setSigner(head.signer);
  auto shapes = root.initShapes(count_of(stretch.shapes.size()));
  for (unsigned i = 0; i < shapes.size(); ++i) {
    shapes.set(i, std::bit_cast<std::uint32_t>(stretch.shapes[i]));
  }
  copy(stretch.streams, root.initStreams(count_of(stretch.streams.size())));
  copy(std::span(stretch.codes).first(head.events), root.initCodes(head.events));
  copy<std::uint16_t>(stretch.steps, root.initSteps(head.events));
  copy<std::uint32_t>(stretch.long_steps, root.initLongSteps(count_of(stretch.long_steps.size())));
  copy(stretch.numbers, root.initNumbers(count_of(stretch.numbers.size())));
  auto guids = root.initGuids(count_of(stretch.guids.size()));
  for (unsigned i = 0; i < guids.size(); ++i) {
    auto guid = guids[i];
    guid.setHigh(stretch.guids[i].high);
    guid.setLow(stretch.guids[i].low);
  }
}

StretchView decode(capnp::MessageReader& message, StretchStore& store) {
  const auto root = message.getRoot<wire::ClientStretch>();
  StretchView view;
  view.codes = bytes_in(root.getCodes());
  view.head = {
      root.getFirstClient(),  root.getClients(), root.getNumber(),
      root.getFrom(),         root.getUntil(),   root.getTimeUnit(),
      root.getValidSeconds(), root.getSigner(),  static_cast<std::uint32_t>(view.codes.size())};
  const auto shapes = root.getShapes();
  if (shapes.size() > kShapesMax) throw Malformed{"there are more shapes than codes"};
  std::array<Shape, kShapesMax> said;
  for (unsigned i = 0; i < shapes.size(); ++i) said[i] = std::bit_cast<Shape>(shapes[i]);
  if (const auto wrong = put_shapes(std::span(said).first(shapes.size()), store.shapes)) {
    throw Malformed{"shape " + std::to_string(*wrong) + " stands for no event"};
  }
  store.guids.clear();
  for (const auto guid : root.getGuids()) store.guids.push_back({guid.getHigh(), guid.getLow()});
  view.shapes = &store.shapes;
  view.guids = store.guids;
  view.streams = bytes_in(root.getStreams());
  view.steps = numbers_in<std::uint16_t>(root.getSteps());
  view.long_steps = numbers_in<std::uint32_t>(root.getLongSteps());
  view.numbers = bytes_in(root.getNumbers());
  if (view.steps.size() != view.codes.size())
    throw Malformed{"the columns are of different lengths"};
  if (view.head.clients == 0 || view.head.until < view.head.from) {
    throw Malformed{"a stretch is of no client or of no time"};
  }
  return view;
}

}  // namespace tokenlife::events
