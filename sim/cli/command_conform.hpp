// `tokenlife conform`: somebody else's site or client, held to the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct ConformCommand {
  std::string role;
  std::string adapter;
  std::optional<std::string> length;   // how long: "1m"
  std::optional<std::uint64_t> cases;  // or how many histories
  std::uint64_t seed = 1;
  std::string timeout = "5s";
  std::optional<std::string> out;     // the folder for the history that differs
  std::optional<std::string> replay;  // a file from such a folder
  bool json = false;
};
ExitStatus conform_command(const ConformCommand& command, Console& console);

}  // namespace tokenlife::sim
