// core/RULES.md, as it was when the program was built.
#pragma once

#include <span>
#include <string>
#include <string_view>
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

// "  R57  Valid for 90 days.\n" for each of the ids.
std::string rule_lines(std::span<const std::string_view> ids);

}  // namespace tokenlife::sim
