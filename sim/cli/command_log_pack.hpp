// `tokenlife log pack` and `log unpack`: a log as one file, and that as a folder.
#pragma once

#include <string>
#include <thread>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct LogPackCommand {
  std::string log;
  std::string out;  // a new file, or "-"
  unsigned threads = std::thread::hardware_concurrency();
  bool json = false;
};
ExitStatus log_pack_command(const LogPackCommand& command, Console& console);

struct LogUnpackCommand {
  std::string log;  // a packed file, or "-"
  std::string out;  // a new folder
  unsigned threads = std::thread::hardware_concurrency();
  bool json = false;
};
ExitStatus log_unpack_command(const LogUnpackCommand& command, Console& console);

}  // namespace tokenlife::sim
