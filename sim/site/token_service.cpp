#include "sim/site/token_service.hpp"

#include <fmt/format.h>

#include <vector>

#include "sim/site/signer_life.hpp"

namespace tokenlife::sim {
namespace {

Result<void, Error> issue_token(SiteFolder& site, const SignedRequest& shown,
                                std::chrono::sys_seconds now, SiteAnswer& answer) {
  if (auto good = check_signer(site, now); !good) return good;
  const auto pair = site.signing_pair();
  if (!pair) return Failed<Error>(pair.error());
  // Recorded, and safely on the disk, before it exists.
  const auto decided =
      site.append(IssueClientToken{shown.evidence.certificate.sha256(), signer_ends(site)}, now);
  if (!decided) return Failed<Error>(decided.error());
  if (!*decided) {
    return file_error(site.folder(), fmt::format("issues no token: {}", name(decided->error())));
  }
  answer.issued = std::get<ClientTokenIssued>(**decided).token;
  const ClientClaims claims{
      {site.time_of(answer.issued.not_before), site.time_of(answer.issued.expires)},
      site.tenant(),
      answer.issued.serial,
      shown.client.credential,
      shown.evidence.certificate.sha256()};
  answer.token = sign_token(claims, pair->key, pair->certificate);
  return {};
}

}  // namespace

TokenChecks checks_of(const SiteFolder& site, std::span<const Signer> signers,
                      std::string_view issuer, std::chrono::sys_seconds now) {
  TokenChecks checks{signers, now};
  checks.leeway = site.site().policy.leeway;
  checks.issuer = issuer;
  checks.issued = [&site](Guid guid) -> std::optional<BulkToken> {
    const auto known = site.site().bulk_tokens.find(guid);
    if (known == site.site().bulk_tokens.end()) return std::nullopt;
    return known->second;
  };
  return checks;
}

Result<SiteAnswer, Error> answer(SiteFolder& site, const SignedRequest& shown, Challenge& challenge,
                                 std::chrono::sys_seconds now) {
  SiteAnswer given;
  const std::vector<Signer> signers = site.signers();
  const std::string issuer = token_issuer(site.tenant());
  given.fault =
      fault_of(shown.evidence, shown.request, checks_of(site, signers, issuer, now), challenge);
  SiteView view;
  const auto up = [&](Endpoint endpoint) {
    return site.site().up[static_cast<std::size_t>(endpoint)];
  };
  view.endpoint_up = up(shown.request.via);
  view.sts_up = up(Endpoint::sts);
  view.signer = site.site().signs_now();
  view.verified = TokenVerdict{};
  if (given.fault) view.verified->refusal = reason_of(*given.fault);
  Client client = shown.client;
  client.blocked = site.site().blocked_clients.contains(shown.evidence.certificate.sha256());  // A8
  given.verdict = judge(client, shown.request, view, site.site().policy, site.instant_of(now));
  const bool wants_token = shown.request.kind != RequestKind::exchange;
  if (given.verdict.kind != Verdict::Kind::granted || !wants_token) return given;
  if (auto issued = issue_token(site, shown, now, given); !issued) {
    return Failed<Error>(issued.error());
  }
  return given;
}

}  // namespace tokenlife::sim
