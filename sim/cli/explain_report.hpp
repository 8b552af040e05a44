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
  bool all;    // every event is asked for
};

// What a rule says; empty for an unknown id.
std::string rule_text(std::string_view id);

// Lines of at most 100 columns; at most 50 of them, if leaving out moves and agent starts helps.
std::string explain_text(const ExplainReport& report, const Console& console);
nlohmann::ordered_json explain_json(const ExplainReport& report);

}  // namespace tokenlife::sim
