// `tokenlife site block-client` and `unblock-client`, `tokenlife client list` and `show`: the
// clients of a site on disk, as the site knows them. `at` is for time_of_command().
#pragma once

#include <optional>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct BlockClientCommand {
  std::string site;
  std::string client;  // a folder, or a thumbprint
  std::optional<std::string> at;
};
ExitStatus site_block_client_command(const BlockClientCommand& command, Console& console);
ExitStatus site_unblock_client_command(const BlockClientCommand& command, Console& console);

struct ClientListCommand {
  std::string site;
  bool json = false;
  std::optional<std::string> at;
};
ExitStatus client_list_command(const ClientListCommand& command, Console& console);

struct ClientShowCommand {
  std::string site;
  std::string client;  // a folder, or a thumbprint
  bool json = false;
  std::optional<std::string> at;
};
ExitStatus client_show_command(const ClientShowCommand& command, Console& console);

}  // namespace tokenlife::sim
