// Where one client is: on the network that its model says, unless an action has moved it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/client.hpp"
#include "core/client_event.hpp"
#include "sim/engine/network_walk.hpp"

namespace tokenlife::sim {

template <class Walk, class Model>
class NetworkPosition {
 public:
  NetworkPosition(const Model& model, const WalkContext& context) : walk_(model, context) {}

  // When the model may have the client somewhere else next.
  Instant next() const { return walk_.next(); }

  // Of several moves at a time the one that began last holds.
  void move(std::uint32_t action, std::uint32_t repetition, Network on) {
    moves_.push_back({action, repetition, on});
    cause_ = {CauseKind::action, action};
  }
  // If it has begun.
  void end_move(std::uint32_t action, std::uint32_t repetition) {
    const auto ended = std::erase_if(moves_, [&](const ActiveMove& move) {
      return move.action == action && move.repetition == repetition;
    });
    if (ended > 0) cause_ = {CauseKind::action_end, action};
  }

  // The network on which the client is installed.
  Network start(Instant now) {
    modelled_ = walk_.start(now);
    return on();
  }

  struct NextContact {
    Network on;
    Cause cause;  // of its being there, if that is new
  };
  // Once a tick. Precondition: it has been installed.
  NextContact advance_to(Instant now) {
    while (walk_.next() == now) modelled_ = walk_.advance();
    return {on(), std::exchange(cause_, Cause{CauseKind::network, 0})};
  }

 private:
  struct ActiveMove {
    std::uint32_t action;
    std::uint32_t repetition;
    Network on;
  };

  Network on() const { return moves_.empty() ? modelled_ : moves_.back().on; }

  Walk walk_;
  Network modelled_ = Network::offline;
  std::vector<ActiveMove> moves_;
  Cause cause_{CauseKind::network, 0};
};

}  // namespace tokenlife::sim
