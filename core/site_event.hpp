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

struct SiteEstablished {
  static constexpr EventKind kind = EventKind::site_established;
  static constexpr std::string_view kind_name = "site-established";
  Guid tenant;
  Policy policy;
  // Of a site on disk: the certificate that signs from now on, which no other file may stand for.
  std::optional<Sha256Thumbprint> certificate = std::nullopt;
  friend bool operator==(const SiteEstablished&, const SiteEstablished&) = default;
};
struct BulkTokenIssued {
  static constexpr EventKind kind = EventKind::bulk_token_issued;
  static constexpr std::string_view kind_name = "bulk-token-issued";
  std::string name;
  Guid guid;
  Instant not_before;
  Instant expires;
  friend bool operator==(const BulkTokenIssued&, const BulkTokenIssued&) = default;
};
struct BulkTokenBlocked {
  static constexpr EventKind kind = EventKind::bulk_token_blocked;
  static constexpr std::string_view kind_name = "bulk-token-blocked";
  Guid guid;
  friend bool operator==(const BulkTokenBlocked&, const BulkTokenBlocked&) = default;
};
struct BulkTokenUnblocked {
  static constexpr EventKind kind = EventKind::bulk_token_unblocked;
  static constexpr std::string_view kind_name = "bulk-token-unblocked";
  Guid guid;
  friend bool operator==(const BulkTokenUnblocked&, const BulkTokenUnblocked&) = default;
};
struct EndpointDown {
  static constexpr EventKind kind = EventKind::endpoint_down;
  static constexpr std::string_view kind_name = "endpoint-down";
  Endpoint endpoint;
  friend bool operator==(const EndpointDown&, const EndpointDown&) = default;
};
struct EndpointUp {
  static constexpr EventKind kind = EventKind::endpoint_up;
  static constexpr std::string_view kind_name = "endpoint-up";
  Endpoint endpoint;
  friend bool operator==(const EndpointUp&, const EndpointUp&) = default;
};
struct SigningCertificateRotated {
  static constexpr EventKind kind = EventKind::signing_certificate_rotated;
  static constexpr std::string_view kind_name = "signing-certificate-rotated";
  KeyNumber key;                                               // the new one
  std::optional<Sha256Thumbprint> certificate = std::nullopt;  // of a site on disk
  friend bool operator==(const SigningCertificateRotated&,
                         const SigningCertificateRotated&) = default;
};
struct SigningCertificateRetired {
  static constexpr EventKind kind = EventKind::signing_certificate_retired;
  static constexpr std::string_view kind_name = "signing-certificate-retired";
  KeyNumber key;
  friend bool operator==(const SigningCertificateRetired&,
                         const SigningCertificateRetired&) = default;
};

// Of a site that serves clients from elsewhere: it knows them by their certificates. In a simulated
// run the clients are streams of their own, whose events say what was issued to them.
struct ClientTokenIssued {
  static constexpr EventKind kind = EventKind::client_token_issued;
  static constexpr std::string_view kind_name = "client-token-issued";
  Sha256Thumbprint thumbprint;  // of the client's certificate (D6)
  ClientToken token;
  friend bool operator==(const ClientTokenIssued&, const ClientTokenIssued&) = default;
};

// What has changed of the site's policy: from now on.
struct PolicyChanged {
  static constexpr EventKind kind = EventKind::policy_changed;
  static constexpr std::string_view kind_name = "policy-changed";
  SitePolicyChange changed;
  friend bool operator==(const PolicyChanged&, const PolicyChanged&) = default;
};

// Of a site on disk that was made before its events said by which certificates it signs.
struct SigningCertificateLearnt {
  static constexpr EventKind kind = EventKind::signing_certificate_learnt;
  static constexpr std::string_view kind_name = "signing-certificate-learnt";
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
  Sha256Thumbprint thumbprint;
  friend bool operator==(const ClientCertificateBlocked&,
                         const ClientCertificateBlocked&) = default;
};
struct ClientCertificateUnblocked {
  static constexpr EventKind kind = EventKind::client_certificate_unblocked;
  static constexpr std::string_view kind_name = "client-certificate-unblocked";
  Sha256Thumbprint thumbprint;
  friend bool operator==(const ClientCertificateUnblocked&,
                         const ClientCertificateUnblocked&) = default;
};

using SiteEvent =
    std::variant<SiteEstablished, BulkTokenIssued, BulkTokenBlocked, BulkTokenUnblocked,
                 EndpointDown, EndpointUp, SigningCertificateRotated, SigningCertificateRetired,
                 ClientTokenIssued, PolicyChanged, SigningCertificateLearnt,
                 ClientCertificateBlocked, ClientCertificateUnblocked>;

static_assert(EventList<SiteEvent>::is_numbered_from(kClientKinds),
              "an event stands in SiteEvent where its kind stands in EventKind");

inline EventKind kind_of(const SiteEvent& event) {
  return static_cast<EventKind>(kClientKinds + event.index());
}

}  // namespace tokenlife
