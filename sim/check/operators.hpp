// What others do with a client's settings and certificate. Part of always.cpp only.
#pragma once

#include "sim/check/model.hpp"

namespace tokenlife::sim::checker {

// The event of that kind that the action led to; nullptr: none.
template <class Event>
const Event* find(const Transition& taken) {
  for (const Happened& happened : taken.events) {
    if (const auto* event = std::get_if<Event>(&happened.event)) return event;
  }
  return nullptr;
}

bool new_identity_is_free(const Transition& taken, const Model&);                // A8
bool settings_come_with_grants(const Transition& taken, const Model&);           // A15
bool ended_certificates_open_nothing(const Transition& taken, const Model&);     // A14
bool certificates_renew_on_the_intranet(const Transition& taken, const Model&);  // A14
bool grants_bring_settings(const Transition& taken, const Model&);               // A15

}  // namespace tokenlife::sim::checker
