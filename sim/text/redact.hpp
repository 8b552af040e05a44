// What a user typed may be a token or a private key in the wrong place. Messages repeat what was
// typed, and no message may hold either (D4).
#pragma once

#include <string>
#include <string_view>

namespace tokenlife::sim {

// The text with everything replaced that looks like a token, like a part of one that is worth
// something, or like a private key in PEM. To be called before the text is cut.
std::string redact_secrets(std::string_view foreign);

}  // namespace tokenlife::sim
