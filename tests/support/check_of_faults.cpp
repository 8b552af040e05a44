// `tokenlife check` of rules in which a fault is planted: check_of_faults NUMBER [json] [FILE]
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "sim/cli/command_check.hpp"
#include "support/check_faults.hpp"

int main(int argc, char** argv) {
  using namespace tokenlife;
  const test::Fault fault = test::faults().at(std::strtoul(argv[1], nullptr, 10));
  sim::CheckCommand command;
  command.clients = fault.options.clients;
  command.unit = "10d";
  command.with.clear();
  for (std::size_t i = 0; i < kCount<sim::checker::Feature>; ++i) {
    const auto feature = static_cast<sim::checker::Feature>(i);
    if (!fault.options.features.has(feature)) continue;
    command.with += fmt::format("{}{}", command.with.empty() ? "" : ",", name(feature));
  }
  if (command.with.empty()) command.with = "none";
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) == "json") {
      command.json = true;
    } else {
      command.counterexample = argv[i];
    }
  }
  sim::Console console = sim::Console::of_process(false, sim::Colour::automatic);
  const sim::ExitStatus status = sim::check_by(fault.rules, command, console);
  if (status) return *status;
  console.say("tokenlife: " + to_string(status.error()));
  return static_cast<int>(status.error().kind);
}
