// The command line of `completion`, and the command line itself as words: one table for what is
// parsed, what --help says and what shells complete.
#include "sim/cli/arguments.hpp"
#include "sim/cli/command_completion.hpp"

namespace tokenlife::sim {
namespace {

// What is between the braces of {a,b}, as CLI11 writes the check IsMember.
std::vector<std::string> members(const std::string& type) {
  std::vector<std::string> values;
  const std::size_t open = type.find(":{");
  const std::size_t close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return values;
  for (std::size_t begin = open + 2; begin <= close;) {
    const std::size_t end = std::min(type.find(',', begin), close);
    values.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return values;
}

Takes taken_by(const CLI::Option& option, const std::vector<std::string>& values) {
  if (option.get_items_expected_max() == 0) return Takes::nothing;
  if (!values.empty()) return Takes::value;
  return option.get_type_name().rfind("TEXT", 0) == 0 ? Takes::file : Takes::word;
}

void add_words(const CLI::App& app, const std::string& path, std::vector<CommandWords>& commands) {
  CommandWords command{path, app.get_description(), {}, Takes::nothing, {}};
  for (const CLI::Option* option : app.get_options()) {
    const std::vector<std::string> values = members(option->get_type_name());
    if (!option->nonpositional()) {
      command.takes = taken_by(*option, values);
      command.values = values;
      continue;
    }
    OptionWords words{{}, option->get_description(), taken_by(*option, values), values};
    for (const std::string& name : option->get_snames()) words.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) words.names.push_back("--" + name);
    command.options.push_back(std::move(words));
  }
  commands.push_back(std::move(command));
  for (const CLI::App* part : app.get_subcommands({})) {
    add_words(*part, path.empty() ? part->get_name() : path + " " + part->get_name(), commands);
  }
}

}  // namespace

void add_completion_commands(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "completion", "Print a script with which a shell completes commands and options",
      completion_command,
      "The .deb package installs all three.\n"
      "Examples:\n"
      "  source <(tokenlife completion bash)     # put this line into ~/.bashrc\n"
      "  source <(tokenlife completion zsh)      # into ~/.zshrc, after compinit\n"
      "  tokenlife completion fish > ~/.config/fish/completions/tokenlife.fish");
  added->add_option("SHELL", command.shell, "bash, zsh or fish")
      ->required()
      ->check(one_of({"bash", "zsh", "fish"}));
  command.commands = [&app] {
    std::vector<CommandWords> commands;
    add_words(app, "", commands);
    return commands;
  };
}

}  // namespace tokenlife::sim
