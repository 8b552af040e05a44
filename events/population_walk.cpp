#include "events/population_walk.hpp"

#include <algorithm>
#include <limits>
#include <utility>

// Functions that are made for newer processors, too; which one is called is decided when the
// program starts. They compute whole numbers: every one gives the same.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define TOKENLIFE_CLONES [[gnu::target_clones("arch=x86-64-v3", "default")]]
#else
#define TOKENLIFE_CLONES
#endif

namespace tokenlife::events {
namespace {

using batch_detail::CodedColumns;
using batch_detail::hand_over;
using batch_detail::Take;

// What walk() of stretch_view.hpp calls a visitor, for the events of one client.
struct OfClient {
  ServiceReplay& client;
  Instant until;

  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    return recorded.time > until || client.on(recorded);
  }
};

// Events count that are no more steps behind the beginning of the stretch; -1: none.
constexpr std::int64_t kAllCount = std::numeric_limits<std::int64_t>::max();
std::int64_t steps_that_count(const StretchHead& head, Instant until) {
  const Instant from = at(Duration{head.from});
  if (until < from) return -1;
  if (head.time_unit == 0) return kAllCount;
  return (until - from).count() / head.time_unit;
}

// Stretches follow each other, but those of a client's next batch may begin before its last ended.
bool begins_before(std::uint32_t time, const StretchHead& head, std::uint16_t first_step) {
  return first_step == kLongStep || head.from + first_step * std::uint64_t{head.time_unit} < time;
}

std::uint64_t time_after(std::uint64_t steps, const StretchHead& head) {
  return head.from + steps * std::uint64_t{head.time_unit};
}

// False: it is a long one, and there is none.
bool add_step(std::uint16_t step, StretchCursor& cursor, std::uint64_t& steps) {
  const bool is_long = step == kLongStep;
  if (is_long && cursor.next_long == cursor.view.long_steps.size()) return false;
  steps += is_long ? cursor.view.long_steps[cursor.next_long++] : step;
  return true;
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
    clients_[i].number_as({head.first_client + i});
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
    lanes_[i] = {Lane::kAnySeq, 0, place_of(known[i].client)};
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
  const Client& now = client.replay().client();
  // States that are kept (kept_states.hpp) do not say so.
  const bool holds_older = now.token.exists() && now.token.serial.ordinal() != now.newest_ordinal;
  if (is_request(kind)) {
    expected.request_seq = slice.seq;
    expected.request_time = slice.columns.time;
  }
  return good && !holds_older;
}

// A renewal that is requested and granted by two events in a row, as most of those are that are
// more than moves. `answered`: when, in seconds.
[[gnu::flatten]] TOKENLIFE_CLONES bool PopulationWalk::on_renewal(const Shape& request,
                                                                  const Shape& answer,
                                                                  std::uint32_t answered,
                                                                  Slice& slice,
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

// `counting`: see steps_that_count(). That is done for most events of most logs: newer processors
// have instructions that make it shorter.
TOKENLIFE_CLONES bool PopulationWalk::walk_stretch(StretchCursor& cursor, std::int64_t counting) {
  const StretchView view = cursor.view;
  const StretchHead& head = view.head;
  const ShapeTable& shapes = *view.shapes;
  const Moves& moves = all_moves();
  const Moves& journeys = all_journeys();
  moves_.find(view, counting == kAllCount);
  NumberReader streams = cursor.streams;
  const std::uint8_t* move = moves_.begin();
  const std::uint16_t* step = view.steps.data();
  Expected expected;
  Slice slice{{cursor, expected}, 0, 0};
  for (std::uint32_t i = 0; i < head.clients; ++i) {
    const std::uint32_t events = streams.take();
    if (events == 0) continue;
    Lane& lane = lanes_[i];
    const std::uint32_t first_seq = streams.take();
    if (!lane.goes_on_at(first_seq) || events > moves_.end() - move) return false;
    if (head.from < lane.last_time && begins_before(lane.last_time, head, *step)) return false;
    expected = {};
    slice.client = head.first_client + i;
    // Their sum in steps stays small enough to be multiplied, or is refused.
    std::uint64_t steps = 0;
    std::size_t place = lane.place;
    const auto now = [&] { return static_cast<std::uint32_t>(time_after(steps, head)); };
    const std::uint8_t* const end = move + events;
    while (move != end) {
      if ((*move & kAlone) == 0) {
        const Journey journey =
            journey_from(place, move, step, static_cast<std::size_t>(end - move), journeys);
        if (journey.is_connected && journey.place != kNoPlace) [[likely]] {
          place = journey.place;
          steps += journey.steps;
          move += journey.events;
          step += journey.events;
          continue;
        }
      }
      if (!add_step(*step++, cursor, steps)) return false;
      const std::uint8_t* const code = view.codes.data() + (move - moves_.begin());
      if (const std::uint8_t number = *move++ & ~kAlone & 0xff; number != kNoMove) {
        place = static_cast<std::int64_t>(steps) <= counting ? moves[number][place] : place;
        continue;
      }
      if (place == kNoPlace) return false;
      slice.columns.time = now();
      slice.seq = first_seq + events - 1 - static_cast<std::uint32_t>(end - move);
      ServiceReplay& client = clients_[i];
      client.move_to(static_cast<ClientPlace>(place));
      const Shape& shape = shapes[*code];
      if (counting == kAllCount && move != end && is_renewal(shape, shapes[code[1]]) &&
          *step != kLongStep) {
        ++move;
        steps += *step++;
        if (!on_renewal(shape, shapes[code[1]], now(), slice, client)) return false;
      } else if (!on_other(shape, slice, client)) {
        return false;
      }
      place = place_of(client.replay().client());
    }
    const std::uint64_t last = time_after(steps, head);
    const bool is_within = steps <= std::numeric_limits<std::uint32_t>::max() && last <= head.until;
    if (!is_within || place == kNoPlace) return false;
    lane = {first_seq + events, static_cast<std::uint32_t>(last), static_cast<ClientPlace>(place)};
  }
  cursor.streams = streams;
  cursor.next = static_cast<std::size_t>(move - moves_.begin());
  return streams.good() && check_end(cursor) == WalkResult::done;
}

bool PopulationWalk::step(const StretchCursor& stretch) {
  StretchCursor cursor = stretch;  // the caller's stays for walk()
  events_ += stretch.view.head.events;
  const bool all_count = at(Duration{stretch.view.head.until}) <= until_;
  return walk_stretch(cursor, all_count ? kAllCount : steps_that_count(stretch.view.head, until_));
}

std::span<const ServiceReplay> PopulationWalk::clients() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) clients_[i].move_to(lanes_[i].place);
  return clients_;
}

bool PopulationWalk::walk(std::span<const StretchCursor> stretches,
                          std::span<const ServiceState> known, const ServiceReplay* first,
                          const StreamPosition& position) {
  if (first != nullptr && position.next_seq > Lane::kSeqMax) return false;
  begin(stretches.front().view.head, first, position);
  go_on(known);
  return std::all_of(stretches.begin(), stretches.end(),
                     [this](const StretchCursor& stretch) { return step(stretch); });
}

}  // namespace tokenlife::events
