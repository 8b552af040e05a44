// `tokenlife events`: events, in the order of time or of the log, or how many there are.
#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct EventsCommand {
  std::string log;
  std::optional<std::string> client;
  std::vector<std::string> kinds;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::string format = "text";
  std::string order = "time";         // or "stored"
  std::optional<std::string> inputs;  // see scenario_of()
  std::vector<std::string> columns;
  std::vector<std::string> count_by;
  unsigned threads = std::thread::hardware_concurrency();  // that count
  bool json = false;                                       // one object
};
ExitStatus events_command(const EventsCommand& command, Console& console);

}  // namespace tokenlife::sim
