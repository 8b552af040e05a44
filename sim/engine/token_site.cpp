#include "sim/engine/token_site.hpp"

#include <algorithm>

#include "core/bulk_token.hpp"
#include "core/ensure.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/possession.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "core/verdict.hpp"
#include "events/run_on_threads.hpp"
#include "sim/engine/site_timeline.hpp"

namespace tokenlife::sim {
namespace {

// That many RSA keys, or fewer if the making is stopped.
std::vector<PrivateKey> make_keys(std::size_t count, const KeyMaking& making) {
  const std::size_t ready = making.ready == nullptr ? 0 : std::min(count, making.ready->size());
  std::vector<std::optional<PrivateKey>> made(count - ready);
  events::run_on_threads(making.threads, made.size(), [&](events::Worker& worker) {
    while (const auto i = worker.next()) {
      if (making.stop != nullptr && making.stop->load()) return;
      made[*i] = PrivateKey::generate(KeyKind::rsa);
    }
  });

  std::vector<PrivateKey> keys;
  if (ready > 0)
    keys.assign(making.ready->begin(), making.ready->begin() + static_cast<std::ptrdiff_t>(ready));
  for (auto& key : made) {
    if (key) keys.push_back(std::move(*key));
  }
  return keys;
}

}  // namespace

struct TokenSite::IssuingKey {
  PrivateKey key;
  Certificate certificate;
};

TokenSite::TokenSite(const Scenario& scenario, const SiteTimeline& timeline,
                     const KeyMaking& making)
    : scenario_(scenario), timeline_(timeline), issuer_(token_issuer(scenario.tenant)) {
  const std::size_t signing = timeline.keys();
  const std::size_t shared =
      scenario.client_keys == ClientKeys::pool ? std::min(kPoolKeys, scenario.clients) : 0;
  std::vector<PrivateKey> made = make_keys(signing + shared, making);
  if (made.size() < signing + shared) return;  // Stopped.
  for (std::size_t i = 0; i < signing; ++i) {
    const auto number = static_cast<std::uint32_t>(i);
    Certificate certificate =
        Certificate::self_signed(made[i], {"site signing certificate " + std::to_string(number),
                                           scenario.start, date(at(scenario.duration))});
    ++signatures_.made;
    signers_.push_back({{number}, certificate.key(), certificate.sha1()});
    keys_.push_back({made[i], std::move(certificate)});
  }
  pool_.assign(made.begin() + static_cast<std::ptrdiff_t>(signing), made.end());
  sign_bulk_tokens();
}

TokenSite::~TokenSite() = default;

std::string_view TokenSite::bulk_token(Guid guid) const { return bulk_tokens_.at(guid).reveal(); }

// By whom the site says that it was signed. What the run does not reach is never issued.
KeyNumber TokenSite::signer_of(Guid token, Instant issued) const {
  const auto known = timeline_.bulk_token(token, issued);
  return known ? known->signer : timeline_.signer(issued);
}

// All that the run issues, and the first of each name also if the run does not reach it.
void TokenSite::sign_bulk_tokens() {
  for (const Action& action : scenario_.actions) {
    const auto* issue = action_if<IssueBulk>(action);
    if (issue == nullptr) continue;
    Instant issued = action.at;
    sign_bulk_token(issue->bulk_token, 0, issued);
    for (std::uint32_t i = 0; goes_on_after(action, i); ++i) {
      issued += action.repeat->every;
      if (issued >= at(scenario_.duration)) break;
      sign_bulk_token(issue->bulk_token, i + 1, issued);
    }
  }
}

void TokenSite::sign_bulk_token(std::uint32_t bulk_token, std::uint32_t repetition,
                                Instant issued) {
  const ScenarioBulkToken& token = scenario_.bulk_tokens[bulk_token];
  const Guid guid = bulk_token_guid(scenario_, bulk_token, repetition);
  const auto not_before = date(issued);
  const IssuingKey& signer = keys_[signer_of(guid, issued).value];
  const BulkClaims claims{{not_before, not_before + std::chrono::minutes{token.lifetime_minutes}},
                          scenario_.tenant,
                          guid};
  bulk_tokens_.emplace(guid, sign_token(claims, signer.key, signer.certificate));
  ++signatures_.made;
}

PrivateKey TokenSite::client_key(ClientNumber client, std::uint32_t installation) const {
  switch (scenario_.client_keys) {
    case ClientKeys::pool: return pool_[(client.value + installation) % pool_.size()];
    case ClientKeys::rsa: return PrivateKey::generate(KeyKind::rsa);
    case ClientKeys::ec_p256: return PrivateKey::generate(KeyKind::ec_p256);
  }
  throw_bug("a known kind of key", __FILE__, __LINE__);
}

// ---- The desk ----------------------------------------------------------------------------------

TokenVerifier::TokenVerifier(const TokenSite& site, Signatures& signatures)
    : site_(site), signatures_(signatures), signers_(site.signers_) {}

TokenVerifier::~TokenVerifier() = default;

TokenVerdict TokenVerifier::check(const Request& request, const Evidence& shown,
                                  Challenge& challenge, Instant now) {
  const auto wanted = token_wanted(request);
  TokenChecks checks;
  checks.now = site_.date(now);
  const std::span<const Signer> signers = signers_at(now);
  // Certificates of later are among the signers of bulk tokens, so that a token of later is an
  // unknown one.
  const std::size_t made_so_far = site_.timeline_.signer(now).value + 1;
  checks.signers = wanted == TokenProfile::bulk ? signers : signers.first(made_so_far);
  const Policy& policy = site_.timeline_.policy(now);
  checks.leeway = policy.leeway;
  checks.bulk_leeway = policy.bulk_leeway;
  checks.issuer = site_.issuer_;
  checks.issued = [&](Guid guid) {
    const auto known = site_.timeline_.bulk_token(guid, now);
    return known ? std::optional(known->terms()) : std::nullopt;
  };
  const auto fault = fault_of(shown, request, checks, challenge);
  ++signatures_.verified;  // the proof
  // Whoever has been retired is refused before the token's signature is looked at.
  if (wanted && (!fault || *fault >= TokenFault::bad_signature)) ++signatures_.verified;
  return {fault ? std::optional(reason_of(*fault)) : std::nullopt};
}

// A9: all that the run will ever have; whether they are retired is as of now.
std::span<const Signer> TokenVerifier::signers_at(Instant now) {
  for (Signer& signer : signers_) {
    signer.retired = now >= site_.timeline_.retired_at(signer.number);
  }
  return signers_;
}

Secret TokenVerifier::sign(const ClientToken& issued, Credential credential,
                           const Certificate& certificate) {
  const TokenSite::IssuingKey& signer = site_.keys_[issued.signer.value];
  ++signatures_.made;
  return sign_token(ClientClaims{{site_.date(issued.not_before), site_.date(issued.expires)},
                                 site_.scenario_.tenant,
                                 issued.serial,
                                 credential,
                                 certificate.sha256()},
                    signer.key, signer.certificate);
}

}  // namespace tokenlife::sim
