// Scenarios among other TOML files.
#pragma once

#include <string>

namespace tokenlife::sim {

// Whether the file is TOML, but says nothing of a format, and so is something else than a scenario.
// What cannot be read, or is no TOML, may be a broken scenario: load_scenario() says what is wrong.
bool lacks_format(const std::string& path);

}  // namespace tokenlife::sim
