#include "sim/site/strange_clock.hpp"

#include <fmt/format.h>

#include "sim/site/warning.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {

std::optional<std::string> strange_clock(const std::string& folder, std::chrono::sys_seconds last,
                                         std::chrono::sys_seconds now) {
  constexpr std::chrono::days kUsual{30};
  if (now < last) {
    return warning_at(
        folder, fmt::format("the clock went back: it is {}, and the last event was at {}; what was "
                            "issued with later dates is good only from then on",
                            rfc3339(now), rfc3339(last)));
  }
  if (now - last <= kUsual) return std::nullopt;
  return warning_at(
      folder,
      fmt::format(
          "it is {}, and the last event was at {}, {} before; check that the clock is right",
          rfc3339(now), rfc3339(last), to_text(now - last)));
}

}  // namespace tokenlife::sim
