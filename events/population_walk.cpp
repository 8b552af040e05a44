#include "events/population_walk.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace tokenlife::events {
namespace {

using batch_detail::CodedColumns;
using batch_detail::hand_over;
using batch_detail::Take;

// Far from where sequence numbers end.
constexpr std::uint32_t kSeqMax = std::numeric_limits<std::int32_t>::max();

// What walk() of stretch_view.hpp calls a visitor, for the events of one client.
struct OfClient {
  ServiceReplay& client;
  Instant until;

  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    return recorded.time > until || client.on(recorded);
  }
};

// By code; none for events that are more than a move.
using CodeMoves = std::array<const Move*, 256>;
CodeMoves moves_of(const ShapeTable& shapes) {
  CodeMoves moves{};
  for (std::size_t i = 0; shapes[i].kind != kClientKinds; ++i) {
    moves[i] = move_of(shapes[i]);
  }
  return moves;
}

// Events count that are no more steps behind the beginning of the stretch; -1: none.
std::int64_t steps_that_count(const StretchHead& head, Instant until) {
  const Instant from = at(Duration{head.from});
  if (until < from) return -1;
  if (head.time_unit == 0) return std::numeric_limits<std::int64_t>::max();
  return (until - from).count() / head.time_unit;
}

// Stretches follow each other, but those of a client's next batch may begin before its last ended.
bool begins_before(std::uint32_t time, const StretchHead& head, std::uint16_t first_step) {
  return first_step == kLongStep || head.from + first_step * std::uint64_t{head.time_unit} < time;
}

std::uint32_t take_cause_number(const Shape& shape, CodedColumns& columns) {
  if ((shape.flags & kCauseHasNumber) == 0) return 0;
  const bool as_expected = (shape.flags & kCauseAsExpected) != 0;
  return as_expected ? columns.expected.request_seq : columns.cursor.numbers.take();
}

template <class Event>
Event take(const Shape& shape, std::uint32_t client, CodedColumns& columns) {
  columns.as_expected = (shape.flags & kFieldsAsExpected) != 0;
  Take<CodedColumns> place{client, shape.detail, columns};
  Event event;
  Layout<Event>::fields(place, event);
  return event;
}

bool is_renewal(const Shape& request, const Shape& answer) {
  return request.kind == static_cast<std::uint8_t>(EventKind::renewal_requested) &&
         answer.kind == static_cast<std::uint8_t>(EventKind::token_renewed);
}

}  // namespace

void PopulationWalk::begin(const StretchHead& head, const ServiceReplay* first,
                           const StreamPosition& position) {
  lanes_.assign(head.clients, Lane{});
  clients_.assign(head.clients, none_);
  for (std::uint32_t i = 0; i < head.clients; ++i) {
    clients_[i].begin(ClientNumber{head.first_client + i});
  }
  if (first != nullptr) {
    clients_.front() = *first;
    lanes_.front() = {position.next_seq, position.last_time, place_of(first->replay().client())};
  }
  events_ = 0;
}

void PopulationWalk::go_on(std::span<const ServiceState> known) {
  for (std::size_t i = 0; i < known.size(); ++i) {
    clients_[i].go_on(clients_[i].replay().number(), known[i]);
    lanes_[i] = {kAnySeq, 0, place_of(known[i].client)};
  }
}

// An event that is more than a move.
bool PopulationWalk::on_other(const Shape& shape, Slice& slice, ServiceReplay& client) {
  if (shape.kind == kClientKinds) return false;
  Expected& expected = slice.columns.expected;
  const auto kind = static_cast<EventKind>(shape.kind);
  const auto cause = static_cast<CauseKind>(shape.cause);
  const std::uint32_t number = take_cause_number(shape, slice.columns);
  slice.columns.as_expected = (shape.flags & kFieldsAsExpected) != 0;
  const Envelope envelope{at(Duration{slice.columns.time}), slice.seq, {cause, number}};
  OfClient visitor{client, until_};
  const Take<CodedColumns> place{slice.client, shape.detail, slice.columns};
  const bool good =
      hand_over(kind, place, envelope, visitor, static_cast<const ClientEvent*>(nullptr));
  if (is_request(kind)) {
    expected.request_seq = slice.seq;
    expected.request_time = slice.columns.time;
  }
  return good;
}

// A renewal that is requested and granted by two events in a row, as most of those are that are
// more than moves. `answered`: when, in seconds.
[[gnu::flatten]] bool PopulationWalk::on_renewal(const Shape& request, const Shape& answer,
                                                 std::uint32_t answered, Slice& slice,
                                                 ServiceReplay& client) {
  Expected& expected = slice.columns.expected;
  take_cause_number(request, slice.columns);
  const auto requested = take<RenewalRequested>(request, slice.client, slice.columns);
  expected.request_seq = slice.seq;
  expected.request_time = std::exchange(slice.columns.time, answered);
  take_cause_number(answer, slice.columns);
  const auto renewed = take<TokenRenewed>(answer, slice.client, slice.columns);
  return !slice.columns.too_short() && client.renew(requested, renewed);
}

