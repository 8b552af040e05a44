// What can speak against an event.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "names.hpp"

namespace tokenlife {

// Whether an event can have happened to a client, and if not, what speaks against it.
enum class EventError : std::uint8_t {
  none,
  wrong_state,      // The transition table has no row for it.
  wrong_network,    // It names another network than the one that the client is on.
  nothing_pending,  // It answers a request that was not made.
  already_pending,  // A request while another is under way.
  wrong_token,      // It names another token than the one held, or a serial used before.
  nothing_changed,  // It "changes" something to what it already was.
};
template <>
struct Names<EventError> {
  static constexpr std::array<std::string_view, 7> values{
      "none",        "wrong-state",    "wrong-network", "nothing-pending", "already-pending",
      "wrong-token", "nothing-changed"};
};

}  // namespace tokenlife
