// What an event changes. Pure: neither policy nor clock nor chance is looked at, so a change of
// policy never changes the past, and a log replays with these functions alone.
#pragma once

#include <cstdint>

#include "client.hpp"
#include "client_event.hpp"
#include "result.hpp"

namespace tokenlife {

enum class EventError : std::uint8_t;  // event_error.hpp; 0: none

// The client after the event, or what speaks against the event.
Result<Client, EventError> evolve(const Client& client, const ClientEvent& event);

}  // namespace tokenlife
