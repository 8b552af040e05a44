// The lifecycle as text and pictures, from the rows that the program runs.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "core/lifecycle.hpp"
#include "core/table_row.hpp"
#include "sim/cli/command_machine.hpp"

namespace tokenlife::sim {
namespace {

std::string event_text(const RowText& row) {
  return row.guard.empty() ? std::string(row.event) : fmt::format("{} [{}]", row.event, row.guard);
}

std::string as_table() {
  std::size_t source = 0;
  std::size_t event = 0;
  for (const RowText& row : lifecycle_rows()) {
    source = std::max(source, row.source.size());
    event = std::max(event, event_text(row).size());
  }
  std::string text = fmt::format("{:<{}}  {:<{}}  {}\n", "from", source, "event", event, "to");
  for (const RowText& row : lifecycle_rows()) {
    text += fmt::format("{:<{}}  {:<{}}  {}\n", row.source, source, event_text(row), event,
                        row.source == row.target ? "(stays)" : row.target);
  }
  return text;
}

// Arrows of a picture: what stays where it is would only be noise.
struct Arrow {
  std::string_view source;
  std::string_view target;
  std::string events;  // of parallel rows, joined by the separator
};
std::vector<Arrow> arrows(std::string_view separator) {
  std::vector<Arrow> all;
  for (const RowText& row : lifecycle_rows()) {
    if (row.source == row.target) continue;
    const auto parallel = std::find_if(all.begin(), all.end(), [&](const Arrow& arrow) {
      return arrow.source == row.source && arrow.target == row.target;
    });
    if (parallel == all.end()) {
      all.push_back({row.source, row.target, event_text(row)});
    } else {
      parallel->events += fmt::format("{}{}", separator, event_text(row));
    }
  }
  return all;
}

std::string as_dot() {
  std::string text = "digraph lifecycle {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n";
  for (const Arrow& arrow : arrows("\\n")) {
    text += fmt::format("  \"{}\" -> \"{}\" [label=\"{}\"];\n", arrow.source, arrow.target,
                        arrow.events);
  }
  return text + "}\n";
}

// Mermaid's state names have no hyphens.
std::string mermaid_id(std::string_view state) {
  std::string id(state);
  std::replace(id.begin(), id.end(), '-', '_');
  return id;
}

std::string as_mermaid() {
  std::string text = "stateDiagram-v2\n";
  for (const std::string_view state : Names<LifecycleState>::values) {
    text += fmt::format("  state \"{}\" as {}\n", state, mermaid_id(state));
  }
  text += fmt::format("  [*] --> {}\n", mermaid_id(Names<LifecycleState>::values[0]));
  for (const Arrow& arrow : arrows("<br/>")) {
    text += fmt::format("  {} --> {}: {}\n", mermaid_id(arrow.source), mermaid_id(arrow.target),
                        arrow.events);
  }
  return text;
}

// W3C State Chart XML. `network` stands for the network that guards look at, `found` for the state
// in which a client is adopted.
std::string as_scxml() {
  static const std::map<std::string_view, std::string_view> conditions{
      {"intranet", "network == 'intranet'"},
      {"internet", "network == 'internet'"},
      {"not intranet", "network != 'intranet'"},
      {"not internet", "network != 'internet'"},
      {name(Where::found_installed), "found == 'installed'"},
      {name(Where::found_expired), "found == 'expired'"},
      {name(Where::found_in_re_registration), "found == 're-registration-required'"}};
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" version=\"1.0\" datamodel=\"ecmascript\" "
      "initial=\"{}\">\n  <datamodel>\n    <data id=\"network\" expr=\"'offline'\"/>\n"
      "    <data id=\"found\" expr=\"''\"/>\n"
      "  </datamodel>\n",
      Names<LifecycleState>::values[0]);
  for (const std::string_view state : Names<LifecycleState>::values) {
    text += fmt::format("  <state id=\"{}\">\n", state);
    for (const RowText& row : lifecycle_rows()) {
      if (row.source != state) continue;
      text += fmt::format("    <transition event=\"{}\"", row.event);
      if (!row.guard.empty()) text += fmt::format(" cond=\"{}\"", conditions.at(row.guard));
      // Without a target the state stays, and is neither left nor entered.
      if (row.source != row.target) text += fmt::format(" target=\"{}\"", row.target);
      text += "/>\n";
    }
    text += "  </state>\n";
  }
  return text + "</scxml>\n";
}

}  // namespace

ExitStatus machine_command(const MachineCommand& command, Console& console) {
  if (command.format == "dot") {
    console.print(as_dot());
  } else if (command.format == "mermaid") {
    console.print(as_mermaid());
  } else if (command.format == "scxml") {
    console.print(as_scxml());
  } else {
    console.print(as_table());
  }
  return 0;
}

}  // namespace tokenlife::sim
