// Walks the stretches of some clients, as the log holds them, client by client, and hands each
// event to a visitor with its own type.
//
// Everything in a view may be hostile: what an event needs of it is checked when it comes by, and
// what all of it has to add up to at its end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "events/batch_view.hpp"
#include "events/numbers.hpp"
#include "events/stretch.hpp"

namespace tokenlife::events {

// Every code has one; those that stand for nothing have the kind kClientKinds.
using ShapeTable = std::array<Shape, 256>;

// Whether there can be such events. Makes the shape, as the log has it, one of a ShapeTable.
WalkResult check(Shape& shape);
// Fills the table. Gives the place of the first shape that there cannot be, if there is one.
std::optional<std::size_t> put_shapes(std::span<const Shape> shapes, ShapeTable& table);

// The columns of Stretch, wherever they are. As many steps as codes.
struct StretchView {
  StretchHead head;
  std::uint64_t offset = 0;  // of its frame in the file
  const ShapeTable* shapes = nullptr;
  std::span<const std::uint8_t> streams;
  std::span<const std::uint8_t> codes;
  std::span<const std::uint16_t> steps;
  std::span<const std::uint32_t> long_steps;
  std::span<const std::uint8_t> numbers;
  std::span<const Guid> guids;
};

// Of a stretch that has not been stored. Precondition: the table has its shapes.
StretchView view_of(const Stretch& stretch, const ShapeTable& shapes);

// How far a stretch has been walked.
struct StretchCursor {
  explicit StretchCursor(const StretchView& stretch)
      : view(stretch), streams(stretch.streams), numbers(stretch.numbers) {}

  StretchView view;
  NumberReader streams;
  NumberReader numbers;
  std::size_t next = 0;       // of codes and steps
  std::size_t next_long = 0;  // of the long steps
};

namespace batch_detail {

// What Columns is for a batch: gives the fields that are not in the detail byte.
struct CodedColumns {
  StretchCursor& cursor;
  Expected& expected;
  std::uint32_t time = 0;
  bool as_expected = false;
  bool short_column = false;

