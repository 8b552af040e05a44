#include "sim/cli/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace tokenlife::sim {
namespace {

// Each script follows the words before the cursor to the command that they name. What a word means
// goes by what it follows: `log|verify` is the word verify behind the command `log`, `|log` a word
// behind the program's name.

std::string key(std::string_view path, std::string_view word) {
  return fmt::format("{}|{}", path, word);
}

std::string_view parent_of(std::string_view path) {
  const std::size_t space = path.rfind(' ');
  return space == std::string_view::npos ? std::string_view() : path.substr(0, space);
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind(' ') + 1); }

bool has_parts(const CommandWords& command, const std::vector<CommandWords>& commands) {
  return std::any_of(commands.begin(), commands.end(), [&](const CommandWords& other) {
    return !other.path.empty() && parent_of(other.path) == command.path;
  });
}

std::string all_names(const OptionWords& option) {
  return fmt::format("{}", fmt::join(option.names, " "));
}

// In single quotes; a quote inside becomes `quote`, a backslash `backslash`.
std::string quoted(std::string_view text, std::string_view quote, std::string_view backslash) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += quote;
    } else if (c == '\\') {
      result += backslash;
    } else {
      result += c == '\n' ? ' ' : c;
    }
  }
  return result + "'";
}
std::string for_sh(std::string_view text) { return quoted(text, R"('\'')", R"(\)"); }
std::string for_fish(std::string_view text) { return quoted(text, R"(\')", R"(\\)"); }

// What a word does that stands before the cursor: `enter` gets a command's key and path, `skip` the
// key of an option whose value names no command.
template <class Enter, class Skip>
void for_each_step(const std::vector<CommandWords>& commands, Enter enter, Skip skip) {
  for (const CommandWords& command : commands) {
    if (!command.path.empty()) enter(key(parent_of(command.path), name_of(command.path)), command);
    if (!has_parts(command, commands)) continue;
    for (const OptionWords& option : command.options) {
      if (option.takes == Takes::nothing) continue;
      for (const std::string& name : option.names) skip(key(command.path, name));
    }
  }
}

// The branches of bash's and zsh's `case "$at|$word"` for those.
std::string sh_steps(const std::vector<CommandWords>& commands) {
  std::string text;
  for_each_step(
      commands,
      [&](const std::string& step, const CommandWords& command) {
        text += fmt::format("      {}) at={} ;;\n", for_sh(step), for_sh(command.path));
      },
      [&](const std::string& step) { text += fmt::format("      {}) skip=1 ;;\n", for_sh(step)); });
  return text;
}

std::string sh_takes(Takes takes, const std::vector<std::string>& values) {
  if (takes == Takes::file) return " files=1";
  return takes == Takes::value ? fmt::format(" values=({})", fmt::join(values, " ")) : "";
}

// The branches for an option before the cursor that wants a value.
std::string sh_values(const std::vector<CommandWords>& commands) {
  std::string text;
  for (const CommandWords& command : commands) {
    for (const OptionWords& option : command.options) {
      if (option.takes == Takes::nothing) continue;
      std::string keys;
      for (const std::string& name : option.names) {
        keys += keys.empty() ? "" : " | ";
        // The program's own options may stand anywhere.
        keys +=
            command.path.empty() ? "*" + for_sh(key("", name)) : for_sh(key(command.path, name));
      }
      text += fmt::format("    {}){} ;;\n", keys, sh_takes(option.takes, option.values));
    }
  }
  return text;
}

std::string bash_script(const std::vector<CommandWords>& commands) {
  std::string at_command;
  for (const CommandWords& command : commands) {
    std::vector<std::string> parts;
    for (const CommandWords& part : commands) {
      if (!part.path.empty() && parent_of(part.path) == command.path) {
        parts.emplace_back(name_of(part.path));
      }
    }
    std::string options;
    for (const OptionWords& option : command.options) {
      options += fmt::format("{}{}", options.empty() ? "" : " ", all_names(option));
    }
    if (!command.path.empty()) {
      for (const OptionWords& option : commands.front().options) options += " " + all_names(option);
    }
    at_command += fmt::format(
        "      {}) options=({}){} ;;\n", for_sh(command.path), options,
        parts.empty() ? sh_takes(command.takes, command.values) : sh_takes(Takes::value, parts));
  }
  return fmt::format(
      R"(# Completes the command line of tokenlife in bash; `tokenlife completion bash` prints it.
_tokenlife() {{
  local at= skip= files= word i current=${{COMP_WORDS[COMP_CWORD]}}
  local previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  local options=() values=()
  # What is typed as --format=csv is three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${{COMP_WORDS[i]}}
    if [[ $skip ]]; then
      skip=
      continue
    fi
    case "$at|$word" in
{}    esac
  done
  case "$at|$previous" in
{}    *)
      case $at in
{}      esac
      if [[ $current == -* ]]; then values=("${{options[@]}}") files=; fi
      ;;
  esac
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(
    compgen -W "${{values[*]}}" -- "$current"
    if [[ $files ]]; then compgen -f -- "$current"; fi
  )
  if [[ $files ]]; then compopt -o filenames 2>/dev/null; fi
}}
complete -F _tokenlife tokenlife
)",
      sh_steps(commands), sh_values(commands), at_command);
}

