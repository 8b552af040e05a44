// What `--set KEY=VALUE` gives.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/setting.hpp"

namespace tokenlife::sim {

inline std::vector<Setting> settings_of(const std::vector<std::string>& set) {
  std::vector<Setting> settings;
  settings.reserve(set.size());
  for (const std::string& text : set) settings.push_back({"--set", text});
  return settings;
}

}  // namespace tokenlife::sim
