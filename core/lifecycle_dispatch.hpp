// The lifecycle as a table to look up: what evolve_in_place() asks of each event. It is made from
// the table of lifecycle.cpp.
#pragma once

#include <cstdint>

#include "client.hpp"
#include "client_event.hpp"
#include "table_row.hpp"

namespace tokenlife {

// The state after an event of that kind, or nothing where the table has no row. `where` is the
// network that decides between rows: for registration-completed the one asked on, or where the
// client is if it may use the CMG on the intranet (A16); the new one for network-changed, the last
// connected one for every other kind; for client-adopted the state.
struct LifecycleDispatch {
  std::uint8_t next[kCount<LifecycleState>][kClientKinds][kCount<Where>];
};
extern const LifecycleDispatch kLifecycleDispatch;

}  // namespace tokenlife
