#include "core/token/token_form.hpp"

#include <algorithm>
#include <charconv>

#include "core/bulk_lifetime.hpp"
#include "core/token/base64url.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_names.hpp"
#include "core/token/token_verify.hpp"

namespace tokenlife {
namespace {

// The string that the claim is, or nothing if it is missing or something else.
std::optional<std::string_view> text_of(const std::vector<JsonMember>& members,
                                        std::string_view name) {
  const JsonMember* member = find(members, name);
  if (member == nullptr || member->kind != JsonKind::string) return std::nullopt;
  return member->text;
}

template <class Thumbprint>
std::optional<Thumbprint> thumbprint_of(std::string_view text) {
  const auto bytes = from_base64url(text);
  Thumbprint thumbprint;
  if (!bytes || bytes->size() != thumbprint.bytes.size()) return std::nullopt;
  std::transform(bytes->begin(), bytes->end(), thumbprint.bytes.begin(),
                 [](char byte) { return static_cast<unsigned char>(byte); });
  return thumbprint;
}

std::optional<std::chrono::sys_seconds> date_of(const std::vector<JsonMember>& claims,
                                                std::string_view name) {
  const JsonMember* member = find(claims, name);
  if (member == nullptr || member->kind != JsonKind::integer) return std::nullopt;
  if (member->integer < 0 || member->integer > kTokenDateMax) return std::nullopt;
  return std::chrono::sys_seconds{std::chrono::seconds{member->integer}};
}

// "17-3": exactly as to_string() writes it.
std::optional<TokenSerial> parse_serial(std::string_view text) {
  const std::size_t hyphen = text.find('-');
  if (hyphen == std::string_view::npos) return std::nullopt;
  std::uint32_t client = 0;
  std::uint32_t ordinal = 0;
  std::from_chars(text.data(), text.data() + hyphen, client);
  std::from_chars(text.data() + hyphen + 1, text.data() + text.size(), ordinal);
  const TokenSerial serial = TokenSerial::of({client}, ordinal);
  if (ordinal == 0 || to_string(serial) != text) return std::nullopt;
  return serial;
}

// Upper case, with hyphens, as the sample has it.
std::optional<Guid> parse_tenant(std::string_view text) {
  const bool lower = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a'; });
  return lower ? std::nullopt : parse_guid(text);
}

// What both kinds have besides their dates. The tenant, if all is well.
Result<Guid, TokenFault> read_common(const std::vector<JsonMember>& claims) {
  const auto tenant_text = text_of(claims, words::kTenant);
  const auto tenant = tenant_text ? parse_tenant(*tenant_text) : std::nullopt;
  if (!tenant || text_of(claims, words::kAuthority) != words::kSccm ||
      text_of(claims, words::kLicense) != words::kSccm) {
    return Failed<TokenFault>(TokenFault::bad_claims);
  }
  if (text_of(claims, "iss") != token_issuer(*tenant)) {
    return Failed<TokenFault>(TokenFault::wrong_issuer);
  }
  return *tenant;
}

Result<TokenClaims, TokenFault> read_bulk(const std::vector<JsonMember>& claims, TokenDates dates,
                                          Guid tenant) {
  const auto unique_id = text_of(claims, words::kUniqueId);
  const auto guid = unique_id ? parse_guid(*unique_id) : std::nullopt;
  if (!guid) return Failed<TokenFault>(TokenFault::bad_claims);
  if (dates.expires - dates.not_before > std::chrono::minutes{kBulkLifetimeMinutesMax}) {
    return Failed<TokenFault>(TokenFault::lifetime_too_long);
  }
  return BulkClaims{dates, tenant, *guid};
}

Result<TokenClaims, TokenFault> read_client(const std::vector<JsonMember>& claims, TokenDates dates,
                                            Guid tenant) {
  const auto bad = [] { return Failed<TokenFault>(TokenFault::bad_claims); };
  const auto serial_text = text_of(claims, words::kSerial);
  const auto serial = serial_text ? parse_serial(*serial_text) : std::nullopt;
  const auto credential_text = text_of(claims, words::kCredential);
  const auto* const credential = std::find(words::kCredentials.begin(), words::kCredentials.end(),
                                           credential_text.value_or(std::string_view{}));
  if (!serial || credential == words::kCredentials.end()) return bad();
  const JsonMember* confirmation = find(claims, words::kConfirmation);
  if (confirmation == nullptr || confirmation->kind != JsonKind::object) return bad();
  const auto thumbprint_text = text_of(confirmation->members, words::kThumbprint);
  const auto thumbprint =
      thumbprint_text ? thumbprint_of<Sha256Thumbprint>(*thumbprint_text) : std::nullopt;
  if (!thumbprint) return bad();
  return ClientClaims{dates, tenant, *serial,
                      static_cast<Credential>(credential - words::kCredentials.begin()),
                      *thumbprint};
}

// Dates are within 0..kTokenDateMax, so that only additions of a huge leeway could overflow.
std::chrono::sys_seconds saturating_add(std::chrono::sys_seconds date,
                                        std::chrono::seconds leeway) {
  using std::chrono::sys_seconds;
  return date > sys_seconds::max() - leeway ? sys_seconds::max() : date + leeway;
}

}  // namespace

Result<TokenSegments, TokenFault> split_token(std::string_view token) {
  const auto refuse = [](TokenFault fault) { return Failed<TokenFault>(fault); };
  if (token.size() > kTokenBytesMax) return refuse(TokenFault::too_long);
  if (std::count(token.begin(), token.end(), '.') != 2) {
    return refuse(TokenFault::not_three_segments);
  }
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  const std::string_view header = token.substr(0, first);
  const std::string_view payload = token.substr(first + 1, second - first - 1);
  const std::string_view signature = token.substr(second + 1);
  if (header.empty() || payload.empty() || signature.empty()) {
    return refuse(TokenFault::empty_segment);
  }
  auto header_bytes = from_base64url(header);
  auto payload_bytes = from_base64url(payload);
  auto signature_bytes = from_base64url(signature);
  if (!header_bytes || !payload_bytes || !signature_bytes) {
    return refuse(TokenFault::not_base64url);
  }
  return TokenSegments{token.substr(0, second), std::move(*header_bytes), std::move(*payload_bytes),
                       std::move(*signature_bytes)};
}

Result<TokenHeader, TokenFault> read_header(const std::vector<JsonMember>& members) {
  const auto refuse = [](TokenFault fault) { return Failed<TokenFault>(fault); };
  if (text_of(members, "alg") != "RS256") return refuse(TokenFault::algorithm_not_rs256);
  for (const std::string_view name : {"crit", "b64", "zip"}) {
    if (find(members, name) != nullptr) return refuse(TokenFault::critical_header);
  }
  if (find(members, "typ") != nullptr && text_of(members, "typ") != "JWT") {
    return refuse(TokenFault::wrong_header_type);
  }
  // RFC 7515, 4.1.4. `jwk`, `jku`, `x5u` and `x5c` are somebody's own word on which key is his.
  // Nobody looks at them.
  TokenHeader header;
  if (find(members, "kid") != nullptr) {
    const auto id = text_of(members, "kid");
    if (!id) return refuse(TokenFault::bad_key_id);
    header.key_id = std::string(*id);
  }
  if (find(members, "x5t") == nullptr) return header;
  const auto text = text_of(members, "x5t");
  header.thumbprint = text ? thumbprint_of<Sha1Thumbprint>(*text) : std::nullopt;
  if (!header.thumbprint) return refuse(TokenFault::bad_thumbprint);
  return header;
}

Result<TokenDates, TokenFault> read_dates(const std::vector<JsonMember>& claims) {
  const auto not_before = date_of(claims, "nbf");
  const auto expires = date_of(claims, "exp");
  // Of no use to anybody, and still a date (RFC 7519, 4.1.6).
  const bool bad_issue = find(claims, "iat") != nullptr && !date_of(claims, "iat");
  if (!not_before || !expires || *not_before >= *expires || bad_issue) {
    return Failed<TokenFault>(TokenFault::bad_dates);
  }
  return TokenDates{*not_before, *expires};
}

bool is_not_yet_good(const TokenDates& dates, std::chrono::sys_seconds now,
                     std::chrono::seconds leeway) {
  return saturating_add(now, leeway) < dates.not_before;
}
bool is_over(const TokenDates& dates, std::chrono::sys_seconds now, std::chrono::seconds leeway) {
  return now >= saturating_add(dates.expires, leeway);
}

Result<TokenProfile, TokenFault> read_profile(const std::vector<JsonMember>& claims) {
  const auto category = text_of(claims, words::kCategory);
  const auto type = text_of(claims, words::kType);
  const bool bulk_category = category == words::kBulkCategory;
  const bool bulk_type = type == words::kBulkType;
  const bool client_category = category == words::kClientCategory;
  const bool client_type = type == words::kClientType;
  if (bulk_category && bulk_type) return TokenProfile::bulk;
  if (client_category && client_type) return TokenProfile::client;
  if (bulk_category || bulk_type || client_category || client_type) {
    return Failed<TokenFault>(TokenFault::wrong_type);
  }
  return TokenProfile::any;
}

Result<TokenClaims, TokenFault> read_claims(const std::vector<JsonMember>& claims,
                                            TokenProfile profile) {
  const auto dates = read_dates(claims);
  if (!dates) return Failed<TokenFault>(dates.error());
  if (profile == TokenProfile::any) return OtherClaims{*dates};
  const auto tenant = read_common(claims);
  if (!tenant) return Failed<TokenFault>(tenant.error());
  return profile == TokenProfile::bulk ? read_bulk(claims, *dates, *tenant)
                                       : read_client(claims, *dates, *tenant);
}

}  // namespace tokenlife
