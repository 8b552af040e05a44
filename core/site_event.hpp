// What can happen to the site: past tense, self-sufficient for replay, without secrets (D4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "client.hpp"
#include "client_event.hpp"
#include "id.hpp"
#include "recorded.hpp"
#include "site_policy.hpp"
#include "time.hpp"

namespace tokenlife {

// Each says whether simulated runs have it: sites on disk alone have the others.

struct SiteEstablished {
  static constexpr EventKind kind = EventKind::site_established;
  static constexpr std::string_view kind_name = "site-established";
  static constexpr bool is_of_runs = true;
  Guid tenant;
  Policy policy;
  // Of a site on disk: the certificate that signs from now on, which no other file may stand for.
  std::optional<Sha256Thumbprint> certificate = std::nullopt;
  Capacities capacities{};
  friend bool operator==(const SiteEstablished&, const SiteEstablished&) = default;
};
struct BulkTokenIssued {
  static constexpr EventKind kind = EventKind::bulk_token_issued;
  static constexpr std::string_view kind_name = "bulk-token-issued";
  static constexpr bool is_of_runs = true;
  std::string name;
  Guid guid;
  Instant not_before;
  Instant expires;
  friend bool operator==(const BulkTokenIssued&, const BulkTokenIssued&) = default;
};
struct BulkTokenBlocked {
  static constexpr EventKind kind = EventKind::bulk_token_blocked;
  static constexpr std::string_view kind_name = "bulk-token-blocked";
  static constexpr bool is_of_runs = true;
  Guid guid;
  friend bool operator==(const BulkTokenBlocked&, const BulkTokenBlocked&) = default;
};
struct BulkTokenUnblocked {
  static constexpr EventKind kind = EventKind::bulk_token_unblocked;
  static constexpr std::string_view kind_name = "bulk-token-unblocked";
  static constexpr bool is_of_runs = true;
  Guid guid;
  friend bool operator==(const BulkTokenUnblocked&, const BulkTokenUnblocked&) = default;
};
struct EndpointDown {
  static constexpr EventKind kind = EventKind::endpoint_down;
  static constexpr std::string_view kind_name = "endpoint-down";
  static constexpr bool is_of_runs = true;
  Endpoint endpoint;
  friend bool operator==(const EndpointDown&, const EndpointDown&) = default;
};
struct EndpointUp {
  static constexpr EventKind kind = EventKind::endpoint_up;
  static constexpr std::string_view kind_name = "endpoint-up";
  static constexpr bool is_of_runs = true;
  Endpoint endpoint;
  friend bool operator==(const EndpointUp&, const EndpointUp&) = default;
};
struct SigningCertificateRotated {
  static constexpr EventKind kind = EventKind::signing_certificate_rotated;
  static constexpr std::string_view kind_name = "signing-certificate-rotated";
  static constexpr bool is_of_runs = true;
  KeyNumber key;                                               // the new one
  std::optional<Sha256Thumbprint> certificate = std::nullopt;  // of a site on disk
  friend bool operator==(const SigningCertificateRotated&,
                         const SigningCertificateRotated&) = default;
};
struct SigningCertificateRetired {
  static constexpr EventKind kind = EventKind::signing_certificate_retired;
  static constexpr std::string_view kind_name = "signing-certificate-retired";
  static constexpr bool is_of_runs = true;
  KeyNumber key;
  friend bool operator==(const SigningCertificateRetired&,
                         const SigningCertificateRetired&) = default;
};

// Of a site that serves clients from elsewhere: it knows them by their certificates. In a simulated
// run the clients are streams of their own, whose events say what was issued to them.
struct ClientTokenIssued {
  static constexpr EventKind kind = EventKind::client_token_issued;
  static constexpr std::string_view kind_name = "client-token-issued";
  static constexpr bool is_of_runs = false;
  Sha256Thumbprint thumbprint;  // of the client's certificate (D6)
  ClientToken token;
  friend bool operator==(const ClientTokenIssued&, const ClientTokenIssued&) = default;
};

// What has changed of the site's policy: from now on.
struct PolicyChanged {
  static constexpr EventKind kind = EventKind::policy_changed;
  static constexpr std::string_view kind_name = "policy-changed";
  static constexpr bool is_of_runs = true;
  SitePolicyChange changed;
  friend bool operator==(const PolicyChanged&, const PolicyChanged&) = default;
};

// Of a site on disk that was made before its events said by which certificates it signs.
struct SigningCertificateLearnt {
  static constexpr EventKind kind = EventKind::signing_certificate_learnt;
  static constexpr std::string_view kind_name = "signing-certificate-learnt";
  static constexpr bool is_of_runs = false;
  KeyNumber key;
  Sha256Thumbprint certificate;
  friend bool operator==(const SigningCertificateLearnt&,
                         const SigningCertificateLearnt&) = default;
};

// A8, of a site on disk, which knows its clients by their certificates. In a simulated run a block
// is an event of the client's.
struct ClientCertificateBlocked {
  static constexpr EventKind kind = EventKind::client_certificate_blocked;
  static constexpr std::string_view kind_name = "client-certificate-blocked";
  static constexpr bool is_of_runs = false;
  Sha256Thumbprint thumbprint;
  friend bool operator==(const ClientCertificateBlocked&,
                         const ClientCertificateBlocked&) = default;
};
struct ClientCertificateUnblocked {
  static constexpr EventKind kind = EventKind::client_certificate_unblocked;
  static constexpr std::string_view kind_name = "client-certificate-unblocked";
  static constexpr bool is_of_runs = false;
  Sha256Thumbprint thumbprint;
  friend bool operator==(const ClientCertificateUnblocked&,
                         const ClientCertificateUnblocked&) = default;
};

// ---- Of a site on disk alone -------------------------------------------------------------------

// The clock is behind the last event: it was wrong then, or is now. The order of a site's events is
// their sequence, and time counts from `to` on.
struct ClockWentBack {
  static constexpr EventKind kind = EventKind::clock_went_back;
  static constexpr std::string_view kind_name = "clock-went-back";
  static constexpr bool is_of_runs = false;
  Instant from;  // of the event before
  Instant to;    // of this one
  friend bool operator==(const ClockWentBack&, const ClockWentBack&) = default;
};
// What could not be read of the journal, or was not there any more, is given up.
struct JournalRepaired {
  static constexpr EventKind kind = EventKind::journal_repaired;
  static constexpr std::string_view kind_name = "journal-repaired";
  static constexpr bool is_of_runs = false;
  std::uint32_t acknowledged;  // events, as far as that is known
  std::uint32_t kept;          // of them
  std::uint64_t bytes_cut;
  friend bool operator==(const JournalRepaired&, const JournalRepaired&) = default;
};
// The site has forgotten some of what it did: from now on it numbers new clients from there, where
// it has given no number that it may have forgotten.
struct EpochBegun {
  static constexpr EventKind kind = EventKind::epoch_begun;
  static constexpr std::string_view kind_name = "epoch-begun";
  static constexpr bool is_of_runs = false;
  ClientNumber first;
  friend bool operator==(const EpochBegun&, const EpochBegun&) = default;
};
// A client has shown a good token that the site has forgotten: it gets a number of its own, under
// which its tokens go on.
struct ClientRecognised {
  static constexpr EventKind kind = EventKind::client_recognised;
  static constexpr std::string_view kind_name = "client-recognised";
  static constexpr bool is_of_runs = false;
  Sha256Thumbprint thumbprint;  // of the client's certificate (D6)
  TokenSerial serial;           // the newest that it is known to have had
  ClientNumber number;          // from now on
  friend bool operator==(const ClientRecognised&, const ClientRecognised&) = default;
};

// The token that a client shows is another one than before, for the first time: its newest, whose
// use begins; or an older one, which has been replaced.
struct ClientTokenShown {
  static constexpr EventKind kind = EventKind::client_token_shown;
  static constexpr std::string_view kind_name = "client-token-shown";
  static constexpr bool is_of_runs = false;
  Sha256Thumbprint thumbprint;  // of the client's certificate (D6)
  TokenSerial serial;
  friend bool operator==(const ClientTokenShown&, const ClientTokenShown&) = default;
};

// ---- Whom a site on disk trusts to vouch for clients (R18, A11) --------------------------------

// From now on a PKI certificate is good if its chain ends there. Told again where the lists of
// revoked certificates change.
struct CaTrusted {
  static constexpr EventKind kind = EventKind::ca_trusted;
  static constexpr std::string_view kind_name = "ca-trusted";
  static constexpr bool is_of_runs = false;
  std::string name;
  Sha256Thumbprint certificate;                // of the CA
  std::optional<Sha256Thumbprint> revocation;  // SHA-256 of the file with its CRLs, if it has one
  friend bool operator==(const CaTrusted&, const CaTrusted&) = default;
};
struct CaDistrusted {
  static constexpr EventKind kind = EventKind::ca_distrusted;
  static constexpr std::string_view kind_name = "ca-distrusted";
  static constexpr bool is_of_runs = false;
  Sha256Thumbprint certificate;
  friend bool operator==(const CaDistrusted&, const CaDistrusted&) = default;
};
// From now on an Entra token is good if this issuer has signed it, for this audience, with one of
// these keys. There is one issuer at most: this one replaces the one before.
struct EntraTrusted {
  static constexpr EventKind kind = EventKind::entra_trusted;
  static constexpr std::string_view kind_name = "entra-trusted";
  static constexpr bool is_of_runs = false;
  std::string issuer;
  std::string audience;
  Sha256Thumbprint keys;  // SHA-256 of the file with them, a JWKS
  friend bool operator==(const EntraTrusted&, const EntraTrusted&) = default;
};
struct EntraDistrusted {
  static constexpr EventKind kind = EventKind::entra_distrusted;
  static constexpr std::string_view kind_name = "entra-distrusted";
  static constexpr bool is_of_runs = false;
  std::string issuer;
  friend bool operator==(const EntraDistrusted&, const EntraDistrusted&) = default;
};

// ---- Of a run alone ----------------------------------------------------------------------------

// From the service of this tick on.
struct CapacityChanged {
  static constexpr EventKind kind = EventKind::capacity_changed;
  static constexpr std::string_view kind_name = "capacity-changed";
  static constexpr bool is_of_runs = true;
  Endpoint endpoint;                 // mp or cmg
  std::optional<Capacity> capacity;  // absent: it has no limit
  friend bool operator==(const CapacityChanged&, const CapacityChanged&) = default;
};

using SiteEvent =
    std::variant<SiteEstablished, BulkTokenIssued, BulkTokenBlocked, BulkTokenUnblocked,
                 EndpointDown, EndpointUp, SigningCertificateRotated, SigningCertificateRetired,
                 ClientTokenIssued, PolicyChanged, SigningCertificateLearnt,
                 ClientCertificateBlocked, ClientCertificateUnblocked, ClockWentBack,
                 JournalRepaired, EpochBegun, ClientRecognised, ClientTokenShown, CaTrusted,
                 CaDistrusted, EntraTrusted, EntraDistrusted, CapacityChanged>;

static_assert(EventList<SiteEvent>::is_numbered_from(kClientKinds),
              "an event stands in SiteEvent where its kind stands in EventKind");

inline EventKind kind_of(const SiteEvent& event) {
  return static_cast<EventKind>(kClientKinds + event.index());
}

}  // namespace tokenlife
