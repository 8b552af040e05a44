// Makes the folder of a log. Not installed.
#pragma once

#include <filesystem>

#include "core/result.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

// The folder must not exist or be empty: nothing that is there is ever overwritten. After an error
// no folder was made.
Result<void, LogError> make_new_folder(const std::filesystem::path& folder);

}  // namespace tokenlife::events
