// What all subcommands have in common. Each prints its result and gives the exit status: 0 done and
// everything held, 1 something did not hold; an error comes back for main to say.
#pragma once

#include "core/result.hpp"
#include "sim/cli/console.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

using ExitStatus = Result<int, Error>;

// By convention of shells: ended by SIGINT.
inline constexpr int kInterrupted = 130;

}  // namespace tokenlife::sim
