// Which rules an event shows at work.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "core/client.hpp"
#include "core/event.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// A client's event, and what stood when it happened.
struct EventContext {
  const Scenario* scenario;
  const Client* before;
  const Recorded<ClientEvent>* recorded;
  Instant installed_at;
};

// An event of that kind shows the rules if `shows` holds for it.
struct RuleEvidence {
  EventKind kind;
  bool (*shows)(const EventContext& sight);    // of a client; nullptr: always
  bool (*site_shows)(const SiteEvent& event);  // of the site; nullptr: always
  std::string_view rules;                      // ids, separated by blanks
};
std::span<const RuleEvidence> sightings();

// The order of RULES.md, by ids: "R6" before "R10", "R62" before "D1" and "A1".
std::pair<std::size_t, int> rule_order(std::string_view id);

}  // namespace tokenlife::sim
