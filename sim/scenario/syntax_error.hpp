// A scenario that is not TOML: what is wrong in our words, and what to write instead. Part of the
// scenario parser only.
#pragma once

#include <string>
#include <string_view>

#include "sim/scenario/mistakes.hpp"

namespace tokenlife::sim {

// Of a text in which the TOML parser gave up at a place, for the reason that it gave. The error is
// at the beginning of what is wrong, which may be before that place.
Error syntax_error(const std::string& path, std::string_view text, Position stopped,
                   std::string_view reason);

}  // namespace tokenlife::sim
