// What a user typed may be a token in the wrong place. Messages repeat what was typed, and no
// message may hold a token (D4).
#pragma once

#include <string>
#include <string_view>

namespace tokenlife::sim {

// The text with every word that looks like a token, or like the first part of one, replaced.
std::string hide_tokens(std::string_view text);

}  // namespace tokenlife::sim
