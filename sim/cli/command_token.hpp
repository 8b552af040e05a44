// `tokenlife token inspect` and `token verify`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/cli/command.hpp"
#include "sim/cli/token_argument.hpp"

namespace tokenlife::sim {

struct TokenInspectCommand {
  TokenSource source;
  bool json = false;
};
ExitStatus token_inspect_command(const TokenInspectCommand& command, Console& console);

struct TokenVerifyCommand {
  TokenSource source;
  std::optional<std::string> site;
  std::optional<std::string> key;                  // a file
  std::optional<std::string> signing_certificate;  // a file; goes with `key`
  std::optional<std::string> at;
  std::optional<std::int64_t> leeway;  // seconds; the site's if absent
  std::optional<std::string> issuer;
  std::optional<std::string> audience;
  std::string type = "any";
  std::optional<std::string> client_certificate;  // a file
  bool signature_only = false;
  bool json = false;
};
ExitStatus token_verify_command(const TokenVerifyCommand& command, Console& console);

}  // namespace tokenlife::sim
