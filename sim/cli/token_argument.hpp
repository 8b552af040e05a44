// Where the program takes tokens from: its command line, standard input, or a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife {
class Secret;  // core/token/secret.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

// TOKEN or --token-file: exactly one is given, and TOKEN may be "-".
struct TokenSource {
  std::optional<std::string> token;
  std::optional<std::string> file;
};

// Without the one newline that editors, echo and pipes put at the end. The verifier trims nothing.
// What is far longer than any token comes cut, and is still too long.
Result<Secret, Error> read_token(const TokenSource& source);

// The same, to be shown or verified, whatever it is. Only all that `tokenlife token new` prints is
// an error, which says how the token alone is given.
Result<Secret, Error> read_shown_token(const TokenSource& source);

// How to give the token in a file, if TOKEN is the name of one; otherwise empty. With a line's end.
std::string advice_on_file(const TokenSource& source);

// Whether lines of the text end as those of Windows do. No token does.
bool has_carriage_return(const Secret& token);

// One that a client or a line is to hold; an error, with what mends it, if it has one. `what` is
// "the bulk token" and the like.
Result<Secret, Error> read_given_token(const TokenSource& source, std::string_view what);

}  // namespace tokenlife::sim
