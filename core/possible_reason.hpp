// Which reasons an event of a run can have, by the rules: an expectation of another could never
// see anything.
#pragma once

#include <cstddef>
#include <type_traits>
#include <variant>

#include "event.hpp"
#include "refusal.hpp"

namespace tokenlife {

namespace possible_detail {

template <class... Events>
constexpr std::size_t count_refusals(std::type_identity<std::variant<Events...>>) {
  return (std::size_t{0} + ... + std::size_t{HasRefusal<Events>});
}
static_assert(count_refusals(std::type_identity<ClientEvent>{}) == 3 &&
                  count_refusals(std::type_identity<SiteEvent>{}) == 0,
              "can_have() names each event that has a refusal");

}  // namespace possible_detail

// Of the refusals that an event of that kind can be of. With modelled tokens some never are.
constexpr bool can_have(EventKind kind, RefusalReason reason, bool real_tokens) {
  // R8: simulated clients ask for devices alone.
  if (reason == RefusalReason::user_centric) return false;
  if (needs_real_token(reason) && !real_tokens) return false;
  switch (kind) {
    // It shows a bulk token or none: only client tokens are refused as `expired`.
    case EventKind::registration_refused: return reason != RefusalReason::expired;
    case EventKind::renewal_refused:  // R5, and what is said of client tokens
      return ends_client_token(reason) || reason == RefusalReason::client_outdated ||
             reason == RefusalReason::not_yet_valid;
    case EventKind::re_registration_required: return ends_client_token(reason);
    default: return true;  // It has no refusal.
  }
}

}  // namespace tokenlife
