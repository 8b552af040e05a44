// The parts of a state: the site, and each client. A state is the world in the middle of a tick,
// when answers have been heard and tokens have expired, and before clients move and make contact.
//
// States know ages, not dates: "now" is always kPresent, and what happened before is as far before
// it as nobody can tell apart any more. That makes the states finite without a clock.
#pragma once

#include <array>
#include <cstdint>

#include "core/answer.hpp"
#include "core/client.hpp"
#include "core/site_value.hpp"
#include "sim/check/rules.hpp"

namespace tokenlife::sim::checker {

inline constexpr Instant kPresent = at(std::chrono::days{1'000});

// The one bulk token.
inline constexpr Guid kBulkGuid{1, 1};
inline constexpr std::string_view kBulkName = "bulk";

inline constexpr std::chrono::days kCertificateValidity{60};

// Signing keys, by what they are now: numbers move down when the certificate is rotated, and the
// previous one is as any retired one when it is retired.
inline constexpr KeyNumber kRetiredKey{0};
inline constexpr KeyNumber kPreviousKey{1};
inline constexpr KeyNumber kCurrentKey{2};

// An operator's order, which is carried out when the next tick begins.
struct Reinstallation {
  bool ordered = false;
  bool with_bulk = false;
  bool new_identity = false;  // A8
  friend bool operator==(const Reinstallation&, const Reinstallation&) = default;
};

struct ClientState {
  Client client;  // as client 0, its token the first
  Answer answer;  // on its way if answer_in > 0
  std::uint32_t answer_in = 0;
  bool moved = false;          // in this tick
  bool agent_started = false;  // in this tick; kept only where it matters
  Reinstallation reinstall;
  std::uint32_t certificate_age = 0;  // in units, until it has expired; kept only where it ends
  bool unheard = false;  // A15: its CMG setting is to be the other, and it has not heard so
  friend bool operator==(const ClientState&, const ClientState&);
};

struct SiteState {
  SiteValue site;
  std::array<bool, 2> loses_answers{};  // of this tick, by Endpoint: MP, CMG
  std::uint32_t day = 0;                // kept only with Options::days
  friend bool operator==(const SiteState&, const SiteState&) = default;
};

// Where every world begins: clients that are not installed, and a site that is established, of
// whose keys only the current one is trusted.
ClientState initial_client();
SiteState initial_site();

using PartKey = std::array<std::uint64_t, 2>;

// Whether the client got its token in this very tick.
bool has_just_got_token(const ClientState& part, const Options& options);

// What makes two moments alike, and how parts are packed: exact, so that no two parts share a key.
class StateCodec {
 public:
  explicit StateCodec(const Options& options);

  PartKey pack(const ClientState& part, Instant now) const;
  ClientState unpack_client(const PartKey& key) const;

  PartKey pack(const SiteState& part, Instant now) const;
  SiteState unpack_site(const PartKey& key) const;

  // The age in units at which a client token, or the bulk token, is as dead as it will ever be.
  std::int64_t token_age_max() const { return token_age_max_; }
  std::int64_t bulk_age_max() const { return bulk_age_max_; }
  std::uint32_t certificate_age_max() const { return certificate_age_max_; }
  std::int64_t age(Instant since, Instant now, std::int64_t age_max) const;

 private:
  std::int64_t off(const ClientToken& token) const;

  Duration unit_;
  Duration token_validity_;
  std::uint32_t latency_;
  std::int64_t token_age_max_;
  std::int64_t bulk_age_max_;
  std::uint32_t certificate_age_max_;  // 0: they never end
  bool keeps_agent_start_;
  bool keeps_day_;
};

// The site as a client's request meets it.
SiteView view_of(const SiteState& site, const Client& client, const Request& request);

}  // namespace tokenlife::sim::checker
