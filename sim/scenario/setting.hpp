// A value that the command line gives a key of the scenario: `--set site.renew-after=40d`.
#pragma once

#include <string>
#include <vector>

#include "../../core/result.hpp"
#include "../text/error.hpp"
#include "scenario.hpp"

namespace tokenlife::sim {

struct Setting {
  std::string option;  // as in "--set", for messages
  std::string text;    // KEY=VALUE
};

// What KEY=VALUE says.
struct KeyValue {
  std::vector<std::string> key;  // its parts, without quotes
  std::string value;             // as TOML
};
Result<KeyValue, Error> parse_setting(const Setting& setting);

// The same scenario with each of these values in place of what is there, in their order: its text
// is that of the file with them. A key that is not there is added to its table.
Result<Scenario, Error> parse_scenario_with(std::string text, const std::string& path,
                                            const ScenarioOptions& options,
                                            const std::vector<Setting>& settings);
Result<Scenario, Error> load_scenario_with(const std::string& path, const ScenarioOptions& options,
                                           const std::vector<Setting>& settings);

}  // namespace tokenlife::sim
