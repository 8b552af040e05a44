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

#include "core/client_event.hpp"
#include "core/ensure.hpp"
#include "events/client_batch.hpp"

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
};

enum class Walk : std::uint8_t {
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
};

// Moves to the slice. Says `done` if it goes on where its stream or the one before ended.
Walk begin_slice(StreamPosition& position, const StreamSlice& slice);

namespace batch_detail {

// [kind][detail]: whether the byte says something of an event of that kind.
extern const std::array<std::array<bool, 256>, kClientKinds> kDetailIsGood;

template <class Enum>
constexpr Enum low(std::uint8_t detail) {
  return static_cast<Enum>(detail & 3);
}
template <class Enum>
constexpr Enum high(std::uint8_t detail) {
  return static_cast<Enum>(detail >> 2);
}

// Takes the next entries of the columns that only some events have. Past the end of a column there
// are zeros, and `short_column` says so.
struct Columns {
  std::span<const std::uint32_t> cause_numbers;
  std::span<const std::uint32_t> serials;
  std::span<const TokenColumn> tokens;
  std::span<const Guid> guids;
  std::span<const std::uint32_t> cohorts;
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

  static TokenSerial serial(std::uint32_t client, std::uint32_t ordinal) {
    return ordinal == 0 ? TokenSerial{} : TokenSerial::of({client}, ordinal);
  }
  TokenSerial take_serial(std::uint32_t client) { return serial(client, take(serials)); }

  RegistrationCompleted take_registration(std::uint32_t client, std::uint8_t detail) {
    const TokenColumn token = take(tokens);
    return {low<Endpoint>(detail), client_token(client, token)};
  }
  TokenRenewed take_renewal(std::uint32_t client, std::uint8_t detail) {
    const TokenColumn token = take(tokens);
    return {low<Endpoint>(detail), client_token(client, token),
            serial(client, token.replaces_ordinal)};
  }
  ClientInstalled take_installation(std::uint8_t detail) {
    return {{take(cohorts)},
            low<Network>(detail),
            static_cast<Credential>((detail >> 2) & 3),
            static_cast<ClientVersion>((detail >> 4) & 1),
            ((detail >> 5) & 1) != 0,
            ((detail >> 6) & 1) != 0,
            take(guids)};
  }
  RegistrationRequested take_request(std::uint8_t detail) {
    const auto credential = high<Credential>(detail);
    return {low<Endpoint>(detail), credential,
            credential == Credential::bulk ? take(guids) : Guid{}};
  }
  static ClientToken client_token(std::uint32_t client, const TokenColumn& token) {
    const Instant not_before = at(Duration{token.not_before});
    return {serial(client, token.ordinal),
            not_before,
            not_before + Duration{token.valid_seconds},
            {token.signer}};
  }

