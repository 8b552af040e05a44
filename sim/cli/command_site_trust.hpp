// `tokenlife site trust-ca`, `distrust-ca`, `trust-entra`, `distrust-entra` and `set-mp`: whom a
// site on disk takes at their word, and what its management points ask of who registers (R18, A11).
// `at` is for time_of_command().
#pragma once

#include <optional>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct SiteTrustCaCommand {
  std::string site;
  std::string ca;                  // a file
  std::optional<std::string> crl;  // a file
  bool no_crl = false;
  std::optional<std::string> name;
  std::optional<std::string> at;
};
ExitStatus site_trust_ca_command(const SiteTrustCaCommand& command, Console& console);

struct SiteDistrustCaCommand {
  std::string site;
  std::string thumbprint;
  std::optional<std::string> at;
};
ExitStatus site_distrust_ca_command(const SiteDistrustCaCommand& command, Console& console);

struct SiteTrustEntraCommand {
  std::string site;
  std::string issuer;
  std::string audience;
  std::string jwks;  // a file
  std::optional<std::string> at;
};
ExitStatus site_trust_entra_command(const SiteTrustEntraCommand& command, Console& console);

struct SiteDistrustEntraCommand {
  std::string site;
  std::optional<std::string> at;
};
ExitStatus site_distrust_entra_command(const SiteDistrustEntraCommand& command, Console& console);

struct SiteSetMpCommand {
  std::string site;
  std::string mode;
  std::optional<std::string> at;
};
ExitStatus site_set_mp_command(const SiteSetMpCommand& command, Console& console);

}  // namespace tokenlife::sim
