// The subcommands on a site that is a folder on disk; see commands.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/policy.hpp"
#include "sim/cli/commands.hpp"

namespace tokenlife::sim {

// In all of them `at` is for time_of_command().

struct SiteInitCommand {
  std::string site;  // a folder that is not there yet, or is empty
  std::optional<std::string> at;
};
ExitStatus site_init_command(const SiteInitCommand& command, Console& console);

struct SiteShowCommand {
  std::string site;
  std::optional<std::string> type;
  std::string sort = "type";
  bool json = false;
  std::optional<std::string> at;
};
ExitStatus site_show_command(const SiteShowCommand& command, Console& console);

struct SiteRotateCommand {
  std::string site;
  std::optional<std::string> at;
};
ExitStatus site_rotate_command(const SiteRotateCommand& command, Console& console);

struct SiteRetireCommand {
  std::string site;
  std::uint32_t key = 0;
  std::optional<std::string> at;
};
ExitStatus site_retire_command(const SiteRetireCommand& command, Console& console);

struct TokenNewCommand {
  std::string site;
  std::string lifetime = std::to_string(kBulkLifetimeMinutesDefault);  // in minutes
  std::string name;
  bool json = false;
  std::optional<std::string> at;
};
ExitStatus token_new_command(const TokenNewCommand& command, Console& console);

struct TokenListCommand {
  std::string site;
  bool json = false;
  std::optional<std::string> at;
};
ExitStatus token_list_command(const TokenListCommand& command, Console& console);

struct TokenBlockCommand {
  std::string site;
  std::string guid;
  std::optional<std::string> at;
};
ExitStatus token_block_command(const TokenBlockCommand& command, Console& console);
ExitStatus token_unblock_command(const TokenBlockCommand& command, Console& console);

}  // namespace tokenlife::sim
