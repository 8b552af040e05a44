#include "sim/cli/rule_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "sim/cli/rules_markdown.hpp"

namespace tokenlife::sim {
namespace {

// Calls part(std::string_view) for each part between separators.
template <class Part>
void split(std::string_view text, char separator, Part part) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    part(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

bool is_id(std::string_view text) {
  return text.size() >= 2 && std::string_view("RDA").find(text[0]) != std::string_view::npos &&
         std::all_of(text.begin() + 1, text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

// A terminal shows no Markdown.
std::string plain(std::string_view cell) {
  std::string text(cell);
  std::erase_if(text, [](char letter) { return letter == '`' || letter == '*'; });
  return text;
}

std::vector<RuleText> read_table() {
  std::vector<RuleText> rules;
  split(kRulesMarkdown, '\n', [&](std::string_view line) {
    if (!line.starts_with("| ")) return;
    std::vector<std::string_view> cells;
    split(line.substr(1), '|', [&](std::string_view cell) { cells.push_back(trimmed(cell)); });
    const std::size_t n = cells.size();
    if (n < 4) return;
    split(cells[0], ',', [&](std::string_view id) {
      if (!is_id(trimmed(id))) return;
      const std::string_view question = n > 4 ? cells[1] : "";
      rules.push_back({std::string(trimmed(id)), plain(question), plain(cells[n - 3]),
                       plain(cells[n - 2]), plain(cells[n - 1])});
    });
  });
  return rules;
}

}  // namespace

const std::vector<RuleText>& rule_table() {
  static const std::vector<RuleText> rules = read_table();
  return rules;
}

std::string rule_lines(std::span<const std::string_view> ids) {
  std::string text;
  for (const std::string_view id : ids) {
    for (const RuleText& rule : rule_table()) {
      if (rule.id != id) continue;
      const std::string question = rule.question.empty() ? "" : rule.question + ": ";
      text += fmt::format("  {:<4} {}{}\n", rule.id, question, rule.rule);
    }
  }
  return text;
}

}  // namespace tokenlife::sim
