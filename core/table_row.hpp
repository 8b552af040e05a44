// A row of a transition table as text.
#pragma once

#include <string_view>

namespace tokenlife {

// An empty guard always admits; target equals source where the state stays.
struct RowText {
  std::string_view source;
  std::string_view event;
  std::string_view target;
  std::string_view guard;
};

}  // namespace tokenlife
