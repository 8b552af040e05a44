// `tokenlife events`: events, in the order of time or of the log.
#pragma once

#include <optional>
#include <string>
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
  std::string order = "time";  // or "stored"
};
ExitStatus events_command(const EventsCommand& command, Console& console);

}  // namespace tokenlife::sim
