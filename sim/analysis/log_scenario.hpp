// The scenario of a log's header, ready to be run again: with its text, its seed and the files that
// it names the same events follow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/client_event.hpp"
#include "core/result.hpp"
#include "events/log.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// The files that the scenario names are where it says, from the present folder on, or from the
// folder `inputs` or one below it on; one with another digest is not the one that is meant. The
// error completes "the run cannot be repeated: ...".
Result<Scenario, std::string> scenario_of(const events::LogHeader& header,
                                          const std::optional<std::string>& inputs);

// The place of the first event that a repetition did not give, or that only it gave; the number of
// events if there is none.
std::size_t first_difference(const std::vector<Recorded<ClientEvent>>& logged,
                             const std::vector<Recorded<ClientEvent>>& repeated);
// Whether a repetition gave the events of a log, which may lack why spells begin (those of before
// schema 4 do). The others have to be equal.
bool is_repetition(const std::vector<Recorded<ClientEvent>>& logged,
                   const std::vector<Recorded<ClientEvent>>& repeated);

}  // namespace tokenlife::sim
