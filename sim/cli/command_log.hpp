// `tokenlife log verify` and `log info`.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct LogCommand {
  std::string log;
  unsigned threads = std::thread::hardware_concurrency();
  bool json = false;
};
struct LogVerifyCommand : LogCommand {
  std::optional<std::string> digest;  // of the run, that somebody has kept
  bool replay = false;                // run it again
  bool bytes_only = false;            // not whether the events can have happened
  std::optional<std::string> inputs;
};
ExitStatus log_verify_command(const LogVerifyCommand& command, Console& console);
ExitStatus log_info_command(const LogCommand& command, Console& console);

}  // namespace tokenlife::sim
