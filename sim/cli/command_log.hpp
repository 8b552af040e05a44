// `tokenlife log verify` and `log info`.
#pragma once

#include <string>
#include <thread>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct LogCommand {
  std::string log;
  unsigned threads = std::thread::hardware_concurrency();
  bool json = false;
};
ExitStatus log_verify_command(const LogCommand& command, Console& console);
ExitStatus log_info_command(const LogCommand& command, Console& console);

}  // namespace tokenlife::sim
