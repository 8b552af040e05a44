// The program `tokenlife`, as main() runs it.
#pragma once

namespace tokenlife::sim {

// All that the program does, with what main() was given. Never throws.
int program(int argc, char** argv);

}  // namespace tokenlife::sim
