// How a client came to where it is: the events that matter, with their causes, and what is repeated
// folded into one.
#pragma once

#include <cstdint>
#include <optional>
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
  std::string reason;     // "endpoint-down"; empty where there is none
  std::string cause;      // "action 3 (outage)", "network"
  std::string text;       // "198 renewals over the CMG failed, hourly: the CMG was down"
  bool is_apart = false;  // the stay offline over the moment that was given

  friend bool operator==(const ChainLink&, const ChainLink&) = default;
};

enum class Folding : std::uint8_t {
  repetitions,  // and requests that were answered, which the answers tell
  none,         // every event
};

// What matters only between other things: moves, agent starts, a credential's renewals.
bool is_minor(EventKind kind);

// Of the events from number `first` on; those before are needed to know what stands behind them.
// The stay offline that began by `due` and ended later, if it was of a day or more, is not folded.
std::vector<ChainLink> chain_of(std::span<const Recorded<ClientEvent>> events, std::size_t first,
                                const Background& background, Folding folding,
                                std::optional<Instant> due = {});

}  // namespace tokenlife::sim
