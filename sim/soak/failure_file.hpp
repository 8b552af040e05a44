// The file of a scenario that breaks a property.
#pragma once

#include <filesystem>

#include "core/result.hpp"
#include "sim/soak/soak.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Writes the failure's scenario into the folder, with its traces beside it: alone they do what the
// scenario does. The result is the scenario's file.
Result<std::filesystem::path, Error> write_failure(SoakFailure failure,
                                                   const std::filesystem::path& folder);

}  // namespace tokenlife::sim
