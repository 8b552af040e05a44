// One event of a client, or several alike, as a sentence.
#pragma once

#include <cstdint>
#include <string>

#include "core/event.hpp"
#include "sim/analysis/words.hpp"

namespace tokenlife::sim {

// "came to the intranet"; of several alike, in one word where there is one: "41 network changes
// until 2026-03-01T00:00:00Z, ending offline". `first` is when the first of them happened, and
// `every` the time between them, if it is always the same. Why something was refused or failed, and
// until when, is left to be said behind it.
std::string event_words(Instant first, const Recorded<ClientEvent>& last, std::uint32_t count,
                        std::optional<Duration> every, const Background& background);

}  // namespace tokenlife::sim
