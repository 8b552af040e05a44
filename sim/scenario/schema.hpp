// The scenario format as a JSON Schema (draft-07), for editors.
//
// It is made by asking the reader: a small scenario is read, each key that the reader asked for is
// added to it with a value of each sort, and so on until nothing new is asked for. So the schema
// has the keys that the reader takes, and no others. What depends on more than one value of a file
// (names that exist, ticks, times in the run) it does not know.
#pragma once

#include <string>

namespace tokenlife::sim {

// With a line end.
std::string scenario_schema();

}  // namespace tokenlife::sim
