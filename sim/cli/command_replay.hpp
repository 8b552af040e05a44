// `tokenlife replay`: states from the events alone.
#pragma once

#include <optional>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct ReplayCommand {
  std::string log;
  std::optional<std::string> at;
  std::optional<std::string> client;
  bool json = false;
};
ExitStatus replay_command(const ReplayCommand& command, Console& console);

}  // namespace tokenlife::sim
