// Where one client is: on the network that its model says, unless an action has moved it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
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
  void move(std::uint32_t action, Network on) {
    moves_.push_back({action, on});
    cause_ = {CauseKind::action, action};
  }
  void end_move(std::uint32_t action) {
    std::erase_if(moves_, [&](const ActiveMove& m) { return m.action == action; });
    cause_ = {CauseKind::action_end, action};
  }

  // The network on which the client is installed.
  Network start(Instant now) {
    modelled_ = walk_.start(now);
    return on();
  }
  // The action that has it elsewhere than its model says.
  std::optional<std::uint32_t> moved_by() const {
    return on() == modelled_ ? std::nullopt : std::optional(moves_.back().action);
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
    Network on;
  };

  Network on() const { return moves_.empty() ? modelled_ : moves_.back().on; }

  Walk walk_;
  Network modelled_ = Network::offline;
  std::vector<ActiveMove> moves_;
  Cause cause_{CauseKind::network, 0};
};

}  // namespace tokenlife::sim
