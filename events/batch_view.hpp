// Walks the events of a batch, as the log holds them, and hands each to a visitor with its own
// type.
//
// Everything in a view may be hostile: what an event needs of the batch is checked when it comes
// by, and what all of the batch has to add up to at its end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "core/client_event.hpp"
#include "events/client_batch.hpp"
#include "events/event_layout.hpp"

namespace tokenlife::events {

// The columns of ClientBatch, wherever they are.
struct BatchView {
  std::span<const StreamSlice> slices;
  std::span<const std::uint8_t> kinds;  // kinds, causes, details and times are of the same length
  std::span<const std::uint8_t> causes;
  std::span<const std::uint8_t> details;
  std::span<const std::uint32_t> times;
  std::span<const std::uint32_t> cause_numbers;
  std::span<const std::uint32_t> serials;
  std::span<const TokenColumn> tokens;
  std::span<const Guid> guids;
  std::span<const std::uint32_t> cohorts;
  std::span<const std::int64_t> numbers{};
};

// How far the streams of a partition have been read.
struct StreamPosition {
  std::uint32_t first_client = 0;  // of the partition
  std::uint32_t end_client = 0;    // one past the last of the partition
  std::uint32_t streams = 0;       // begun so far
  std::uint32_t client = 0;
  std::uint32_t next_seq = 0;
  std::uint32_t last_time = 0;
  std::uint64_t events = 0;
  std::size_t stretch = 0;  // of those that are walked together
  bool has_gaps = false;    // stretches that nobody asked for are left out
};

enum class WalkResult : std::uint8_t {
  done,
  stopped,  // The visitor wanted no more.
  slices_do_not_add_up,
  client_out_of_order,
  gap_in_stream,
  time_goes_back,
  unknown_kind,
  unknown_cause,
  bad_detail,
  column_too_short,
  column_too_long,
  unknown_code,
  time_beyond_stretch,
};

// Moves to the slice. Says `done` if it goes on where its stream or the one before ended.
WalkResult begin_slice(StreamPosition& position, const StreamSlice& slice);

// What a log says of the token of an event.
struct TokenFields {
  std::uint32_t ordinal;
  std::uint32_t replaces_ordinal;
  std::int64_t not_before;  // seconds after the start of the run
  std::uint32_t valid_seconds;
  std::uint32_t signer;
};

namespace batch_detail {

// [kind][detail]: whether the byte says something of an event of that kind.
using DetailTable = std::array<std::array<bool, 256>, kClientKinds>;
extern const DetailTable kDetailIsGood;

// Takes the next entries of the columns that only some events have. Past the end of a column there
// are zeros, and `short_column` says so.
struct Columns {
  std::span<const std::uint32_t> cause_numbers;
  std::span<const std::uint32_t> serials;
  std::span<const TokenColumn> tokens;
  std::span<const Guid> guids;
  std::span<const std::uint32_t> cohorts;
  std::span<const std::int64_t> numbers{};
  bool short_column = false;

  template <class T>
  T take(std::span<const T>& column) {
    if (column.empty()) [[unlikely]] {
      short_column = true;
      return T{};
    }
    const T value = column.front();
    column = column.subspan(1);
    return value;
  }

  std::uint32_t take_cohort() { return take(cohorts); }
  Guid take_guid() { return take(guids); }
  std::uint32_t take_serial() { return take(serials); }
  TokenFields take_token(bool) {
    const TokenColumn token = take(tokens);
    return {token.ordinal, token.replaces_ordinal, token.not_before, token.valid_seconds,
            token.signer};
  }
  std::int64_t take_number() { return take(numbers); }
  bool too_short() const { return short_column; }

  bool used_up() const {
    return cause_numbers.empty() && serials.empty() && tokens.empty() && guids.empty() &&
           cohorts.empty() && numbers.empty();
  }
};

// The place from which a layout takes an event. Precondition: the detail is good for it.
template <class Columns>
struct Take {
  std::uint32_t client;
  unsigned bits;
  Columns& columns;

  template <class T>
  void detail(std::string_view, T& value) {
    value = static_cast<T>(bits & ((1U << BitsOf<T>::width) - 1));
    bits >>= BitsOf<T>::width;
  }
  void cohort(CohortNumber& cohort) { cohort.value = columns.take_cohort(); }
  void guid(Guid& guid) { guid = columns.take_guid(); }
  void guid_if(bool is_there, Guid& guid) {
    if (is_there) guid = columns.take_guid();
  }
  void serial(TokenSerial& serial) { serial = serial_of(columns.take_serial()); }
  void token(ClientToken& token) { put(columns.take_token(false), token); }
  void token(ClientToken& token, TokenSerial& replaces) {
    const TokenFields fields = columns.take_token(true);
    put(fields, token);
    replaces = serial_of(fields.replaces_ordinal);
  }
  template <class T>
  void number(T& value) {
    if (!from_number(columns.take_number(), value)) columns.short_column = true;
  }
  template <class T>
  void number_if(bool is_there, T& value) {
    if (is_there) number(value);
  }
  template <class T>
  void optional(bool is_there, std::optional<T>& value) {
    if (is_there) number(value.emplace());
  }
  bool flag(std::string_view, bool) {
    const bool is_set = (bits & 1) != 0;
    bits >>= 1;
    return is_set;
  }

