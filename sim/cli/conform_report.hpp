// What `tokenlife conform` says of an adapter, to people and machines.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "sim/cli/console.hpp"
#include "sim/conform/conform.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct ConformReport {
  const Examiner& examiner;
  const ConformResult& result;
  std::uint64_t seed;
  double seconds;
  bool is_replay;
};

std::string text_of(const ConformReport& report, Console& console);
std::string json_of(const ConformReport& report);

// Where its answer to `hello` was wrong, and nothing else was asked.
std::string json_of_hello(const std::string& what);

// The end of an adapter's standard error, each line marked as its own.
std::string log_lines(const std::string& log);

// The file for the history that differs.
std::string history_file(const std::string& folder, Role role, std::uint64_t seed);

// Writes the history that differs, or in which the adapter was lost, into the folder. The result is
// the file.
Result<std::string, Error> write_history(const ConformReport& report, const std::string& folder);

}  // namespace tokenlife::sim
