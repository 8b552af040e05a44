// What to write instead of a duration that cannot be read.
#pragma once

#include <string>
#include <string_view>

namespace tokenlife::sim {

// For "1.5d", "36 hours" or "12h1d" the duration that was meant, and how durations are written
// where that is not plain. Precondition: the text is no duration.
std::string duration_advice(std::string_view text);

}  // namespace tokenlife::sim
