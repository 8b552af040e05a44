// A run in progress: Ctrl-C ends it cleanly, and a terminal sees how far it is.
#pragma once

#include <csignal>
#include <optional>

#include "sim/analysis/rerun.hpp"
#include "sim/cli/console.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

struct WatchedRun {
  RunResult result;         // with its idle actions
  double wall_seconds = 0;  // without what these took
};

// run(), with a line of progress on the console if it takes long, and an end at SIGINT, SIGTERM or
// SIGHUP.
// Only one at a time.
Result<WatchedRun, Error> run_watched(const Scenario& scenario, const RunOptions& options,
                                      Console& console);

// rerun(), likewise.
Result<std::optional<Rerun>, Error> rerun_watched(const events::LogReader& log,
                                                  const Scenario& scenario, unsigned threads,
                                                  Console& console);

// Handles the signals that ask for an end while it lives; a second one ends the process at once.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct sigaction old_int_;
  struct sigaction old_term_;
  struct sigaction old_hup_;
};

// Whether a signal has asked for the end.
bool interrupted();

}  // namespace tokenlife::sim
