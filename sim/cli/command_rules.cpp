#include "sim/cli/command_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/cli/json_text.hpp"
#include "sim/cli/rule_table.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// Where the rules of this letter come from.
std::string_view source_of(const RuleText& rule) {
  switch (rule.id[0]) {
    case 'R':
      return "Microsoft, \"Token-based authentication for cloud management gateway\", "
             "https://learn.microsoft.com/mem/configmgr/core/clients/deploy/"
             "deploy-clients-cmg-token, as of 2026-11";
    case 'D': return "follows from other rules";
    default: return "decided here, where the documentation is silent";
  }
}

std::string text_of(const RuleText& rule) {
  return rule.question.empty() ? rule.rule : rule.question + ": " + rule.rule;
}

void print_whole(const RuleText& rule, Console& console) {
  console.print(fmt::format("{}  {}\n", console.paint(rule.id, Tone::strong), text_of(rule)));
  const auto line = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) console.print(fmt::format("  {:<9}{}\n", name, value));
  };
  line("source", source_of(rule));
  line("code", rule.code);
  line("tests", rule.held_by);
}

nlohmann::ordered_json json_of(const RuleText& rule) {
  return {{"id", rule.id},
          {"text", text_of(rule)},
          {"source", source_of(rule)},
          {"code", rule.code},
          {"held-by", rule.held_by}};
}

// The rules that are asked for, in that order.
Result<std::vector<RuleText>, Error> chosen(const std::vector<std::string>& ids) {
  if (ids.empty()) return rule_table();
  std::vector<RuleText> rules;
  for (const std::string& given : ids) {
    std::string id = given;
    if (!id.empty() && id[0] >= 'a' && id[0] <= 'z') id[0] = static_cast<char>(id[0] - 'a' + 'A');
    const auto& table = rule_table();
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const RuleText& rule) { return rule.id == id; });
    if (found == table.end()) {
      return usage_error(fmt::format("unknown rule {}", in_quotes(given)),
                         "`tokenlife rules` lists all of them");
    }
    rules.push_back(*found);
  }
  return rules;
}

}  // namespace

ExitStatus rules_command(const RulesCommand& command, Console& console) {
  const auto rules = chosen(command.ids);
  if (!rules) return Failed<Error>(rules.error());
  if (command.json) {
    auto list = nlohmann::ordered_json::array();
    for (const RuleText& rule : *rules) list.push_back(json_of(rule));
    console.print(json_text(list) + "\n");
    return 0;
  }
  for (const RuleText& rule : *rules) {
    if (command.ids.empty()) {
      console.print(fmt::format("{:<5}{}\n", rule.id, text_of(rule)));
    } else {
      print_whole(rule, console);
    }
  }
  return 0;
}

}  // namespace tokenlife::sim
