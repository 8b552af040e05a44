// The adapter: a program of the user's, and lines to and from it. Nothing that it does, or leaves
// undone, takes more than the time and memory that it is given.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace tokenlife::sim {

inline constexpr std::size_t kAdapterLineBytesMax = std::size_t{1} << 20;

// The adapter could not be started, died, hung or flooded.
struct AdapterLoss {
  std::string what;       // one sentence, no full stop
  std::string last_line;  // of its standard output, cut; as it came
  std::string log;        // the end of its standard error; as it came
};

class AdapterProcess {
 public:
  // Words of a command line; nothing at all is asked of a shell.
  static Result<std::unique_ptr<AdapterProcess>, AdapterLoss> start(
      const std::vector<std::string>& words, std::chrono::milliseconds timeout);
  ~AdapterProcess();
  AdapterProcess(const AdapterProcess&) = delete;
  AdapterProcess& operator=(const AdapterProcess&) = delete;

  // Sends a line, which has no newline, and waits for one: without its newline.
  Result<std::string, AdapterLoss> ask(std::string_view line);
  // Closes its standard input, and waits for its end.
  Result<void, AdapterLoss> end();
  // The end of what it said on standard error since the last forget_log().
  std::string log();
  void forget_log();

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  AdapterProcess(pid_t pid, int in, int out, int err, std::chrono::milliseconds timeout)
      : pid_(pid), in_(in), out_(out), err_(err), timeout_(timeout) {}

  bool take_line(std::string& line);
  // Waits for something to do; false after the deadline.
  bool wait(bool writes, Deadline deadline);
  void read_log();
  bool read_output();
  AdapterLoss lost(std::string what);
  std::string how_it_ended();
  bool has_ended(Deadline deadline);
  void kill();

  pid_t pid_;
  int in_;
  int out_;
  int err_;
  std::chrono::milliseconds timeout_;
  std::string output_;        // what has come, and is no whole line that was taken
  std::size_t searched_ = 0;  // of it, without a newline
  std::string last_line_;
  std::string log_;
  bool at_end_ = false;  // of its standard output
  siginfo_t ended_{};    // how, once it has
  bool is_gone_ = false;
};

// Splits a command line at blanks, with quotes as in sh: '...', "..." and \. The error completes
// "the command ...".
Result<std::vector<std::string>, std::string> split_command(std::string_view line);

}  // namespace tokenlife::sim
