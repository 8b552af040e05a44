// Foreign text without the tokens of a history, wherever they stand in it (D4).
#pragma once

#include <map>
#include <string>

#include "sim/conform/expected.hpp"

namespace tokenlife::sim {

// The text with every token that was brought replaced, and what looks like one. To be called before
// the text is cut.
std::string without_known_tokens(std::string text, const std::map<StepId, Brought>& brought);

}  // namespace tokenlife::sim
