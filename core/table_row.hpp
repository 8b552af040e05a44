// What a transition table and its users have in common, without Boost.MSM, which takes seconds to
// compile: a row as text, and the code of "no row".
#pragma once

#include <cstdint>
#include <string_view>

namespace tokenlife {

// The code in a dispatch table of "no row": the event is not legal in the state.
inline constexpr std::uint8_t kNoTransition = 0xff;

// An empty guard always admits; target equals source where the state stays.
struct RowText {
  std::string_view source;
  std::string_view event;
  std::string_view target;
  std::string_view guard;
};

}  // namespace tokenlife
