// A recording of presence with how long each device was observed: of what lies beyond nothing is
// known.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/client.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct Recording {
  struct Row {
    std::chrono::sys_seconds time;
    Network on;
  };
  struct Device {
    std::string name;
    // Observed in [from, to).
    std::chrono::sys_seconds from;
    std::chrono::sys_seconds to;
    // Inside of that, the first at `from`; strictly rising, and each another network.
    std::vector<Row> rows;

    Network on(std::chrono::sys_seconds time) const;  // inside of the span
  };
  std::vector<Device> devices;  // those that were observed for a while
  std::size_t unobserved = 0;   // how many others there are

  // Precondition of both: it has devices.
  std::chrono::sys_seconds begins() const;
  std::chrono::sys_seconds ends() const;
};

// A text file and how messages name it.
struct NamedText {
  std::string_view text;
  std::string path;
};

// A trace, and a file with the header `device,observed_from,observed_to` that has a row for each of
// its devices. Without it a device was observed from its first to its last row.
Result<Recording, Error> parse_recording(const NamedText& trace,
                                         const std::optional<NamedText>& span);
Result<Recording, Error> load_recording(const std::string& trace,
                                        const std::optional<std::string>& span);

}  // namespace tokenlife::sim
