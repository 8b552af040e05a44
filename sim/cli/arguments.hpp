// How the files of the command line, sim/cli/arguments*.cpp, add commands to it. Includes CLI11,
// which takes seconds to compile: for them alone.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/engine/run_ranks.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/redact.hpp"

namespace tokenlife::sim {

// What the command that was given does.
using Chosen = std::function<ExitStatus(Console&)>;

// A command below `parent`, and where its options are put.
template <class Command>
struct Added {
  CLI::App* app;
  Command& command;  // lives as long as the app
};

template <class Command>
Added<Command> add_command(CLI::App& parent, Chosen& chosen, const char* name,
                           const char* description, ExitStatus (*does)(const Command&, Console&),
                           const std::string& footer) {
  const auto command = std::make_shared<Command>();
  CLI::App* app = parent.add_subcommand(name, description);
  app->footer(footer);
  app->fallthrough();
  app->callback([&chosen, does, command] {
    chosen = [does, command](Console& console) { return does(*command, console); };
  });
  return {app, *command};
}

// The command of that name that only groups others: made when it is first asked for.
inline CLI::App& command_group(CLI::App& app, const std::string& name, const char* description) {
  const auto has_name = [&](const CLI::App* known) { return known->get_name() == name; };
  const std::vector<CLI::App*> there = app.get_subcommands(has_name);
  if (!there.empty()) return *there.front();
  CLI::App* group = app.add_subcommand(name, description);
  group->require_subcommand(1);
  group->fallthrough();
  return *group;
}

// What is wrong with a whole number that has to be from `min` to `max`: for check(). CLI11 by
// itself reads 010 as 8, and cuts off what is too large.
inline auto decimal(std::uint64_t min, std::uint64_t max) {
  return [min, max](const std::string& text) -> std::string {
    const auto number = decimal_number(text);
    if (number && *number >= min && *number <= max) return "";
    const bool has_zero = text.size() > 1 && text[0] == '0';
    return fmt::format("{} is not a whole number from {} to {}{}", in_quotes(redact_secrets(text)),
                       min, max, has_zero ? ", written without a zero before it" : "");
  };
}

// What is wrong with a number that has to be above 0.
inline std::string above_zero(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  if (is_number && std::isfinite(number) && number > 0) return "";
  return fmt::format("{} is not a number above 0; write it like 0.5",
                     in_quotes(redact_secrets(text)));
}

// One of these words; --help and completions list them.
inline CLI::Validator one_of(const std::vector<std::string>& words) {
  CLI::Validator validator = CLI::IsMember(words);
  validator.operation([words](std::string& text) -> std::string {
    if (std::find(words.begin(), words.end(), text) != words.end()) return "";
    return words.size() == 1
               ? fmt::format("{} is not {}", in_quotes(redact_secrets(text)), in_quotes(words[0]))
               : fmt::format("{} is not one of {}", in_quotes(redact_secrets(text)),
                             fmt::join(words, ", "));
  });
  return validator;
}

// The time at which a command acts, which time_of_command() reads.
inline void add_at(CLI::App& app, std::optional<std::string>& at) {
  app.add_option(
      "--at", at,
      "The time: 2026-01-01, 2026-01-01T00:00:00Z, or seconds since 1970 (default: now)");
}

// How long a command waits that changes a site or client.
void add_lock_timeout(CLI::App& app);

inline void add_threads(CLI::App& app, unsigned& threads) {
  app.add_option("--threads", threads, "Number of threads (default: all cores)")
      ->check(decimal(1, 1024));
}

// Values in place of those of the scenario.
inline void add_set(CLI::App& app, std::vector<std::string>& set) {
  app.add_option("--set", set,
                 "KEY=VALUE: give a key of the scenario another value, such as\n"
                 "site.renew-after=40d, cohort.laptops.network.internet.mean=3h or\n"
                 "action.2.for=5d (the third action); may be repeated")
      ->allow_extra_args(false);
}

// ---- One for each file -------------------------------------------------------------------------

// `run`, `test`, `soak`, `fit`, `check` and `machine`.
void add_run_commands(CLI::App& app, Chosen& chosen);

// `run` and `sweep` alone; with the processes that run them together, if there are several.
void add_run(CLI::App& app, Chosen& chosen, RunRanks* ranks);
void add_sweep(CLI::App& app, Chosen& chosen, RunRanks* ranks);

// `conform`.
void add_conform_commands(CLI::App& app, Chosen& chosen);

// `sweep` and `risk`.
void add_sweep_commands(CLI::App& app, Chosen& chosen);

// `replay`, `events` and `log`.
void add_log_commands(CLI::App& app, Chosen& chosen);

// `site`, and of `token` what concerns bulk tokens.
void add_site_commands(CLI::App& app, Chosen& chosen);

// Of `site`, whom it trusts.
void add_trust_commands(CLI::App& app, Chosen& chosen);

// `token inspect` and `token verify`.
void add_token_commands(CLI::App& app, Chosen& chosen);

// `client` and `ccmsetup-line`.
void add_client_commands(CLI::App& app, Chosen& chosen);

// `completion`: of all commands of `app`, whenever they are added.
void add_completion_commands(CLI::App& app, Chosen& chosen);

}  // namespace tokenlife::sim
