// Events of some clients during a stretch of time, as the log stores them since format 2: coded, so
// that most events take three bytes. FORMAT.md explains the columns.
//
// What usually follows from the events before it is not stored but expected; an event says by a
// flag whether it is so. Nothing is expected from outside of the stretch, so that each can be read
// alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/client_event.hpp"
#include "events/event_layout.hpp"

namespace tokenlife::events {

// What events that are alike have in common.
struct Shape {
  std::uint8_t kind = 0;    // EventKind
  std::uint8_t cause = 0;   // CauseKind
  std::uint8_t detail = 0;  // see event_layout.hpp
  std::uint8_t flags = 0;
  friend bool operator==(const Shape&, const Shape&) = default;
};
inline constexpr std::uint8_t kCauseAsExpected = 1;   // the cause's number is
inline constexpr std::uint8_t kFieldsAsExpected = 2;  // the serial is, or the token
inline constexpr std::uint8_t kFlagsMax = kCauseAsExpected | kFieldsAsExpected;
// In memory alone, so that it need not be found out for each event: the cause has a number.
inline constexpr std::uint8_t kCauseHasNumber = 128;

// So many shapes have a code of one byte. An event with this code has its shape among the numbers.
inline constexpr std::size_t kShapesMax = 255;
inline constexpr std::uint8_t kOtherShape = 255;
// A step of the time that takes more than 16 bits.
inline constexpr std::uint16_t kLongStep = 65'535;

// Which columns an event has besides, as bits.
inline constexpr unsigned kHasCohort = 1;
inline constexpr unsigned kHasGuid = 2;
inline constexpr unsigned kHasSerial = 4;
inline constexpr unsigned kHasToken = 8;
inline constexpr unsigned kHasReplaces = 16;
inline constexpr unsigned kIsRequest = 32;
inline constexpr unsigned kHasNumbers = 64;
// [kind][detail]
using ColumnTable = std::array<std::array<std::uint8_t, 256>, kClientKinds>;
extern const ColumnTable kColumnsOf;
// [kind][detail]: how many other numbers.
extern const ColumnTable kNumbersOf;

constexpr bool is_request(EventKind kind) {
  return kind == EventKind::registration_requested || kind == EventKind::renewal_requested;
}

// What a client's events so far, within the stretch, lead one to expect of the next ones.
struct Expected {
  std::uint32_t ordinal = 0;       // of the token that was named last
  std::uint32_t request_seq = 0;   // of the last request
  std::uint32_t request_time = 0;  // seconds after the start of the run
};

// What is the same for all events of a stretch.
struct StretchHead {
  std::uint32_t first_client = 0;
  std::uint32_t clients = 0;
  std::uint32_t number = 0;  // of the stretches of these clients, from 0
  std::uint32_t from = 0;    // No event is earlier,
  std::uint32_t until = 0;   // and none is later.
  std::uint32_t time_unit = 1;
  std::uint32_t valid_seconds = 0;  // of tokens as expected
  std::uint32_t signer = 0;         // of tokens as expected
  std::uint32_t events = 0;
  friend bool operator==(const StretchHead&, const StretchHead&) = default;
};

struct Stretch {
  StretchHead head;
  std::vector<Shape> shapes;
  std::vector<std::uint8_t> streams;  // numbers: for each client its events, and their first seq
  std::vector<std::uint8_t> codes;    // for each event
  std::vector<std::uint16_t> steps;   // for each event, in time units
  std::vector<std::uint32_t> long_steps;  // of events whose step is kLongStep
  std::vector<std::uint8_t> numbers;      // of causes, cohorts, serials, tokens, GUIDs
  std::vector<Guid> guids;                // each once
};

}  // namespace tokenlife::events
