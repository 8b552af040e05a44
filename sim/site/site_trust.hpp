// Whose word a site on disk takes for PKI and Entra clients (R9, R18, A11). The journal says whom
// it trusts, by digests; what it trusts stands in files of the site's folder:
//
//   ca-<thumbprint>.crt     a CA's certificate
//   revoked-<digest>.crl    the certificates that it has revoked
//   jwks-<digest>.json      the keys of the Entra issuer
//
// A file is there before the event that names it, and goes after the one that has it no more: a
// crash in between leaves one that no event names, which does no harm. Another file in the place of
// one is refused when it is needed. What clients show is never written down (D4).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/token/entra_token.hpp"
#include "core/token/pki_chain.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Preconditions of all that change a site: opened to write; CRLs and keys can be read.

// What a CA that is trusted already has, it keeps, if nothing else is said.
struct CaTerms {
  std::optional<std::string> name;  // of a new one: its common name, or its thumbprint
  std::optional<std::string> crls;  // the text of a file of them
  bool without_crls = false;        // nobody is looked up any more
};
Result<SiteFolder::Decided, Error> trust_ca(SiteFolder& site, const Certificate& ca,
                                            const CaTerms& terms, std::chrono::sys_seconds now);
Result<SiteFolder::Decided, Error> distrust_ca(SiteFolder& site, const Sha256Thumbprint& ca,
                                               std::chrono::sys_seconds now);
// `jwks` is the text of a file of keys.
Result<SiteFolder::Decided, Error> trust_entra(SiteFolder& site, const std::string& issuer,
                                               const std::string& audience, const std::string& jwks,
                                               std::chrono::sys_seconds now);
Result<SiteFolder::Decided, Error> distrust_entra(SiteFolder& site, std::chrono::sys_seconds now);

// Read from the files, each of which has to be the one that the journal names.
Result<std::vector<Authority>, Error> trusted_authorities(const SiteFolder& site);
// Nothing: it trusts none.
Result<std::optional<EntraIssuer>, Error> trusted_entra(const SiteFolder& site);

}  // namespace tokenlife::sim
