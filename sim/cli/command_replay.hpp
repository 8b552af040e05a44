// `tokenlife replay`: states from the events alone.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct ReplayCommand {
  std::string log;
  std::optional<std::string> at;
  std::optional<std::string> client;
  std::optional<std::string> state;  // lists who is in it
  std::string format = "text";       // of that list
  std::optional<std::string> inputs;
  unsigned threads = std::thread::hardware_concurrency();
  bool json = false;
};
ExitStatus replay_command(const ReplayCommand& command, Console& console);

}  // namespace tokenlife::sim
