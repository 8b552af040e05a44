#include "sim/site/site_trust.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token/secret.hpp"
#include "core/token/sha256.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/private_file.hpp"
#include "sim/site/site_files.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;
using Decided = Result<SiteFolder::Decided, Error>;

// So much of a digest as tells files apart: what is in them is compared with all of it. Longer
// names look like tokens to what keeps those out of messages.
std::string in_name(const Sha256Thumbprint& digest) {
  return tokenlife::to_string(digest).substr(0, 16);
}

std::string ca_file(const SiteFolder& site, const Sha256Thumbprint& ca) {
  return file_in(site.folder(), fmt::format("ca-{}.crt", in_name(ca)));
}
std::string revocation_file(const SiteFolder& site, const Sha256Thumbprint& digest) {
  return file_in(site.folder(), fmt::format("revoked-{}.crl", in_name(digest)));
}
std::string keys_file(const SiteFolder& site, const Sha256Thumbprint& digest) {
  return file_in(site.folder(), fmt::format("jwks-{}.json", in_name(digest)));
}

Failed<Error> exchanged(const std::string& path) {
  return file_error(path, "is not the file that the journal names: it has been replaced since",
                    "put the old one back, or trust the new one");
}

// The file of that digest.
Result<std::string, Error> read_named(const std::string& path, std::size_t bytes_max,
                                      const Sha256Thumbprint& digest) {
  const auto bytes = read_public_file(path, bytes_max);
  if (!bytes) return Failed<Error>(bytes.error());
  if (Sha256Thumbprint{sha256(bytes->reveal())} != digest) return exchanged(path);
  return std::string(bytes->reveal());
}

bool is_named(const Site& site, const Sha256Thumbprint& revocation) {
  return std::any_of(site.cas.begin(), site.cas.end(),
                     [&](const auto& ca) { return ca.second.revocation == revocation; });
}

// No event names it any more. That it cannot be removed is no harm.
void remove_revocation(const SiteFolder& site, const std::optional<Sha256Thumbprint>& digest) {
  if (!digest || is_named(site.site(), *digest)) return;
  static_cast<void>(remove_private_file(revocation_file(site, *digest)));
}

// As it is trusted now; of a new one, with the name that it has itself.
TrustedCa known_ca(const Site& site, const Certificate& ca) {
  if (const auto known = site.cas.find(ca.sha256()); known != site.cas.end()) return known->second;
  const bool has_name = !ca.common_name().empty();
  return {has_name ? ca.common_name() : tokenlife::to_string(ca.sha256()), std::nullopt};
}

}  // namespace

Decided trust_ca(SiteFolder& site, const Certificate& ca, const CaTerms& terms, sys_seconds now) {
  const TrustedCa before = known_ca(site.site(), ca);
  CaTrusted trusted{terms.name.value_or(before.name), ca.sha256(), before.revocation};
  if (terms.without_crls) trusted.revocation.reset();
  auto written = write_certificate_file(ca_file(site, ca.sha256()), ca);
  if (written && terms.crls) {
    trusted.revocation = Sha256Thumbprint{sha256(*terms.crls)};
    written = write_public_file(revocation_file(site, *trusted.revocation), *terms.crls);
  }
  if (!written) return Failed<Error>(written.error());
  auto decided = site.append(TrustCa{trusted}, now);
  if (decided && *decided) remove_revocation(site, before.revocation);
  return decided;
}

Decided distrust_ca(SiteFolder& site, const Sha256Thumbprint& ca, sys_seconds now) {
  const auto known = site.site().cas.find(ca);
  const auto revocation = known == site.site().cas.end() ? std::nullopt : known->second.revocation;
  auto decided = site.append(DistrustCa{ca}, now);
  if (!decided || !*decided) return decided;
  remove_revocation(site, revocation);
  static_cast<void>(remove_private_file(ca_file(site, ca)));
  return decided;
}

Decided trust_entra(SiteFolder& site, const std::string& issuer, const std::string& audience,
                    const std::string& jwks, sys_seconds now) {
  const auto before = site.site().entra;
  const Sha256Thumbprint digest{sha256(jwks)};
  const auto written = write_public_file(keys_file(site, digest), jwks);
  if (!written) return Failed<Error>(written.error());
  auto decided = site.append(TrustEntra{{issuer, audience, digest}}, now);
  if (decided && *decided && before && before->keys != digest) {
    static_cast<void>(remove_private_file(keys_file(site, before->keys)));
  }
  return decided;
}

Decided distrust_entra(SiteFolder& site, sys_seconds now) {
  const auto before = site.site().entra;
  auto decided = site.append(DistrustEntra{}, now);
  if (decided && *decided && before) {
    static_cast<void>(remove_private_file(keys_file(site, before->keys)));
  }
  return decided;
}

Result<std::vector<Authority>, Error> trusted_authorities(const SiteFolder& site) {
  std::vector<Authority> authorities;
  for (const auto& [thumbprint, ca] : site.site().cas) {
    auto certificate = read_certificate_file(ca_file(site, thumbprint));
    if (!certificate) return Failed<Error>(certificate.error());
    if (certificate->sha256() != thumbprint) return exchanged(ca_file(site, thumbprint));
    Authority authority{std::move(*certificate), std::nullopt};
    if (ca.revocation) {
      const std::string path = revocation_file(site, *ca.revocation);
      const auto text = read_named(path, kRevocationBytesMax, *ca.revocation);
      if (!text) return Failed<Error>(text.error());
      auto lists = RevocationLists::from_pem(*text);
      if (!lists) return file_error(path, "holds no CRL in PEM");
      authority.revocation = std::move(*lists);
    }
    authorities.push_back(std::move(authority));
  }
  return authorities;
}

Result<std::optional<EntraIssuer>, Error> trusted_entra(const SiteFolder& site) {
  const auto& trusted = site.site().entra;
  if (!trusted) return std::optional<EntraIssuer>{};
  const std::string path = keys_file(site, trusted->keys);
  const auto text = read_named(path, kJwksBytesMax, trusted->keys);
  if (!text) return Failed<Error>(text.error());
  auto keys = read_jwks(*text);
  if (!keys)
    return file_error(path, fmt::format("holds no keys that can be used: {}", name(keys.error())));
  return std::optional(EntraIssuer{trusted->issuer, trusted->audience, std::move(*keys)});
}

}  // namespace tokenlife::sim
