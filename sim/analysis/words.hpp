// What happened to a client and why, in words that need no manual.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/event.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// "the CMG", "the management point"
std::string_view words_for(Endpoint endpoint);
// "on the intranet", "offline"
std::string_view words_for(Network network);
// "the client is blocked"
std::string_view words_for(RefusalReason reason);

// The events of the site, and the scenario if it is known: what stands behind a client's events.
struct Background {
  std::span<const Recorded<SiteEvent>> site;
  const Scenario* scenario = nullptr;
  std::chrono::sys_seconds start{};
  bool is_on_disk = false;  // the client is: its log began anew where a run's begins

  // "action 3 (outage)"; without the scenario "action 3".
  std::string action(std::uint32_t number) const;
  // "2026-01-01T00:00:00Z"
  std::string moment(Instant t) const;
};

// What stands behind an event.
struct Behind {
  std::string cause;    // "action 3 (outage)", "its own network", "expiry"
  std::string words;    // of a refusal or failure: "the CMG was down"; else empty
  Duration in_line{0};  // of an answer: how long its request waited in the endpoint's queue
};
// `network` is where the client then was, and `blocked_by` what blocked it, if that is known.
struct Circumstances {
  Network network = Network::offline;
  std::optional<Cause> blocked_by{};
  KeyNumber signer{};  // of the client's token, the last that it had
  Guid bulk{};         // the bulk token that it showed
  Instant asked_at;    // of an answer
};
Behind behind(const Recorded<ClientEvent>& recorded, const Circumstances& there,
              const Background& background);

}  // namespace tokenlife::sim
