#include "sim/cli/command_schema.hpp"

#include "sim/scenario/schema.hpp"

namespace tokenlife::sim {

ExitStatus schema_command(const SchemaCommand&, Console& console) {
  console.print(scenario_schema());
  return 0;
}

}  // namespace tokenlife::sim
