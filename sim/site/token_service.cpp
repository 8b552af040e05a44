#include "sim/site/token_service.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/decide.hpp"
#include "core/ensure.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "core/verdict.hpp"
#include "sim/site/signer_life.hpp"
#include "sim/site/signing_pair.hpp"
#include "sim/site/site_trust.hpp"
#include "sim/site/token_checks.hpp"
#include "sim/site/token_claims.hpp"

namespace tokenlife::sim {
namespace {

// What the site says of the client in its token: by what it has registered, however often it
// renews.
Credential credential_of(const SignedRequest& shown, const Request& judged) {
  if (judged.kind == RequestKind::registration) {
    const bool vouched_for =
        judged.credential == Credential::pki || judged.credential == Credential::entra;
    return vouched_for ? judged.credential : Credential::self_signed;
  }
  const auto claims = claims_named_by(Secret{shown.evidence.token});
  ensure(claims.has_value(), "a token that has been verified");
  return claims->credential;
}

// A14: `judged` is the request as the site takes it.
Result<void, Error> issue_token(SiteFolder& site, const SignedRequest& shown, const Request& judged,
                                std::chrono::sys_seconds now, SiteAnswer& answer) {
  const auto pair = site.signing_pair();
  if (!pair) return Failed<Error>(pair.error());
  // Recorded, and safely on the disk, before it exists.
  const auto decided =
      site.append(IssueClientToken{shown.evidence.certificate.sha256(), signer_ends(site)}, now);
  if (!decided) return Failed<Error>(decided.error());
  if (!*decided) {
    return file_error(site.folder(),
                      fmt::format("cannot issue a token: {}", name(decided->error())));
  }
  answer.issued = std::get<ClientTokenIssued>(**decided).token;
  const ClientClaims claims{
      {site.time_of(answer.issued.not_before), site.time_of(answer.issued.expires)},
      site.tenant(),
      answer.issued.serial,
      credential_of(shown, judged),
      shown.evidence.certificate.sha256()};
  answer.token = sign_token(claims, pair->key, pair->certificate);
  return {};
}

// What the client has had as the site does not remember it.
std::optional<RecogniseClient> forgotten(const SiteFolder& site, const Certificate& certificate,
                                         const Client& client, TokenSerial shown) {
  const Sha256Thumbprint thumbprint = certificate.sha256();
  const auto& clients = site.site().clients;
  const auto known = clients.find(thumbprint);
  if (shown.value != 0 && !knows(site.site(), thumbprint, shown)) {
    return RecogniseClient{thumbprint, shown};
  }
  const std::uint32_t tokens = known == clients.end() ? 0 : known->second.tokens;
  if (client.newest_ordinal <= tokens) return std::nullopt;
  // It says that it has had more. Nobody vouches for that: it raises its own ordinals, and no more.
  const ClientNumber number = known == clients.end() ? ClientNumber{} : known->second.number;
  return RecogniseClient{thumbprint, TokenSerial::of(number, client.newest_ordinal), false};
}

// Of the client token that is shown; 0 if none is.
TokenSerial own_serial(const SignedRequest& shown) {
  const bool shows_own = token_wanted(shown.request) == TokenProfile::client;
  return shows_own ? serial_named_by(Secret{shown.evidence.token}) : TokenSerial{};
}

// Also one that the site has forgotten, if it remembers a newer one.
bool shows_replaced(const SiteFolder& site, const SignedRequest& shown) {
  const TokenSerial serial = own_serial(shown);
  const auto known = site.site().clients.find(shown.evidence.certificate.sha256());
  if (serial.value == 0 || known == site.site().clients.end()) return false;
  const bool is_newer =
      serial.ordinal() >= known->second.tokens && !knows(site.site(), known->first, serial);
  return !is_newer && is_replaced(known->second, serial);
}

Result<void, Error> recognise(SiteFolder& site, const SignedRequest& shown,
                              std::chrono::sys_seconds now, SiteAnswer& answer) {
  const auto command = forgotten(site, shown.evidence.certificate, shown.client, own_serial(shown));
  if (!command) return {};
  answer.recognised = command->serial;
  const auto decided = site.append(*command, now);
  if (!decided) return Failed<Error>(decided.error());
  if (*decided) return {};
  return file_error(site.folder(),
                    fmt::format("cannot recognise any more clients: {}", name(decided->error())));
}

Result<void, Error> note_shown(SiteFolder& site, const SignedRequest& shown,
                               std::chrono::sys_seconds now) {
  const TokenSerial serial = own_serial(shown);
  const Sha256Thumbprint thumbprint = shown.evidence.certificate.sha256();
  if (serial.value == 0 || !knows(site.site(), thumbprint, serial)) return {};
  if (has_shown(site.site().clients.at(thumbprint), serial)) return {};
  const auto decided = site.append(ShowClientToken{thumbprint, serial}, now);
  if (!decided) return Failed<Error>(decided.error());
  ensure(decided->has_value(), "a token that the site knows and has not seen");
  return {};
}

// R18, A11: what there is against the PKI certificate or Entra token that is shown.
Result<std::optional<TokenFault>, Error> fault_of_shown(const SiteFolder& site,
                                                        const SignedRequest& shown,
                                                        const Challenge& challenge,
                                                        std::chrono::sys_seconds now) {
  CredentialChecks checks{{}, nullptr, now, site.site().policy.leeway};
  std::vector<Authority> authorities;
  std::optional<EntraIssuer> issuer;
  const bool registers = shown.request.kind == RequestKind::registration;
  if (registers && shown.request.credential == Credential::pki) {
    auto trusted = trusted_authorities(site);
    if (!trusted) return Failed<Error>(trusted.error());
    authorities = std::move(*trusted);
    checks.authorities = authorities;
  } else if (registers && shown.request.credential == Credential::entra) {
    auto trusted = trusted_entra(site);
    if (!trusted) return Failed<Error>(trusted.error());
    issuer = std::move(*trusted);
    if (issuer) checks.entra = &*issuer;
  }
  return fault_of_credential(shown.evidence, shown.request, checks, challenge);
}

// What the verifier says of the whole. A14: who shows a credential that has expired is judged as if
// it were self-signed.
TokenVerdict verdict_of(std::optional<TokenFault> own, std::optional<TokenFault> credential,
                        Request& judged) {
  if (own) return {reason_of(*own)};
  if (!credential) return {};
  if (credential != TokenFault::credential_expired) return {RefusalReason::credential_required};
  judged.credential = Credential::self_signed;
  return {};
}

}  // namespace

bool has_seen(const SiteFolder& site, const Certificate& certificate, const Client& client,
              const Secret& token) {
  const TokenSerial serial = serial_named_by(token);
  const auto known = site.site().clients.find(certificate.sha256());
  return known != site.site().clients.end() && has_shown(known->second, serial) &&
         !forgotten(site, certificate, client, serial);
}

Result<SiteAnswer, Error> answer(SiteFolder& site, const SignedRequest& shown, Challenge& challenge,
                                 std::chrono::sys_seconds now, bool refuses_clones) {
  SiteAnswer given;
  const std::vector<Signer> signers = site.signers();
  const std::string issuer = token_issuer(site.tenant());
  const auto credential = fault_of_shown(site, shown, challenge, now);
  if (!credential) return Failed<Error>(credential.error());
  const auto own =
      fault_of(shown.evidence, shown.request, checks_of(site, signers, issuer, now), challenge);
  given.fault = own ? own : *credential;
  SiteView view;
  const auto up = [&](Endpoint endpoint) {
    return site.site().up[static_cast<std::size_t>(endpoint)];
  };
  view.endpoint_up = up(shown.request.via);
  view.sts_up = up(Endpoint::sts);
  view.signer = site.site().signs_now();
  Request judged = shown.request;
  view.verified = verdict_of(own, *credential, judged);
  Client client = shown.client;
  client.blocked = site.site().blocked_clients.contains(shown.evidence.certificate.sha256());  // A8
  given.verdict = judge(client, judged, view, site.site().policy, site.instant_of(now));
  if (given.verdict.kind != Verdict::Kind::granted) return given;
  given.is_clone = shows_replaced(site, shown);
  const bool is_refused = given.is_clone && refuses_clones;
  // Who is refused is not recognised either.
  auto noted = is_refused ? Result<void, Error>{} : recognise(site, shown, now, given);
  if (noted) noted = note_shown(site, shown, now);
  if (!noted) return Failed<Error>(noted.error());
  if (is_refused) {
    given.verdict = {Verdict::Kind::refused, RefusalReason::certificate_mismatch};
    return given;
  }
  if (shown.request.kind == RequestKind::exchange) return given;
  if (auto issued = issue_token(site, shown, judged, now, given); !issued) {
    return Failed<Error>(issued.error());
  }
  return given;
}

}  // namespace tokenlife::sim
