// The network models, each read in a file of its own. Part of the scenario parser only.
#pragma once

#include <optional>

#include "sim/scenario/reading.hpp"

namespace tokenlife::sim {

std::optional<PlainNetwork> read_dwell_network(Reading& reading, Keys& keys);
std::optional<PlainNetwork> read_week_network(Reading& reading, Keys& keys);
std::optional<PlainNetwork> read_trace_network(Reading& reading, Keys& keys);
std::optional<PlainNetwork> read_resample_network(Reading& reading, Keys& keys);

}  // namespace tokenlife::sim
