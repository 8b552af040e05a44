// Walks the stretches of some clients for those who ask of an event only whose it is, when it was,
// and what its shape says: kind, cause and detail. The column of numbers, in which all else lies,
// is passed over, and one stretch is walked after the other: this is what makes it fast. Not
// installed.
//
// Everything in a view may be hostile, as for walk().
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "events/stretch_view.hpp"

namespace tokenlife::events {

// Whether every event has a shape that has a code. Others have theirs among the numbers.
inline bool has_codes_alone(const StretchView& stretch) {
  std::uint8_t highest = 0;
  for (const std::uint8_t code : stretch.codes) highest = std::max(highest, code);
  // Shapes have the codes from 0 on.
  return (*stretch.shapes)[highest].kind != kClientKinds;
}

namespace batch_detail {

// The columns of an event of which nothing but its shape is known.
struct NoColumns {
  bool short_column = false;

  std::uint32_t take_cohort() const { return 0; }
  Guid take_guid() const { return {}; }
  std::uint32_t take_serial() const { return 0; }
  TokenFields take_token(bool) const { return {}; }
  std::int64_t take_number() const { return 0; }
  bool too_short() const { return false; }
};

// How far one client's stream has come.
struct StreamEnd {
  std::uint32_t next_seq;
  std::uint32_t last_time;
};

// The events of one client in one stretch.
template <class Visitor>
WalkResult walk_shapes_of(StretchCursor& cursor, const StreamSlice& slice, StreamEnd& stream,
                          Visitor& visitor) {
  if (slice.first_seq != stream.next_seq || slice.events > UINT32_MAX - slice.first_seq) {
    return WalkResult::gap_in_stream;
  }
  const StretchView& view = cursor.view;
  const std::uint8_t* code = view.codes.data() + cursor.next;
  const std::uint16_t* steps = view.steps.data() + cursor.next;
  const std::uint64_t until = view.head.until;
  const std::uint64_t unit = view.head.time_unit;
  const std::uint64_t earliest = stream.last_time;
  std::uint64_t time = view.head.from;
  for (const std::uint8_t* end = code + slice.events; code != end; ++code) {
    std::uint32_t step = *steps++;
    if (step == kLongStep) [[unlikely]] {
      if (cursor.next_long == view.long_steps.size()) return WalkResult::column_too_short;
      step = view.long_steps[cursor.next_long++];
    }
    time += step * unit;
    if (time > until) [[unlikely]]
      return WalkResult::time_beyond_stretch;
    if (time < earliest) [[unlikely]]
      return WalkResult::time_goes_back;
    visitor.on(*code, static_cast<std::uint32_t>(time));
  }
  cursor.next += slice.events;
  stream = {slice.first_seq + slice.events, static_cast<std::uint32_t>(time)};
  return WalkResult::done;
}

}  // namespace batch_detail

// Hands visitor.on() an event of that shape, in which all that lies among the numbers is zero.
// Precondition: the shape is one of a StretchView, and stands for an event.
template <class Visitor>
void visit_shape(const Shape& shape, Visitor& visitor) {
  batch_detail::NoColumns columns;
  const Envelope envelope{Instant{}, 0, {static_cast<CauseKind>(shape.cause), 0}};
  batch_detail::hand_over(static_cast<EventKind>(shape.kind),
                          batch_detail::Take<batch_detail::NoColumns>{0, shape.detail, columns},
                          envelope, visitor, static_cast<const ClientEvent*>(nullptr));
}

// Walks all stretches of the same clients:
//   void visitor.begin(const StretchView&)
//   void visitor.begin(ClientNumber)   at its events in the stretch, if it has some there
//   void visitor.on(code, time)        in seconds after the start of the run
// Preconditions: they are a whole batch, without gaps, and have codes alone.
template <class Visitor>
WalkResult walk_shapes(std::span<StretchCursor> stretches, StreamPosition& position,
                       Visitor& visitor) {
  const StretchHead& head = stretches.front().view.head;
  std::vector<batch_detail::StreamEnd> streams;
  position.stretch = 0;
  for (std::uint32_t i = 0; i < head.clients; ++i) {
    const std::uint32_t client = head.first_client + i;
    const bool goes_on = position.streams != 0 && client == position.client;
    const StreamSlice nothing{client, goes_on ? position.next_seq : 0, 0};
    const WalkResult begun = begin_slice(position, nothing);
    if (begun != WalkResult::done) return begun;
    streams.push_back({position.next_seq, position.last_time});
  }
  for (StretchCursor& cursor : stretches) {
    visitor.begin(cursor.view);
    for (std::uint32_t i = 0; i < head.clients; ++i) {
      StreamSlice slice{};
      position.client = head.first_client + i;
      const WalkResult got = next_slice(cursor, position.client, slice);
      if (got != WalkResult::done) return got;
      if (slice.events == 0) continue;
      visitor.begin(ClientNumber{position.client});
      const auto walked = batch_detail::walk_shapes_of(cursor, slice, streams[i], visitor);
      if (walked != WalkResult::done) return walked;
      position.events += slice.events;
    }
    const bool used_up = cursor.next == cursor.view.codes.size() && cursor.streams.used_up();
    if (!used_up) return WalkResult::slices_do_not_add_up;
    ++position.stretch;
  }
  position.stretch = 0;
  position.next_seq = streams.back().next_seq;
  position.last_time = streams.back().last_time;
  return WalkResult::done;
}

}  // namespace tokenlife::events
