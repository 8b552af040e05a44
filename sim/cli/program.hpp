// The program `tokenlife`, as main() runs it.
#pragma once

namespace tokenlife::sim {

class RunRanks;

// Its exit status after a bug: EX_SOFTWARE of sysexits.h.
inline constexpr int kBugStatus = 70;

// All that the program does, with what main() was given. Never throws. With ranks it is
// `tokenlife-mpi`, which has fewer commands; only rank 0 says anything.
int program(int argc, char** argv, RunRanks* ranks = nullptr);

}  // namespace tokenlife::sim
