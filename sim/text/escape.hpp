// Foreign text made fit to be shown: what a hostile file says must not move the cursor, break a
// line or turn the direction of writing.
#pragma once

#include <string>
#include <string_view>

namespace tokenlife::sim {

// The text with control characters, and bytes that are not UTF-8, escaped as in C.
std::string escape_text(std::string_view text);

// The first character of the text, escaped; it is taken off the text.
// Precondition: the text is not empty.
std::string take_plain(std::string_view& text);

// The text between backquotes, cut if it is long: for messages that repeat what a file says.
std::string in_quotes(std::string_view text);

}  // namespace tokenlife::sim