// `kAllCount`: no event of the stretch is later than `until_`.
template <bool kAllCount>
bool PopulationWalk::walk_stretch(StretchCursor& cursor, std::int64_t counting) {
  const StretchView view = cursor.view;
  const StretchHead& head = view.head;
  const ShapeTable& shapes = *view.shapes;
  const CodeMoves moves = moves_of(shapes);
  NumberReader streams = cursor.streams;
  const std::uint8_t* code = view.codes.data();
  const std::uint16_t* step = view.steps.data();
  std::size_t left = view.codes.size();
  for (std::uint32_t i = 0; i < head.clients; ++i) {
    const std::uint32_t events = streams.take();
    if (events == 0) continue;
    Lane& lane = lanes_[i];
    const std::uint32_t first_seq = streams.take();
    const bool follows =
        lane.next_seq == kAnySeq ? first_seq <= kSeqMax : first_seq == lane.next_seq;
    if (!follows || events > left) return false;
    left -= events;
    if (head.from < lane.last_time && begins_before(lane.last_time, head, *step)) return false;
    Expected expected;
    Slice slice{{cursor, expected}, head.first_client + i, first_seq};
    // Their sum in steps stays small enough to be multiplied, or is refused.
    std::uint64_t steps = 0;
    std::size_t place = lane.place;
    const auto counts = [&] { return kAllCount || static_cast<std::int64_t>(steps) <= counting; };
    const auto time = [&] {
      return static_cast<std::uint32_t>(head.from + steps * std::uint64_t{head.time_unit});
    };
    for (const std::uint8_t* const end = code + events; code != end; ++code, ++step) {
      const Move* const move = moves[*code];
      if (move != nullptr && *step != kLongStep) [[likely]] {
        steps += *step;
        place = counts() ? (*move)[place] : place;
        continue;
      }
      if (*step != kLongStep) {
        steps += *step;
      } else {
        if (cursor.next_long == view.long_steps.size()) return false;
        steps += view.long_steps[cursor.next_long++];
      }
      if (move != nullptr) {
        place = counts() ? (*move)[place] : place;
        continue;
      }
      if (place == kNoPlace) return false;
      slice.columns.time = time();
      slice.seq = first_seq + events - static_cast<std::uint32_t>(end - code);
      ServiceReplay& client = clients_[i];
      client.move_to(static_cast<ClientPlace>(place));
      const Shape& shape = shapes[*code];
      if (kAllCount && code + 1 != end && is_renewal(shape, shapes[code[1]]) &&
          step[1] != kLongStep) {
        const Shape& answer = shapes[*++code];
        steps += *++step;
        if (!on_renewal(shape, answer, time(), slice, client)) return false;
      } else if (!on_other(shape, slice, client)) {
        return false;
      }
      place = place_of(client.replay().client());
    }
    const std::uint64_t last = head.from + steps * std::uint64_t{head.time_unit};
    const bool is_within = steps <= std::numeric_limits<std::uint32_t>::max() && last <= head.until;
    if (!is_within || place == kNoPlace) return false;
    lane = {first_seq + events, static_cast<std::uint32_t>(last), static_cast<ClientPlace>(place)};
  }
  cursor.streams = streams;
  cursor.next = view.codes.size() - left;
  return streams.good() && check_end(cursor) == WalkResult::done;
}

bool PopulationWalk::step(const StretchCursor& stretch) {
  StretchCursor cursor = stretch;  // the caller's stays for walk()
  events_ += stretch.view.head.events;
  if (at(Duration{stretch.view.head.until}) <= until_) return walk_stretch<true>(cursor, 0);
  return walk_stretch<false>(cursor, steps_that_count(stretch.view.head, until_));
}

std::span<const ServiceReplay> PopulationWalk::clients() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) clients_[i].move_to(lanes_[i].place);
  return clients_;
}

bool PopulationWalk::walk(std::span<const StretchCursor> stretches,
                          std::span<const ServiceState> known, const ServiceReplay* first,
                          const StreamPosition& position) {
  if (first != nullptr && position.next_seq > kSeqMax) return false;
  begin(stretches.front().view.head, first, position);
  go_on(known);
  return std::all_of(stretches.begin(), stretches.end(),
                     [this](const StretchCursor& stretch) { return step(stretch); });
}

}  // namespace tokenlife::events