 private:
  // Field by field: a token that is put together elsewhere and copied is read in other pieces than
  // it was written in, for which the processor has to wait.
  void put(const TokenFields& fields, ClientToken& token) const {
    token.serial = serial_of(fields.ordinal);
    token.not_before = at(Duration{fields.not_before});
    token.expires = token.not_before + Duration{fields.valid_seconds};
    token.signer = {fields.signer};
  }
  TokenSerial serial_of(std::uint32_t ordinal) const {
    return ordinal == 0 ? TokenSerial{} : TokenSerial::of({client}, ordinal);
  }
};

[[noreturn]] void throw_no_kind_of_client();

// Hands the event to visitor.on(), unless a column was too short for it; false in that case, or if
// the visitor wants no more. Precondition: the kind is one of a client, and the detail is good for
// it.
template <class Event, class Columns, class Visitor>
inline bool hand_over(Take<Columns> place, const Envelope& envelope, Visitor& visitor) {
  Recorded<Event> recorded{envelope, {}};
  Layout<Event>::fields(place, recorded.event);
  return !place.columns.too_short() && visitor.on(recorded);
}
template <class Columns, class Visitor, class... Events>
inline bool hand_over(EventKind kind, const Take<Columns>& place, const Envelope& envelope,
                      Visitor& visitor, const std::variant<Events...>*) {
  bool goes_on = false;
  const bool known =
      ((kind == Events::kind && (goes_on = hand_over<Events>(place, envelope, visitor), true)) ||
       ...);
  if (!known) throw_no_kind_of_client();
  return goes_on;
}

}  // namespace batch_detail

// Walks the whole batch, or as far as the visitor wants:
//   bool visitor.begin(ClientNumber)     at the first slice of a client
//   bool visitor.on(const Recorded<E>&)  for each event, for every E of ClientEvent
// False stops the walk. A visitor may have seen events when the walk ends with a fault; they then
// count for nothing.
template <class Visitor>
WalkResult walk(const BatchView& batch, StreamPosition& position, Visitor& visitor) {
  batch_detail::Columns columns{batch.cause_numbers, batch.serials, batch.tokens,
                                batch.guids,         batch.cohorts, batch.numbers};
  std::size_t i = 0;
  for (const StreamSlice& slice : batch.slices) {
    const bool is_new_client = position.streams == 0 || slice.client != position.client;
    if (const WalkResult begun = begin_slice(position, slice); begun != WalkResult::done)
      return begun;
    if (is_new_client && !visitor.begin(ClientNumber{slice.client})) return WalkResult::stopped;
    if (slice.events > batch.kinds.size() - i) return WalkResult::slices_do_not_add_up;

    std::uint32_t last_time = position.last_time;
    std::uint32_t seq = slice.first_seq;
    for (const std::size_t end = i + slice.events; i < end; ++i, ++seq) {
      const std::uint8_t kind = batch.kinds[i];
      const std::uint8_t cause = batch.causes[i];
      const std::uint8_t detail = batch.details[i];
      const std::uint32_t time = batch.times[i];
      if (kind >= kClientKinds) [[unlikely]]
        return WalkResult::unknown_kind;
      if (cause >= kCount<CauseKind>) [[unlikely]]
        return WalkResult::unknown_cause;
      if (!batch_detail::kDetailIsGood[kind][detail]) [[unlikely]]
        return WalkResult::bad_detail;
      if (time < last_time) [[unlikely]]
        return WalkResult::time_goes_back;
      last_time = time;
      const auto cause_kind = static_cast<CauseKind>(cause);
      const std::uint32_t number = has_number(cause_kind) ? columns.take(columns.cause_numbers) : 0;
      const Envelope envelope{at(Duration{time}), seq, {cause_kind, number}};
      if (!batch_detail::hand_over(
              static_cast<EventKind>(kind),
              batch_detail::Take<batch_detail::Columns>{slice.client, detail, columns}, envelope,
              visitor, static_cast<const ClientEvent*>(nullptr))) {
        position.next_seq = seq;
        return columns.short_column ? WalkResult::column_too_short : WalkResult::stopped;
      }
    }
    position.last_time = last_time;
    position.next_seq = seq;
    position.events += slice.events;
  }
  if (i != batch.kinds.size()) return WalkResult::slices_do_not_add_up;
  return columns.used_up() ? WalkResult::done : WalkResult::column_too_long;
}

}  // namespace tokenlife::events
