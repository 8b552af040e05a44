// Recorded presence of devices, for the network model `trace`.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/client.hpp"
#include "../../core/names.hpp"
#include "../../core/result.hpp"
#include "../../core/time.hpp"
#include "../../events/log.hpp"
#include "../text/error.hpp"

namespace tokenlife::sim {

struct TraceRow {
  Duration at;  // after the device's beginning, rounded up to the tick; strictly rising
  Network on;
};

// Where the trace's start is.
enum class TraceAlign : std::uint8_t {
  device,    // at each device's first row
  file,      // at the file's first moment; a device is offline before its first row
  absolute,  // at the run's start: times mean what they say; as with `file` offline before that
};

struct Trace {
  struct Device {
    std::string name;
    std::uint32_t first_row;
    std::uint32_t
        row_count;  // at least 1; the first row is at 0 (with `file` an offline row if need be)
    // From its beginning to the moment at which a looped trace starts over: the device's last row,
    // with `file` the file's last moment. 0: it cannot be looped and its last state holds.
    Duration period;
    // After the run's start, and before it if negative: where its rows count from. Offline before.
    // With `absolute` the first row, else 0.
    Duration begins{0};
    // With `absolute` the last row after the run's start, rounded down: known up to there.
    Duration ends{0};
  };
  std::vector<Device> devices;  // in the order of first appearance
  std::vector<TraceRow> rows;   // of all devices, device after device
  events::Digest digest{};      // of the file's bytes
  bool is_moved = false;        // its times are not those at which its rows happen in the run
};

// Reads a file with the header `device,time,network` and a row whenever a device's network changes.
// Of several rows of a device in one tick the last counts.
Result<Trace, Error> load_trace(const std::string& path, TraceAlign align, Duration tick,
                                std::chrono::sys_seconds run_start = {});

// The same for a text; `path` is for messages.
Result<Trace, Error> parse_trace(std::string_view text, const std::string& path, TraceAlign align,
                                 Duration tick, std::chrono::sys_seconds run_start = {});

inline constexpr std::size_t kTraceBytesMax = std::size_t{512} << 20;

}  // namespace tokenlife::sim

namespace tokenlife {

template <>
struct Names<sim::TraceAlign> {
  static constexpr std::array<std::string_view, 3> values{"device", "file", "absolute"};
};

}  // namespace tokenlife