// 'name:what it is', for _describe.
std::string described(std::string_view name, std::string_view about) {
  return for_sh(fmt::format("{}:{}", name, about));
}

std::string zsh_options(const CommandWords& command) {
  std::string text;
  for (const OptionWords& option : command.options) {
    for (const std::string& name : option.names) {
      text += fmt::format("\n          {}", described(name, option.about));
    }
  }
  return text;
}

std::string zsh_script(const std::vector<CommandWords>& commands) {
  std::string at_command;
  for (const CommandWords& command : commands) {
    std::string parts;
    for (const CommandWords& part : commands) {
      if (part.path.empty() || parent_of(part.path) != command.path) continue;
      parts += fmt::format("\n          {}", described(name_of(part.path), part.about));
    }
    at_command += fmt::format("      {})\n        options=({}{})\n        commands=({}){} ;;\n",
                              for_sh(command.path), zsh_options(command),
                              command.path.empty() ? "" : zsh_options(commands.front()), parts,
                              parts.empty() ? sh_takes(command.takes, command.values) : "");
  }
  return fmt::format(R"(#compdef tokenlife
# Completes the command line of tokenlife in zsh; `tokenlife completion zsh` prints it.
_tokenlife() {{
  local at= skip= files= word i previous=${{words[CURRENT - 1]}}
  local -a options commands values
  if compset -P '--*='; then previous=${{IPREFIX%=}}; fi
  for ((i = 2; i < CURRENT; ++i)); do
    word=${{words[i]}}
    if [[ -n $skip ]]; then
      skip=
      continue
    fi
    case "$at|$word" in
{}    esac
  done
  case "$at|$previous" in
{}    *)
      case $at in
{}      esac
      if [[ $PREFIX == -* ]]; then
        _describe -o option options
        return
      fi
      ;;
  esac
  if (($#commands)); then _describe command commands; fi
  if (($#values)); then compadd -- $values; fi
  if [[ -n $files ]]; then _files; fi
}}
compdef _tokenlife tokenlife
# Not when it is sourced, but when it is loaded to complete a line.
if [[ ${{funcstack[1]}} == _tokenlife ]]; then _tokenlife; fi
)",
                     sh_steps(commands), sh_values(commands), at_command);
}

std::string fish_takes(Takes takes, const std::vector<std::string>& values) {
  switch (takes) {
    case Takes::nothing: return "";
    case Takes::word: return " -x";
    case Takes::file: return " -r -F";
    case Takes::value:
      return fmt::format(" -x -a {}", for_fish(fmt::format("{}", fmt::join(values, " "))));
  }
  return "";
}

std::string fish_lines(const CommandWords& command, bool is_group) {
  const std::string here =
      fmt::format("complete -c tokenlife -n {}",
                  for_fish(fmt::format("__tokenlife_at {}", for_fish(command.path))));
  std::string text;
  if (!command.path.empty()) {
    text +=
        fmt::format("complete -c tokenlife -n {} -a {} -d {}\n",
                    for_fish(fmt::format("__tokenlife_at {}", for_fish(parent_of(command.path)))),
                    name_of(command.path), for_fish(command.about));
  }
  if (!is_group && command.takes == Takes::file) text += here + " -F\n";
  if (!is_group && command.takes == Takes::value) {
    text += fmt::format("{} -a {}\n", here,
                        for_fish(fmt::format("{}", fmt::join(command.values, " "))));
  }
  for (const OptionWords& option : command.options) {
    std::string names;
    for (const std::string& name : option.names) {
      const bool is_long = name.rfind("--", 0) == 0;
      names += fmt::format(" {} {}", is_long ? "-l" : "-s", name.substr(is_long ? 2 : 1));
    }
    // The program's own options may stand anywhere.
    text += fmt::format("{}{}{} -d {}\n", command.path.empty() ? "complete -c tokenlife" : here,
                        names, fish_takes(option.takes, option.values), for_fish(option.about));
  }
  return text;
}

std::string fish_script(const std::vector<CommandWords>& commands) {
  std::string steps;
  for_each_step(
      commands,
      [&](const std::string& step, const CommandWords& command) {
        steps += fmt::format("            case {}\n                set at {}\n", for_fish(step),
                             for_fish(command.path));
      },
      [&](const std::string& step) {
        steps += fmt::format("            case {}\n                set skip 1\n", for_fish(step));
      });
  std::string lines;
  for (const CommandWords& command : commands) {
    lines += fish_lines(command, has_parts(command, commands));
  }
  return fmt::format(
      R"(# Completes the command line of tokenlife in fish; `tokenlife completion fish` prints it.

# Whether the words before the cursor name this command.
function __tokenlife_at
    set -l at ''
    set -l skip ''
    for word in (commandline -opc)[2..]
        if test -n "$skip"
            set skip ''
            continue
        end
        switch "$at|$word"
{}        end
    end
    test "$at" = "$argv[1]"
end

complete -c tokenlife -f
{})",
      steps, lines);
}

}  // namespace

std::string completion_script(Shell shell, const std::vector<CommandWords>& commands) {
  switch (shell) {
    case Shell::bash: return bash_script(commands);
    case Shell::zsh: return zsh_script(commands);
    case Shell::fish: return fish_script(commands);
  }
  return "";
}

}  // namespace tokenlife::sim
