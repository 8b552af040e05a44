// Events of clients as columns: what the simulator fills and the log stores. Appending is a handful
// of stores; whether an event takes 7 or 40 bytes depends on what it says.
//
// Every event has an entry in kinds, causes, details and times. The other columns hold what only
// some kinds have; a reader takes from each the next entry whenever an event of such a kind comes
// by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/client_event.hpp"
#include "events/event_layout.hpp"

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
  std::int64_t not_before;  // seconds after the start of the run, before it if negative
  std::uint32_t valid_seconds;
  std::uint32_t signer;
};

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
  std::vector<std::uint8_t> details;  // see event_layout.hpp
  std::vector<std::uint32_t> times;
  std::vector<std::uint32_t> cause_numbers;  // of causes that have one
  // Which events have an entry in these is said in event_layout.hpp.
  std::vector<std::uint32_t> serials;  // ordinals
  std::vector<TokenColumn> tokens;
  std::vector<Guid> guids;
  std::vector<std::uint32_t> cohorts;
  std::vector<std::int64_t> numbers;  // whatever else an event says

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
    Put place{*this};
    Layout<Event>::fields(place, event);
    kinds[size_] = static_cast<std::uint8_t>(Event::kind);
    causes[size_] = static_cast<std::uint8_t>(cause.kind);
    details[size_] = static_cast<std::uint8_t>(place.bits);
    times[size_] = seconds(time);
    ++size_;
    ++slices.back().events;
    if (has_number(cause.kind)) cause_numbers.push_back(cause.number);
  }

  void clear() {
    size_ = 0;
    slices.clear();
    cause_numbers.clear();
    serials.clear();
    tokens.clear();
    guids.clear();
    cohorts.clear();
    numbers.clear();
  }

 private:
  static std::uint32_t seconds(Instant time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
  }

  // The place into which a layout puts an event.
  struct Put : DetailByte {
    explicit Put(ClientBatch& to) : batch(to) {}
    ClientBatch& batch;

    void cohort(CohortNumber cohort) { batch.cohorts.push_back(cohort.value); }
    void guid(Guid guid) { batch.guids.push_back(guid); }
    void guid_if(bool is_there, Guid guid) {
      if (is_there) batch.guids.push_back(guid);
    }
    void serial(TokenSerial serial) { batch.serials.push_back(serial.ordinal()); }
    void token(const ClientToken& token, TokenSerial replaces = {}) {
      batch.tokens.push_back(
          {token.serial.ordinal(), replaces.ordinal(), token.not_before.time_since_epoch().count(),
           static_cast<std::uint32_t>((token.expires - token.not_before).count()),
           token.signer.value});
    }
    void number(const auto& value) { batch.numbers.push_back(to_number(value)); }
    void number_if(bool is_there, const auto& value) {
      if (is_there) number(value);
    }
    void optional(bool is_there, const auto& value) {
      if (is_there) number(*value);
    }
  };

  std::size_t size_ = 0;
};

}  // namespace tokenlife::events
