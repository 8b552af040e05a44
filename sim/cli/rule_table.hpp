// core/RULES.md, as it was when the program was built.
#pragma once

#include <string>
#include <vector>

namespace tokenlife::sim {

struct RuleText {
  std::string id;        // "R57"
  std::string question;  // of a decision; else empty
  std::string rule;
  std::string code;     // where it is decided
  std::string held_by;  // tests and scenarios
};

// In the order of the table.
const std::vector<RuleText>& rule_table();

}  // namespace tokenlife::sim
