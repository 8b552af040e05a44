// What can be asked of a site, and why it may change nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "id.hpp"
#include "names.hpp"
#include "site_event.hpp"

namespace tokenlife {

struct EstablishSite {
  Guid tenant;
  Policy policy;
  std::optional<Sha256Thumbprint> certificate = std::nullopt;  // of a site on disk
  Capacities capacities{};
};
struct IssueBulkToken {
  std::string name;
  Guid guid;
  std::int64_t lifetime_minutes;
  Instant signer_ends = kNever;  // A9, of a site on disk: the token ends with it at the latest
};
struct BlockBulkToken {
  Guid guid;
};
struct UnblockBulkToken {
  Guid guid;
};
struct TakeEndpointDown {
  Endpoint endpoint;
};
struct BringEndpointUp {
  Endpoint endpoint;
};
struct RotateSigningCertificate {
  std::optional<Sha256Thumbprint> certificate = std::nullopt;  // of a site on disk: the new one
};
struct RetireSigningCertificate {
  KeyNumber key;
};
// R14, R57: at a registration, and at a renewal. Whether the client may have one is judge()'s to
// say.
struct IssueClientToken {
  Sha256Thumbprint thumbprint;   // of the client's certificate
  Instant signer_ends = kNever;  // A9, of a site on disk: the token ends with it at the latest
};
struct ChangePolicy {
  SitePolicyChange change;
};
struct LearnSigningCertificate {
  KeyNumber key;
  Sha256Thumbprint certificate;
};
struct BlockClientCertificate {
  Sha256Thumbprint thumbprint;
};
struct UnblockClientCertificate {
  Sha256Thumbprint thumbprint;
};
// Of a site on disk. `first` is to be drawn at random, so that nobody can have had it before.
struct BeginEpoch {
  ClientNumber first;
};
// The client has shown a good token with that serial, or says that it has had as many: see knows().
struct RecogniseClient {
  Sha256Thumbprint thumbprint;
  TokenSerial serial;
  bool is_shown = true;  // a signature of the site's vouches for it
};
// The client has shown a good token with that serial, which the site knows.
struct ShowClientToken {
  Sha256Thumbprint thumbprint;
  TokenSerial serial;
};
struct RecordRepair {
  JournalRepaired repair;
};
// Of a site on disk: that again and with other CRLs, or another issuer, replaces what was there.
struct TrustCa {
  CaTrusted trusted;
};
struct DistrustCa {
  Sha256Thumbprint certificate;
};
struct TrustEntra {
  EntraTrusted trusted;
};
struct DistrustEntra {};
struct ChangeCapacity {
  Endpoint endpoint;  // mp or cmg
  std::optional<Capacity> capacity;
};
// A type of its own, so that it can be declared without this header.
struct SiteCommand
    : std::variant<EstablishSite, IssueBulkToken, BlockBulkToken, UnblockBulkToken,
                   TakeEndpointDown, BringEndpointUp, RotateSigningCertificate,
                   RetireSigningCertificate, IssueClientToken, ChangePolicy,
                   LearnSigningCertificate, BlockClientCertificate, UnblockClientCertificate,
                   BeginEpoch, RecogniseClient, ShowClientToken, RecordRepair, TrustCa, DistrustCa,
                   TrustEntra, DistrustEntra, ChangeCapacity> {
  using variant::variant;
};

// Why a command changes nothing.
enum class SiteRefusal : std::uint8_t {
  lifetime_out_of_range,  // R44-R46, A4: refused, never clamped.
  guid_in_use,
  no_such_token,
  no_such_key,
  key_in_use,           // The certificate that signs now cannot be retired.
  nothing_to_change,    // It is already so.
  serial_out_of_order,  // A client token without its turn: serials count, and none comes twice.
  serials_used_up,      // More than four billion clients, or tokens of one client.
  bad_text,             // A name, issuer or audience that is empty or too long.
  not_trusted,          // What shall be trusted no more, and never was.
};
template <>
struct Names<SiteRefusal> {
  static constexpr std::array<std::string_view, 10> values{"lifetime-out-of-range",
                                                           "guid-in-use",
                                                           "no-such-token",
                                                           "no-such-key",
                                                           "key-in-use",
                                                           "nothing-to-change",
                                                           "serial-out-of-order",
                                                           "serials-used-up",
                                                           "bad-text",
                                                           "not-trusted"};
};

}  // namespace tokenlife
