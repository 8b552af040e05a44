// The subcommands of the program. Each prints its result and gives the exit status: 0 done and
// everything held, 1 something did not hold; an error comes back for main to say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/cli/console.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

using ExitStatus = Result<int, Error>;

// By convention of shells: ended by SIGINT.
inline constexpr int kInterrupted = 130;

struct RunCommand {
  std::string scenario;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> log;
  double clients_scale = 1;
  std::optional<unsigned> threads;  // absent: all cores
  bool json = false;
};
ExitStatus run_command(const RunCommand& command, Console& console);

struct TestCommand {
  std::vector<std::string> paths;
  std::optional<std::string> filter;  // a regular expression on names of tests, without seeds
  bool scenarios_only = false;        // without the properties of every run
  std::optional<std::string> junit;   // a file
  std::optional<std::string> seeds;   // "A..B"
  bool coverage = false;              // say what the scenarios exercised, and what they did not
};
ExitStatus test_command(const TestCommand& command, Console& console);

struct SoakCommand {
  std::string length;  // how long: "10m"
  std::uint64_t seed = 1;
  std::string out = ".";  // the folder for the scenario that fails
};
ExitStatus soak_command(const SoakCommand& command, Console& console);

struct ReplayCommand {
  std::string log;
  std::optional<std::string> at;
  std::optional<std::string> client;
  bool json = false;
};
ExitStatus replay_command(const ReplayCommand& command, Console& console);

struct EventsCommand {
  std::string log;
  std::optional<std::string> client;
  std::vector<std::string> kinds;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::string format = "text";
};
ExitStatus events_command(const EventsCommand& command, Console& console);

struct MachineCommand {
  std::string format = "table";
};
ExitStatus machine_command(const MachineCommand& command, Console& console);

struct CheckCommand {
  std::uint32_t clients = 2;
  std::optional<std::uint32_t> days;  // in units
  std::string unit = "1d";
  std::uint32_t latency = 1;  // in units
  std::string with = "outage,block";
  std::string mp = "enhanced-http";
  bool no_internal_registration = false;
  bool no_symmetry = false;
  std::uint32_t max_states = 500'000'000;
  std::optional<std::string> counterexample;  // a file
  bool json = false;
};
ExitStatus check_command(const CheckCommand& command, Console& console);

struct LogCommand {
  std::string log;
  bool json = false;
};
ExitStatus log_verify_command(const LogCommand& command, Console& console);
ExitStatus log_info_command(const LogCommand& command, Console& console);

// All that the program does, with what main() was given. Never throws.
int program(int argc, char** argv);

}  // namespace tokenlife::sim