  std::uint32_t take_cohort() { return cursor.numbers.take(); }
  Guid take_guid() {
    const std::uint32_t index = cursor.numbers.take();
    short_column = short_column || index >= cursor.view.guids.size();
    return short_column ? Guid{} : cursor.view.guids[index];
  }
  std::uint32_t take_serial() {
    if (!as_expected) expected.ordinal = cursor.numbers.take();
    return expected.ordinal;
  }
  TokenFields take_token(bool replaces) {
    const StretchHead& head = cursor.view.head;
    TokenFields token{expected.ordinal + 1, replaces ? expected.ordinal : 0, expected.request_time,
                      head.valid_seconds, head.signer};
    if (!as_expected) {
      token.ordinal = cursor.numbers.take();
      token.replaces_ordinal = replaces ? cursor.numbers.take() : 0;
      token.not_before = std::int64_t{time} - cursor.numbers.take_signed();
      token.valid_seconds = cursor.numbers.take();
      token.signer = cursor.numbers.take();
    }
    expected.ordinal = token.ordinal;
    return token;
  }
  std::int64_t take_number() { return cursor.numbers.take_signed(); }
  bool too_short() const { return short_column || !cursor.numbers.good(); }
};

// The shape of an event whose code has none. False if there can be no such event.
WalkResult find_shape(std::uint8_t code, NumberReader& numbers, Shape& shape);

// The events of one client in one stretch. Leaves in `position` when the last one was.
template <class Visitor>
WalkResult walk_slice(StretchCursor& cursor, const StreamSlice& slice, StreamPosition& position,
                      Visitor& visitor) {
  const StretchView& view = cursor.view;
  const ShapeTable& shapes = *view.shapes;
  const std::uint8_t* codes = view.codes.data() + cursor.next;
  const std::uint16_t* steps = view.steps.data() + cursor.next;
  const std::uint64_t earliest = position.last_time;
  const std::uint64_t until = std::max<std::uint64_t>(view.head.until, earliest);
  const std::uint64_t unit = view.head.time_unit;
  cursor.next += slice.events;
  Expected expected;
  CodedColumns columns{cursor, expected};
  std::uint64_t time = view.head.from;
  std::uint32_t seq = slice.first_seq;
  for (const std::uint32_t end = seq + slice.events; seq != end; ++seq) {
    Shape shape = shapes[*codes];
    std::uint32_t step = *steps++;
    if (step == kLongStep) [[unlikely]] {
      if (cursor.next_long == view.long_steps.size()) return WalkResult::column_too_short;
      step = view.long_steps[cursor.next_long++];
    }
    time += step * unit;
    if (time - earliest > until - earliest) [[unlikely]] {
      return time < earliest ? WalkResult::time_goes_back : WalkResult::time_beyond_stretch;
    }
    if (shape.kind == kClientKinds) [[unlikely]] {
      Shape found;
      const WalkResult good = find_shape(*codes, cursor.numbers, found);
      if (good != WalkResult::done) return good;
      shape = found;
    }
    ++codes;
    const auto cause = static_cast<CauseKind>(shape.cause);
    std::uint32_t number = 0;
    if ((shape.flags & kCauseHasNumber) != 0) {
      const bool as_expected = (shape.flags & kCauseAsExpected) != 0;
      number = as_expected ? expected.request_seq : cursor.numbers.take();
    }
    columns.time = static_cast<std::uint32_t>(time);
    columns.as_expected = (shape.flags & kFieldsAsExpected) != 0;
    const auto kind = static_cast<EventKind>(shape.kind);
    const Envelope envelope{at(Duration{columns.time}), seq, {cause, number}};
    if (!hand_over(kind, Take<CodedColumns>{slice.client, shape.detail, columns}, envelope, visitor,
                   static_cast<const ClientEvent*>(nullptr))) {
      position.next_seq = seq;
      return columns.too_short() ? WalkResult::column_too_short : WalkResult::stopped;
    }
    if (is_request(kind)) {
      expected.request_seq = seq;
      expected.request_time = columns.time;
    }
  }
  position.last_time = static_cast<std::uint32_t>(time);
  return WalkResult::done;
}

}  // namespace batch_detail

// What there is of one client in a stretch, moving on behind it.
inline WalkResult next_slice(StretchCursor& cursor, std::uint32_t client, StreamSlice& slice) {
  slice = {client, 0, cursor.streams.take()};
  if (slice.events != 0) slice.first_seq = cursor.streams.take();
  if (!cursor.streams.good()) [[unlikely]]
    return WalkResult::column_too_short;
  const bool fits = slice.events <= cursor.view.codes.size() - cursor.next;
  return fits ? WalkResult::done : WalkResult::slices_do_not_add_up;
}

// Whether all of the stretch has been walked.
WalkResult check_end(const StretchCursor& cursor);

// Walks all stretches of the same clients, in the order of time, as walk() of a batch does. A
// visitor that needs less may take them at once:
//   bool visitor.on_batch(std::span<StretchCursor>, StreamPosition&)
// moves the position behind them and says so, or changes nothing.
template <class Visitor>
WalkResult walk(std::span<StretchCursor> stretches, StreamPosition& position, Visitor& visitor) {
  if constexpr (requires { visitor.on_batch(stretches, position); }) {
    if (visitor.on_batch(stretches, position)) return WalkResult::done;
  }
  const StretchHead& head = stretches.front().view.head;
  for (std::uint32_t i = 0; i < head.clients; ++i) {
    const ClientNumber client{head.first_client + i};
    position.stretch = 0;
    const bool is_new = position.streams == 0 || client.value != position.client;
    const StreamSlice all{client.value, is_new ? 0 : position.next_seq, 0};
    if (const WalkResult begun = begin_slice(position, all); begun != WalkResult::done)
      return begun;
    if (is_new && !visitor.begin(client)) return WalkResult::stopped;
    for (StretchCursor& cursor : stretches) {
      StreamSlice slice{};
      if (const WalkResult got = next_slice(cursor, client.value, slice); got != WalkResult::done) {
        return got;
      }
      if (slice.events == 0) {
        ++position.stretch;
        continue;
      }
      if (position.has_gaps) position.next_seq = std::max(position.next_seq, slice.first_seq);
      if (const WalkResult begun = begin_slice(position, slice); begun != WalkResult::done) {
        return begun;
      }
      const WalkResult walked = batch_detail::walk_slice(cursor, slice, position, visitor);
      if (walked != WalkResult::done) return walked;
      position.next_seq = slice.first_seq + slice.events;
      position.events += slice.events;
      ++position.stretch;
    }
  }
  position.stretch = 0;
  for (const StretchCursor& cursor : stretches) {
    if (const WalkResult end = check_end(cursor); end != WalkResult::done) return end;
    ++position.stretch;
  }
  return WalkResult::done;
}

}  // namespace tokenlife::events
