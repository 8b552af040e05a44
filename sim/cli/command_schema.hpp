// `tokenlife schema`: what files are like, for editors.
#pragma once

#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct SchemaCommand {
  std::string of = "scenario";
};
ExitStatus schema_command(const SchemaCommand& command, Console& console);

}  // namespace tokenlife::sim
