// Events and their fields in words and as JSON, for all commands that print them.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/event.hpp"
#include "events/log.hpp"
#include "sim/cli/event_fields.hpp"

namespace tokenlife::sim {

// Moments count from the start of the history.
std::string field_text(const Field& field, std::chrono::sys_seconds start);
nlohmann::ordered_json field_json(const Field& field, std::chrono::sys_seconds start);

// "2026-01-01T00:00:00Z  token-expired  serial=0-1"
std::string event_line(const Recorded<ClientEvent>& recorded, const events::LogHeader& header);

// Its time, kind and own fields.
nlohmann::ordered_json event_json(const Recorded<ClientEvent>& recorded,
                                  const events::LogHeader& header);

}  // namespace tokenlife::sim
