// What `tokenlife explain` says, for people and for machines.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "events/log.hpp"
#include "sim/analysis/explain.hpp"
#include "sim/cli/console.hpp"

namespace tokenlife::sim {

struct ExplainReport {
  const events::LogHeader& header;
  const Explanation& found;
  bool quick;  // nobody asked for what would have saved it
};

// Lines of at most 100 columns.
std::string explain_text(const ExplainReport& report, const Console& console);
nlohmann::ordered_json explain_json(const ExplainReport& report);

}  // namespace tokenlife::sim
