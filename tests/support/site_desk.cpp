#include "support/site_desk.hpp"

#include "core/bulk_token_terms.hpp"
#include "core/site.hpp"
#include "core/token/token_verify.hpp"
#include "sim/site/site_store.hpp"

namespace tokenlife::test {

Result<VerifiedToken, TokenFault> verified(const Desk& desk, const std::string& token) {
  const auto site = sim::SiteFolder::open_to_read(desk.path("site"));
  REQUIRE(site);
  const auto signers = site->signers();
  TokenChecks checks{.signers = signers, .now = site->time_of(site->events().back().time)};
  checks.issued = [&](Guid guid) {
    const auto& known = site->site().bulk_tokens;
    const auto found = known.find(guid);
    return found == known.end() ? std::nullopt : std::optional(found->second.terms());
  };
  return verify(token, checks);
}

}  // namespace tokenlife::test
