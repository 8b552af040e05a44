// `tokenlife client new`, `register`, `renew` and `call`: a client on disk.
#pragma once

#include <optional>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct ClientCommand {
  std::string folder;
  std::string site;
  std::optional<std::string> bulk_token;  // "-": standard input
  std::optional<std::string> network;     // where it is from now on
  std::optional<std::string> at;
  std::optional<std::string> host;         // the CMG's, for the line of R36
  std::string key = "rsa";                 // `new` alone
  std::string credential = "self-signed";  // `new` alone
  // `register` and `call` alone: what it shows.
  std::optional<std::string> pki;          // a file, with a certificate
  std::optional<std::string> pki_key;      // a file, with its key
  std::optional<std::string> chain;        // a file, with those between it and a CA
  std::optional<std::string> entra_token;  // "-": standard input
  bool strict_clones = false;              // `renew` and `call` alone
  bool json = false;
};
ExitStatus client_new_command(const ClientCommand& command, Console& console);
ExitStatus client_register_command(const ClientCommand& command, Console& console);
ExitStatus client_renew_command(const ClientCommand& command, Console& console);
ExitStatus client_call_command(const ClientCommand& command, Console& console);

}  // namespace tokenlife::sim
