// Tokens that are forged, not issued, so that each can be wrong in one place, and a site that
// judges them: the verifier is core's. What it says is a word: "accepted", or the name of the
// fault.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bulk_token_terms.hpp"
#include "core/token/certificate.hpp"
#include "core/token/token.hpp"
#include "core/token/token_verify.hpp"
#include "support/forge.hpp"

namespace tokenlife::test {

inline constexpr Guid kTokenTenant{0xcdcc5e910adf4a24, 0x82d0196667f1c081};
inline constexpr Guid kTokenGuid{0xdb591e3305fd4c5b, 0x82f3bf673e5bd0a2};
// The dates of the source's sample.
inline constexpr std::chrono::sys_seconds kTokenBegins{std::chrono::seconds{1'580'156'305}};
inline constexpr std::chrono::sys_seconds kTokenEnds{std::chrono::seconds{1'580'415'505}};

// One object: names and values as they are written in JSON, in order. What a token says is changed
// here, in text, by name.
class Written {
 public:
  using Members = std::vector<std::pair<std::string, std::string>>;
  Written(std::initializer_list<Members::value_type> members) : members_(members) {}

  // Replaces the member's value, or adds it at the end.
  Written with(std::string_view name, std::string_view value) const {
    Written changed = *this;
    for (auto& [its_name, its_value] : changed.members_) {
      if (its_name != name) continue;
      its_value = value;
      return changed;
    }
    changed.members_.emplace_back(name, value);
    return changed;
  }
  Written without(std::string_view name) const {
    Written changed = *this;
    std::erase_if(changed.members_, [name](const auto& member) { return member.first == name; });
    return changed;
  }
  Members members() const { return members_; }

  std::string text() const {
    std::string all = "{";
    for (const auto& [name, value] : members_) {
      all += (all.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
    }
    return all + "}";
  }

 private:
  Members members_;
};

inline std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// The site's certificate, and the client's. Both are signed with RSA: ECDSA would sign in another
// way in each run.
inline const ForgedCertificate& site_certificate() {
  using std::chrono::days;
  static const ForgedCertificate made = forge_certificate(
      rfc7515_rsa(), rfc7515_rsa(), "site", kTokenBegins - days{1}, kTokenBegins + days{3650});
  return made;
}
inline const ForgedCertificate& client_certificate() {
  using std::chrono::days;
  static const ForgedCertificate made = forge_certificate(rfc7515_ec(), rfc7515_rsa(), "client 17",
                                                          kTokenBegins, kTokenBegins + days{365});
  return made;
}

inline Written good_header() {
  return {
      {"typ", quoted("JWT")}, {"alg", quoted("RS256")}, {"x5t", quoted(site_certificate().x5t())}};
}

inline Written good_bulk_claims() {
  return {{"SCCMTokenCategory", quoted("SCCMPreAuthToken")},
          {"Authority", quoted("SCCM")},
          {"License", quoted("SCCM")},
          {"Type", quoted("BulkRegistration")},
          {"TenantId", quoted("CDCC5E91-0ADF-4A24-82D0-196667F1C081")},
          {"UniqueId", quoted("db591e33-05fd-4c5b-82f3-bf673e5bd0a2")},
          {"iss", quoted("urn:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c081")},
          {"aud", quoted("urn:sccm:service")},
          {"exp", "1580415505"},
          {"nbf", "1580156305"}};
}

inline Written good_client_claims() {
  return {{"SCCMTokenCategory", quoted("SCCMClientToken")},
          {"Authority", quoted("SCCM")},
          {"License", quoted("SCCM")},
          {"Type", quoted("ClientAuthentication")},
          {"TenantId", quoted("CDCC5E91-0ADF-4A24-82D0-196667F1C081")},
          {"TokenSerial", quoted("17-3")},
          {"CertificateType", quoted("SelfSigned")},
          {"cnf", "{\"x5t#S256\":" + quoted(client_certificate().x5t_s256()) + "}"},
          {"iss", quoted("urn:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c081")},
          {"aud", quoted("urn:sccm:service")},
          {"exp", "1587932305"},  // 90 days
          {"nbf", "1580156305"}};
}

// Signed by the site.
inline std::string signed_token(const Written& header, const Written& claims) {
  return forge(header.text(), claims.text(), rfc7515_rsa());
}
inline std::string bulk_token() { return signed_token(good_header(), good_bulk_claims()); }
inline std::string client_token() { return signed_token(good_header(), good_client_claims()); }

inline const std::vector<Signer>& site_signers() {
  static const std::vector<Signer> signers = [] {
    const Certificate certificate = *Certificate::from_pem(site_certificate().pem());
    return std::vector<Signer>{{{4}, certificate.key(), certificate.sha1()}};
  }();
  return signers;
}

inline const Certificate& clients_certificate() {
  static const Certificate certificate = *Certificate::from_pem(client_certificate().pem());
  return certificate;
}

// All that a site asks of a bulk token, or of a client's.
inline TokenChecks site_checks(TokenProfile profile) {
  TokenChecks checks{site_signers(), kTokenBegins};
  checks.issuer = "urn:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c081";
  checks.profile = profile;
  if (profile == TokenProfile::bulk) {
    checks.issued = [](Guid guid) {
      return guid == kTokenGuid ? std::optional(BulkTokenTerms{}) : std::nullopt;
    };
  } else {
    checks.certificate = &clients_certificate();
  }
  return checks;
}

inline std::string said(std::string_view token, const TokenChecks& checks) {
  const auto verified = verify(token, checks);
  return verified ? "accepted" : std::string(name(verified.error()));
}
inline std::string said_of_bulk(std::string_view token) {
  return said(token, site_checks(TokenProfile::bulk));
}
inline std::string said_of_client(std::string_view token) {
  return said(token, site_checks(TokenProfile::client));
}

}  // namespace tokenlife::test
