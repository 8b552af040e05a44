// What can happen next to the site or to a client.
#pragma once

#include <cstdint>
#include <vector>

#include "core/client.hpp"
#include "sim/check/options.hpp"

namespace tokenlife::sim::checker {

enum class ActionKind : std::uint8_t {
  tick,
  // Of a client.
  install,
  move,
  block,
  unblock,
  forbid_cmg,
  allow_cmg,
  announce,  // A15: its CMG setting is to be the other from when it hears of it
  upgrade,
  restart,
  reinstall,
  // Of the site.
  outage_begins,
  outage_ends,
  lose_answers,
  issue_bulk,
  block_bulk,
  unblock_bulk,
  rotate,
  retire,
};

struct Action {
  ActionKind kind = ActionKind::tick;
  Network network = Network::offline;               // install, move
  Credential credential = Credential::self_signed;  // install
  ClientVersion version = ClientVersion::current;   // install
  bool with_bulk = false;                           // install, reinstall
  bool new_identity = false;                        // reinstall
  Endpoint endpoint = Endpoint::mp;                 // outages, lost answers
  friend bool operator==(const Action&, const Action&) = default;
};

// Those of the chosen features.
std::vector<Action> client_actions(const Options& options);
std::vector<Action> site_actions(const Options& options);
bool is_of_site(ActionKind kind);

}  // namespace tokenlife::sim::checker
