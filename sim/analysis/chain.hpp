// How a client came to where it is: the events that matter, with their causes, and what is repeated
// folded into one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/analysis/words.hpp"

namespace tokenlife::sim {

struct ChainLink {
  Instant from;
  Instant to;  // the same of a single event
  std::uint32_t count = 1;
  EventKind kind;
  std::string reason;  // "endpoint-down"; empty where there is none
  std::string cause;   // "action 3 (outage)", "network"
  std::string text;    // "198 renewals over the CMG failed, hourly: the CMG was down"

  friend bool operator==(const ChainLink&, const ChainLink&) = default;
};

enum class Folding : std::uint8_t {
  repetitions,  // and requests that were answered, which the answers tell
  none,         // every event
};

// Of the events from number `first` on; those before are needed to know what stands behind them.
std::vector<ChainLink> chain_of(std::span<const Recorded<ClientEvent>> events, std::size_t first,
                                const Background& background, Folding folding);

}  // namespace tokenlife::sim
