// `tokenlife site init`, `show`, `rotate`, `retire`, `repair` and `restore`. `at` is for
// time_of_command().
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

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
  std::optional<std::string> expect_head;  // as site show prints it
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

struct SiteRepairCommand {
  std::string site;
  bool salvage = false;
  std::optional<std::string> at;
};
ExitStatus site_repair_command(const SiteRepairCommand& command, Console& console);

struct SiteRestoreCommand {
  std::string site;
  std::optional<std::string> at;
};
ExitStatus site_restore_command(const SiteRestoreCommand& command, Console& console);

}  // namespace tokenlife::sim
