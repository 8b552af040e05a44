// One event of a client, or several alike, as a sentence.
#pragma once

#include <cstdint>
#include <string>

#include "core/event.hpp"
#include "sim/analysis/words.hpp"

namespace tokenlife::sim {

// "came to the intranet"; of several alike, in one word where there is one: "41 network changes, in
// the end offline". `every` is the time between them, if it is always the same.
std::string event_words(const Recorded<ClientEvent>& last, std::uint32_t count,
                        std::optional<Duration> every, const Background& background);

}  // namespace tokenlife::sim
