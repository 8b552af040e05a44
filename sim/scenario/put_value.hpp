// Puts a value into the text of a scenario, where its key is or may be. Part of the scenario parser
// only.
#pragma once

#include <string>

#include "core/result.hpp"
#include "sim/scenario/scenario_text.hpp"
#include "sim/scenario/setting.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Precondition: the text is TOML.
Result<void, Error> put_value(ScenarioText& text, const KeyValue& said, const std::string& author);

// ---- Of scenario.cpp ---------------------------------------------------------------------------

Result<std::string, Error> read_scenario_file(const std::string& path);
// Whether the text is no TOML, or too much of it. read_scenario() says what is wrong.
bool cannot_be_parsed(const ScenarioText& text, const std::string& path);
Result<Scenario, Error> read_scenario(const ScenarioText& text, const std::string& path,
                                      const ScenarioOptions& options);

}  // namespace tokenlife::sim
