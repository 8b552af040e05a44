// Recorded presence of devices, for the network model `trace`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/client.hpp"
#include "../../core/result.hpp"
#include "../../core/time.hpp"
#include "../../events/log.hpp"
#include "../text/error.hpp"

namespace tokenlife::sim {

struct TraceRow {
  Duration at;  // after the trace's start for the device, rounded up to the tick; strictly rising
  Network on;
};

// Where the trace's start is.
enum class TraceAlign : std::uint8_t {
  device,  // at each device's first row
  file,    // at the file's first moment; a device is offline before its first row
};

struct Trace {
  struct Device {
    std::string name;
    std::uint32_t first_row;
    std::uint32_t
        row_count;  // at least 1; the first row is at 0 (with `file` an offline row if need be)
    // From the start to the moment at which a looped trace starts over: the device's last row, with
    // `file` the file's last moment. 0: it cannot be looped and its last state holds.
    Duration period;
  };
  std::vector<Device> devices;  // in the order of first appearance
  std::vector<TraceRow> rows;   // of all devices, device after device
  events::Digest digest{};      // of the file's bytes
};

// Reads a file with the header `device,time,network` and a row whenever a device's network changes.
// Of several rows of a device in one tick the last counts.
Result<Trace, Error> load_trace(const std::string& path, TraceAlign align, Duration tick);

// The same for a text; `path` is for messages.
Result<Trace, Error> parse_trace(std::string_view text, const std::string& path, TraceAlign align,
                                 Duration tick);

inline constexpr std::size_t kTraceBytesMax = std::size_t{512} << 20;

}  // namespace tokenlife::sim
