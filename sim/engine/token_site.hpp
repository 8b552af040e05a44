// The site of a run with real tokens: the keys by which it signs them, and its desks, at which they
// are issued and verified. What the site knows at a moment is the timeline's to say.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/token/secret.hpp"
#include "sim/engine/tally.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife {
class Certificate;    // core/token/certificate.hpp
class PrivateKey;     // core/token/key.hpp
class Challenge;      // core/token/possession.hpp
struct Evidence;      // the same
struct Request;       // core/request.hpp
struct Signer;        // core/token/token_verify.hpp
struct TokenVerdict;  // core/verdict.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

class SiteTimeline;  // site_timeline.hpp

// How many RSA keys clients share, if they do.
inline constexpr std::uint32_t kPoolKeys = 16;

// How a run comes by its RSA keys.
struct KeyMaking {
  unsigned threads = 1;
  // Taken before new ones are made: for whoever runs many scenarios. Null: none.
  const std::vector<PrivateKey>* ready = nullptr;
  // Once it is set no more keys are made, and no client may live at the site.
  const std::atomic<bool>* stop = nullptr;
};

// What one run's threads share. Read only.
class TokenSite {
 public:
  // Both must outlive it.
  TokenSite(const Scenario& scenario, const SiteTimeline& timeline, const KeyMaking& making = {});
  ~TokenSite();

  const Scenario& scenario() const { return scenario_; }
  const SiteTimeline& timeline() const { return timeline_; }

  std::chrono::sys_seconds date(Instant moment) const {
    return scenario_.start + moment.time_since_epoch();
  }
  // As the operator copied it when it was made (R32): neither the site nor, once it is registered,
  // a client has it (R22).
  std::string_view bulk_token(Guid guid) const;
  // The key of a client's n-th installation.
  PrivateKey client_key(ClientNumber client, std::uint32_t installation) const;
  // What it signed before the first client came.
  const Signatures& signatures() const { return signatures_; }

 private:
  friend class TokenVerifier;
  struct IssuingKey;

  void sign_bulk_tokens();
  void sign_bulk_token(std::uint32_t bulk_token, std::uint32_t repetition, Instant issued);
  KeyNumber signer_of(Guid token, Instant issued) const;

  const Scenario& scenario_;
  const SiteTimeline& timeline_;
  std::string issuer_;
  std::vector<IssuingKey> keys_;  // by KeyNumber
  std::vector<Signer> signers_;   // the same, none retired
  std::vector<PrivateKey> pool_;
  std::map<Guid, Secret> bulk_tokens_;
  Signatures signatures_;
};

// Serves the clients of one thread. The site and the signatures must outlive it.
class TokenVerifier {
 public:
  TokenVerifier(const TokenSite& site, Signatures& signatures);
  ~TokenVerifier();

  // R15, D2, D6: checks what is shown with a request. Spends the challenge.
  TokenVerdict check(const Request& request, const Evidence& shown, Challenge& challenge,
                     Instant now);

  // R14: the token itself. `issued` is what is known of it.
  Secret sign(const ClientToken& issued, Credential credential, const Certificate& certificate);

 private:
  std::span<const Signer> signers_at(Instant now);

  const TokenSite& site_;
  Signatures& signatures_;
  std::vector<Signer> signers_;  // retired or not as of the moment that was last asked for
};

}  // namespace tokenlife::sim
