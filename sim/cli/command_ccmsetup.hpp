// `tokenlife ccmsetup-line`.
#pragma once

#include <optional>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct CcmsetupCommand {
  std::optional<std::string> parse;  // a line, or "-"; without it one is printed
  std::optional<std::string> site;
  std::optional<std::string> host;
  std::string code = "ABC";
  std::optional<std::string> bulk_token;  // "-": standard input; a new one if absent
  std::optional<std::string> token_file;  // or a file
  std::optional<std::string> at;
  bool json = false;
};
ExitStatus ccmsetup_line_command(const CcmsetupCommand& command, Console& console);

}  // namespace tokenlife::sim
