#include "sim/site/token_checks.hpp"

#include "core/bulk_token_terms.hpp"
#include "core/site.hpp"
#include "core/token/token_verify.hpp"
#include "sim/site/site_store.hpp"

namespace tokenlife::sim {

TokenChecks checks_of(const SiteFolder& site, std::span<const Signer> signers,
                      std::string_view issuer, std::chrono::sys_seconds now) {
  TokenChecks checks{signers, now};
  checks.leeway = site.site().policy.leeway;
  checks.bulk_leeway = site.site().policy.bulk_leeway;
  checks.issuer = issuer;
  checks.issued = [&site](Guid guid) -> std::optional<BulkTokenTerms> {
    const auto known = site.site().bulk_tokens.find(guid);
    if (known == site.site().bulk_tokens.end()) return std::nullopt;
    return known->second.terms();
  };
  return checks;
}

}  // namespace tokenlife::sim
