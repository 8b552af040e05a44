// What the events of clients and of the site have in common: a kind, and a place in a stream, with
// the time and the cause.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "names.hpp"
#include "time.hpp"

namespace tokenlife {

// ---- Kinds -------------------------------------------------------------------------------------

// Client kinds in the order of ClientEvent, then site kinds in the order of SiteEvent. Logs hold
// the numbers of the client kinds: a new one goes behind the last client kind.
enum class EventKind : std::uint8_t {
  client_installed,
  network_changed,
  agent_restarted,
  registration_requested,
  registration_completed,
  registration_refused,
  registration_failed,
  renewal_requested,
  token_renewed,
  renewal_refused,
  renewal_failed,
  token_expired,
  re_registration_required,
  client_reinstalled,
  client_upgraded,
  client_blocked,
  client_unblocked,
  cmg_allowed_changed,
  client_adopted,
  client_policy_changed,
  credential_renewed,
  credential_expired,
  clock_changed,
  asked_to_renew,
  site_established,
  bulk_token_issued,
  bulk_token_blocked,
  bulk_token_unblocked,
  endpoint_down,
  endpoint_up,
  signing_certificate_rotated,
  signing_certificate_retired,
  client_token_issued,
  policy_changed,
  signing_certificate_learnt,
  client_certificate_blocked,
  client_certificate_unblocked,
  clock_went_back,
  journal_repaired,
  epoch_begun,
  client_recognised,
  client_token_shown,
  ca_trusted,
  ca_distrusted,
  entra_trusted,
  entra_distrusted,
  capacity_changed,
};

// What the alternatives of a variant of events say of themselves: each has its `kind` and the
// `kind_name` by which users know it.
template <class Variant>
struct EventList;
template <class... Events>
struct EventList<std::variant<Events...>> {
  static constexpr std::array<EventKind, sizeof...(Events)> kinds{Events::kind...};
  static constexpr std::array<std::string_view, sizeof...(Events)> names{Events::kind_name...};

  // Whether the kinds are numbered through, in the order of the alternatives.
  static constexpr bool is_numbered_from(std::size_t first) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (static_cast<std::size_t>(kinds[i]) != first + i) return false;
    }
    return true;
  }
};

// One of them, by its name: a template over the events that need nothing done names them so, and
// a new event does not compile until somebody has decided about it.
template <class Event, class... Events>
concept AnyOf = (std::same_as<Event, Events> || ...);

// ---- Why it happened ---------------------------------------------------------------------------

// Logs hold these numbers: append only.
enum class CauseKind : std::uint8_t {
  run_start,     // the beginning of the run
  action,        // number: of the scenario's action, from 0 in file order
  action_end,    // number: of the action whose time is over
  expiry,        // step 3 of the tick
  installation,  // step 4
  network,       // step 4, by the network model
  agent_start,   // step 4, a restart of the client's own
  contact,       // step 5
  request,       // number: the sequence number of the request that this answers
  exchange,      // an exchange of data that the site refused, sent `number` seconds before
};
template <>
struct Names<CauseKind> {
  static constexpr std::array<std::string_view, 10> values{
      "run-start", "action",      "action-end", "expiry",  "installation",
      "network",   "agent-start", "contact",    "request", "exchange"};
};

struct Cause {
  CauseKind kind = CauseKind::run_start;
  std::uint32_t number = 0;
  friend bool operator==(const Cause&, const Cause&) = default;
};

// ---- In a stream -------------------------------------------------------------------------------

// When and why an event happened. Sequence numbers count from 0 without gaps. Times never go back,
// but where a site on disk says that its clock did: with clock-went-back, from whose time on they
// count anew.
struct Envelope {
  Instant time;
  std::uint32_t seq = 0;
  Cause cause;
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

template <class Event>
struct Recorded : Envelope {
  Event event;
  const Envelope& envelope() const { return *this; }
  friend bool operator==(const Recorded&, const Recorded&) = default;
};

}  // namespace tokenlife