  bool used_up() const {
    return cause_numbers.empty() && serials.empty() && tokens.empty() && guids.empty() &&
           cohorts.empty();
  }
};

// Hands the event to visitor.on(), unless a column was too short for it; false in that case, or if
// the visitor wants no more. Precondition: the kind is one of a client, and the detail is good for
// it.
template <class Visitor>
inline bool hand_over(EventKind kind, std::uint8_t detail, std::uint32_t client,
                      const Recorded<AgentRestarted>& frame, Columns& columns, Visitor& visitor) {
  const auto on = [&]<class Event>(const Event& event) {
    return !columns.short_column &&
           visitor.on(Recorded<Event>{frame.time, frame.seq, frame.cause, event});
  };
  switch (kind) {
    case EventKind::client_installed: return on(columns.take_installation(detail));
    case EventKind::network_changed:
      return on(NetworkChanged{low<Network>(detail), high<Network>(detail)});
    case EventKind::agent_restarted: return on(AgentRestarted{});
    case EventKind::registration_requested: return on(columns.take_request(detail));
    case EventKind::registration_completed: return on(columns.take_registration(client, detail));
    case EventKind::registration_refused:
      return on(RegistrationRefused{low<Endpoint>(detail), high<RefusalReason>(detail)});
    case EventKind::registration_failed:
      return on(RegistrationFailed{low<Endpoint>(detail), high<FailureReason>(detail)});
    case EventKind::renewal_requested:
      return on(RenewalRequested{low<Endpoint>(detail), columns.take_serial(client)});
    case EventKind::token_renewed: return on(columns.take_renewal(client, detail));
    case EventKind::renewal_refused:
      return on(RenewalRefused{low<Endpoint>(detail), high<RefusalReason>(detail)});
    case EventKind::renewal_failed:
      return on(RenewalFailed{low<Endpoint>(detail), high<FailureReason>(detail)});
    case EventKind::token_expired: return on(TokenExpired{columns.take_serial(client)});
    case EventKind::re_registration_required:
      return on(ReRegistrationRequired{low<Endpoint>(detail), high<RefusalReason>(detail)});
    case EventKind::client_reinstalled: return on(ClientReinstalled{columns.take(columns.guids)});
    case EventKind::client_upgraded: return on(ClientUpgraded{});
    case EventKind::client_blocked: return on(ClientBlocked{});
    case EventKind::client_unblocked: return on(ClientUnblocked{});
    case EventKind::cmg_allowed_changed: return on(CmgAllowedChanged{detail != 0});
    case EventKind::site_established:
    case EventKind::bulk_token_issued:
    case EventKind::bulk_token_blocked:
    case EventKind::bulk_token_unblocked:
    case EventKind::endpoint_down:
    case EventKind::endpoint_up:
    case EventKind::signing_certificate_rotated:
    case EventKind::signing_certificate_retired:
    case EventKind::client_token_issued: break;
  }
  throw_bug("an event of a client", __FILE__, __LINE__);
}

}  // namespace batch_detail

// Walks the whole batch, or as far as the visitor wants:
//   bool visitor.begin(ClientNumber)     at the first slice of a client
//   bool visitor.on(const Recorded<E>&)  for each event, for every E of ClientEvent
// False stops the walk. A visitor may have seen events when the walk ends with a fault; they then
// count for nothing.
template <class Visitor>
Walk walk(const BatchView& batch, StreamPosition& position, Visitor& visitor) {
  batch_detail::Columns columns{batch.cause_numbers, batch.serials, batch.tokens, batch.guids,
                                batch.cohorts};
  std::size_t i = 0;
  for (const StreamSlice& slice : batch.slices) {
    const bool is_new_client = position.streams == 0 || slice.client != position.client;
    if (const Walk begun = begin_slice(position, slice); begun != Walk::done) return begun;
    if (is_new_client && !visitor.begin(ClientNumber{slice.client})) return Walk::stopped;
    if (slice.events > batch.kinds.size() - i) return Walk::slices_do_not_add_up;

    std::uint32_t last_time = position.last_time;
    std::uint32_t seq = slice.first_seq;
    for (const std::size_t end = i + slice.events; i < end; ++i, ++seq) {
      const std::uint8_t kind = batch.kinds[i];
      const std::uint8_t cause = batch.causes[i];
      const std::uint8_t detail = batch.details[i];
      const std::uint32_t time = batch.times[i];
      if (kind >= kClientKinds) [[unlikely]]
        return Walk::unknown_kind;
      if (cause >= kCount<CauseKind>) [[unlikely]]
        return Walk::unknown_cause;
      if (!batch_detail::kDetailIsGood[kind][detail]) [[unlikely]]
        return Walk::bad_detail;
      if (time < last_time) [[unlikely]]
        return Walk::time_goes_back;
      last_time = time;
      const auto cause_kind = static_cast<CauseKind>(cause);
      const std::uint32_t number = has_number(cause_kind) ? columns.take(columns.cause_numbers) : 0;
      const Recorded<AgentRestarted> frame{at(Duration{time}), seq, {cause_kind, number}, {}};
      if (!batch_detail::hand_over(static_cast<EventKind>(kind), detail, slice.client, frame,
                                   columns, visitor)) {
        position.next_seq = seq;
        return columns.short_column ? Walk::column_too_short : Walk::stopped;
      }
    }
    position.last_time = last_time;
    position.next_seq = seq;
    position.events += slice.events;
  }
  if (i != batch.kinds.size()) return Walk::slices_do_not_add_up;
  return columns.used_up() ? Walk::done : Walk::column_too_long;
}

}  // namespace tokenlife::events
