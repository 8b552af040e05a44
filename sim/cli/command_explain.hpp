// `tokenlife explain`: why a client is where it is.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct ExplainCommand {
  std::string log;
  std::string client;
  std::optional<std::string> at;
  std::optional<std::string> inputs;
  bool all = false;
  bool quick = false;
  unsigned threads = std::thread::hardware_concurrency();
  bool json = false;
};
ExitStatus explain_command(const ExplainCommand& command, Console& console);

}  // namespace tokenlife::sim
