// Events of clients as columns: what the simulator fills and the log stores. Appending is a handful
// of stores; whether an event takes 7 or 40 bytes depends on what it says.
//
// Every event has an entry in kinds, causes, details and times. The other columns hold what only
// some kinds have; a reader takes from each the next entry whenever an event of such a kind comes
// by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/client_event.hpp"

namespace tokenlife::events {

// A stretch of one client's stream.
struct StreamSlice {
  std::uint32_t client;
  std::uint32_t first_seq;
  std::uint32_t events;
};

// What a token event says of the new token. `replaces_ordinal` is 0 for a registration.
struct TokenColumn {
  std::uint32_t ordinal;
  std::uint32_t replaces_ordinal;
  std::uint32_t not_before;  // seconds after the start of the run, like every time in a log
  std::uint32_t valid_seconds;
  std::uint32_t signer;
};

// One byte of an event whose meaning depends on the kind, packed from small enumerators.
namespace detail_byte {

constexpr std::uint8_t pack(unsigned low, unsigned high) {
  return static_cast<std::uint8_t>(low | (high << 2));
}
template <class Enum>
constexpr unsigned code(Enum value) {
  return static_cast<unsigned>(value);
}

template <class Event>
constexpr std::uint8_t of(const Event&) {
  return 0;
}
constexpr std::uint8_t of(const NetworkChanged& e) { return pack(code(e.from), code(e.to)); }
constexpr std::uint8_t of(const RegistrationRequested& e) {
  return pack(code(e.via), code(e.credential));
}
constexpr std::uint8_t of(const RegistrationCompleted& e) { return pack(code(e.via), 0); }
constexpr std::uint8_t of(const RegistrationRefused& e) {
  return pack(code(e.via), code(e.reason));
}
constexpr std::uint8_t of(const RegistrationFailed& e) { return pack(code(e.via), code(e.reason)); }
constexpr std::uint8_t of(const RenewalRequested& e) { return pack(code(e.via), 0); }
constexpr std::uint8_t of(const TokenRenewed& e) { return pack(code(e.via), 0); }
constexpr std::uint8_t of(const RenewalRefused& e) { return pack(code(e.via), code(e.reason)); }
constexpr std::uint8_t of(const RenewalFailed& e) { return pack(code(e.via), code(e.reason)); }
constexpr std::uint8_t of(const ReRegistrationRequired& e) {
  return pack(code(e.via), code(e.reason));
}
constexpr std::uint8_t of(const CmgAllowedChanged& e) { return e.value ? 1 : 0; }
// network 2 bits, credential 2 bits, version, cmg-allowed, blocked 1 bit each
constexpr std::uint8_t of(const ClientInstalled& e) {
  return static_cast<std::uint8_t>(code(e.network) | (code(e.credential) << 2) |
                                   (code(e.version) << 4) | ((e.cmg_allowed ? 1U : 0U) << 5) |
                                   ((e.blocked ? 1U : 0U) << 6));
}

}  // namespace detail_byte

// Causes of these kinds have an entry in cause_numbers.
constexpr bool has_number(CauseKind kind) {
  return kind == CauseKind::action || kind == CauseKind::action_end || kind == CauseKind::request ||
         kind == CauseKind::exchange;
}

class ClientBatch {
 public:
  // Enough for a batch of some hundred kilobytes; more is a matter of taste.
  static constexpr std::size_t kEvents = std::size_t{1} << 16;

  std::vector<StreamSlice> slices;
  std::vector<std::uint8_t> kinds;    // EventKind
  std::vector<std::uint8_t> causes;   // CauseKind
  std::vector<std::uint8_t> details;  // see detail_byte
  std::vector<std::uint32_t> times;
  std::vector<std::uint32_t> cause_numbers;  // of causes that have one
  std::vector<std::uint32_t> serials;        // ordinals: renewal-requested, token-expired
  std::vector<TokenColumn> tokens;           // registration-completed, token-renewed
  std::vector<Guid> guids;             // client-installed, -reinstalled, requests with a bulk token
  std::vector<std::uint32_t> cohorts;  // client-installed

  // Full after so many events.
  explicit ClientBatch(std::size_t capacity = kEvents)
      : kinds(capacity), causes(capacity), details(capacity), times(capacity) {}

  std::size_t size() const { return size_; }
  bool full() const { return size_ == kinds.size(); }

  // Starts (or goes on with) a client's stream. Events of one client follow each other.
  void begin(std::uint32_t client, std::uint32_t next_seq) {
    slices.push_back({client, next_seq, 0});
  }

  // Preconditions: not full; begin() was called; 0 <= time < 2^32 s.
  template <class Event>
  void append(Instant time, Cause cause, const Event& event) {
    kinds[size_] = static_cast<std::uint8_t>(Event::kind);
    causes[size_] = static_cast<std::uint8_t>(cause.kind);
    details[size_] = detail_byte::of(event);
    times[size_] = seconds(time);
    ++size_;
    ++slices.back().events;
    if (has_number(cause.kind)) cause_numbers.push_back(cause.number);
    append_rest(event);
  }

  void clear() {
    size_ = 0;
    slices.clear();
    cause_numbers.clear();
    serials.clear();
    tokens.clear();
    guids.clear();
    cohorts.clear();
  }

 private:
  static std::uint32_t seconds(Instant time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
  }

  template <class Event>
  void append_rest(const Event&) {}
  void append_rest(const ClientInstalled& event) {
    cohorts.push_back(event.cohort.value);
    guids.push_back(event.bulk);
  }
  void append_rest(const ClientReinstalled& event) { guids.push_back(event.bulk); }
  void append_rest(const RegistrationRequested& event) {
    if (event.credential == Credential::bulk) guids.push_back(event.bulk);
  }
  void append_rest(const RenewalRequested& event) { serials.push_back(event.serial.ordinal()); }
  void append_rest(const TokenExpired& event) { serials.push_back(event.serial.ordinal()); }
  void append_rest(const RegistrationCompleted& event) { append_token(event.token, {}); }
  void append_rest(const TokenRenewed& event) { append_token(event.token, event.replaces); }
  void append_token(const ClientToken& token, TokenSerial replaces) {
    tokens.push_back({token.serial.ordinal(), replaces.ordinal(), seconds(token.not_before),
                      static_cast<std::uint32_t>((token.expires - token.not_before).count()),
                      token.signer.value});
  }

  std::size_t size_ = 0;
};

}  // namespace tokenlife::events
