#include "sim/site/token_lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "core/ensure.hpp"
#include "core/token/base64url.hpp"
#include "core/token/key.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_form.hpp"
#include "core/token/token_names.hpp"
#include "core/token/token_verify.hpp"
#include "core/utf8.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

using Members = std::vector<JsonMember>;

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// ---- Segments ----------------------------------------------------------------------------------

std::vector<std::string_view> split_at_dots(std::string_view token) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t dot = token.find('.');
    parts.push_back(token.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    token.remove_prefix(dot + 1);
  }
}

// The segment's bytes, up to where it stops to be base64url.
std::string decode(std::string_view segment, std::string_view noun, TokenDiagnosis& look) {
  if (segment.empty()) look.wrong.push_back(fmt::format("the {} is empty", noun));
  if (auto whole = from_base64url(segment)) return std::move(*whole);
  const std::size_t stranger = segment.find_first_not_of(kAlphabet);
  if (stranger != std::string_view::npos) {
    look.wrong.push_back(fmt::format("the {} is not base64url: its character {} is `{}`", noun,
                                     stranger + 1, segment.substr(stranger, 1)));
  } else {
    look.wrong.push_back(
        fmt::format("the {} is not base64url: its length is impossible, "
                    "or its last character has stray bits",
                    noun));
  }
  const std::size_t good = std::min(stranger, segment.size());
  if (auto all = from_base64url(segment.substr(0, good))) return std::move(*all);
  return from_base64url(segment.substr(0, good - good % 4)).value_or("");
}

// As many as an RSA key has, or the end is cut off.
std::size_t signature_bytes(std::string_view segment, TokenDiagnosis& look) {
  const std::size_t complaints = look.wrong.size();
  const std::size_t bytes = decode(segment, "signature", look).size();
  const bool is_whole = look.wrong.size() == complaints;
  if (is_whole && (bytes < kRsaBitsMin / 8 || bytes > kRsaBitsMax / 8)) {
    look.wrong.push_back(fmt::format("the signature has {} bytes; those of RS256 have {} to {}",
                                     bytes, kRsaBitsMin / 8, kRsaBitsMax / 8));
  }
  return bytes;
}

// ---- JSON --------------------------------------------------------------------------------------

// The index of the first byte at which the text is not UTF-8.
std::optional<std::size_t> first_byte_not_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t length = 1;
    while (length <= 4 && !is_utf8(text.substr(at, length))) ++length;
    if (length > 4) return at;
    at += std::min(length, text.size() - at);
  }
  return std::nullopt;
}

std::string_view words_of(JsonFault fault) {
  switch (fault) {
    case JsonFault::byte_order_mark: return "it begins with a byte order mark";
    case JsonFault::syntax: return "its syntax is not that of JSON";
    case JsonFault::not_an_object: return "it is not an object";
    case JsonFault::duplicate_name: return "a name appears in it twice";
    case JsonFault::too_deep: return "it is nested too deeply";
  }
  return "";
}

void name_duplicates(const Members& members, std::string_view noun, TokenDiagnosis& look) {
  std::vector<std::string_view> names;
  for (const JsonMember& member : members) names.push_back(member.name);
  std::sort(names.begin(), names.end());
  for (std::size_t i = 1; i < names.size(); ++i) {
    const bool first_repeat = names[i] == names[i - 1] && (i < 2 || names[i] != names[i - 2]);
    if (first_repeat) {
      look.wrong.push_back(fmt::format("the {} names {} twice", noun, in_quotes(names[i])));
    }
  }
}

// False unless all of the text is sound.
bool parse(std::string_view text, std::string_view noun, Members& members, TokenDiagnosis& look) {
  members = read_what_can_be_read(text);
  if (const auto bad = first_byte_not_utf8(text)) {
    look.wrong.push_back(fmt::format("the {} is not UTF-8: its byte {} is 0x{:02X}", noun, *bad + 1,
                                     static_cast<unsigned char>(text[*bad])));
  }
  const auto strict = parse_strict_json(text);
  if (strict) return true;
  look.wrong.push_back(
      fmt::format("the {} is not strict JSON: {}", noun, words_of(strict.error())));
  name_duplicates(members, noun, look);
  if (strict.error() != JsonFault::duplicate_name && !members.empty()) {
    look.wrong.push_back(fmt::format("the {} cannot be read further than {}, which may be cut off",
                                     noun, in_quotes(members.back().name)));
  }
  return false;
}

// ---- One member at a time ----------------------------------------------------------------------

// `good` with the member of that name as the token has it: there or not.
Members with(const Members& good, const Members& read, std::string_view name) {
  Members mixed = good;
  std::erase_if(mixed, [&](const JsonMember& member) { return member.name == name; });
  if (const JsonMember* member = find(read, name)) mixed.push_back(*member);
  return mixed;
}

// "`UniqueId` is `x`", "`UniqueId` is missing"
std::string as_read(const Members& read, std::string_view name, bool all_was_read) {
  const JsonMember* member = find(read, name);
  if (member == nullptr) {
    return fmt::format("`{}` is missing{}", name, all_was_read ? "" : ", or cannot be read");
  }
  const bool shown = member->kind != JsonKind::object && member->kind != JsonKind::array;
  return fmt::format(
      "`{}` is {}", name,
      shown ? in_quotes(member->text)
            : std::string("the ") + (member->kind == JsonKind::object ? "object" : "array"));
}

Members members_of(std::string_view json) {
  auto members = parse_strict_json(json);
  ensure(members.has_value(), "a model to be strict JSON");
  return std::move(*members);
}

// The verifier's own reading of a good header, with one member after the other taken from the
// token: so each is judged by the rules that refuse it, and none hides another.
void check_header(TokenDiagnosis& look) {
  const Members good = members_of(R"({"alg":"RS256"})");
  for (const std::string_view name : {"alg", "typ", "kid", "x5t", "crit", "b64", "zip"}) {
    const auto header = read_header(with(good, look.header, name));
    if (!header) look.wrong.emplace_back(explanation_of(header.error()));
  }
  if (find(look.header, "x5t") == nullptr) {
    look.wrong.emplace_back(explanation_of(TokenFault::signer_not_named));
  }
}

constexpr std::string_view kModelThumbprint = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// Claims that are good for either kind, apart from category and type.
Members good_claims(TokenProfile profile, Guid tenant) {
  std::string upper = to_string(tenant);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  const bool bulk = profile == TokenProfile::bulk;
  return members_of(fmt::format(
      R"({{"{}":"{}","{}":"{}","{}":"{}","{}":"{}","{}":"{}","iss":"{}","exp":1,"nbf":0,)"
      R"("{}":"{}","{}":"0-1","{}":"{}","{}":{{"{}":"{}"}}}})",
      words::kCategory, bulk ? words::kBulkCategory : words::kClientCategory, words::kType,
      bulk ? words::kBulkType : words::kClientType, words::kAuthority, words::kSccm,
      words::kLicense, words::kSccm, words::kTenant, upper, token_issuer(tenant), words::kUniqueId,
      to_string(tenant), words::kSerial, words::kCredential, words::kCredentials[0],
      words::kConfirmation, words::kThumbprint, kModelThumbprint));
}

// What has to stand in a claim, for whoever reads that something else does.
struct Claim {
  std::string_view name;
  std::string_view must_be;
};

constexpr std::array kBulkClaims{
    Claim{words::kAuthority, "must be `SCCM`"},
    Claim{words::kLicense, "must be `SCCM`"},
    Claim{words::kTenant, "must be a GUID in upper case"},
    Claim{words::kUniqueId, "must be a GUID"},
};
constexpr std::array kClientClaims{
    Claim{words::kAuthority, "must be `SCCM`"},
    Claim{words::kLicense, "must be `SCCM`"},
    Claim{words::kTenant, "must be a GUID in upper case"},
    Claim{words::kSerial, "must be a serial number like `17-3`"},
    Claim{words::kCredential, "must be `SelfSigned`, `PKI` or `Entra`"},
    Claim{words::kConfirmation, "must hold an `x5t#S256` that is a SHA-256 in base64url"},
};

// The kind that the token means to be: by either of the two claims that say so.
std::optional<TokenProfile> kind_meant(const Members& claims) {
  for (const TokenProfile profile : {TokenProfile::bulk, TokenProfile::client}) {
    const Members good = good_claims(profile, {});
    for (const std::string_view name : {words::kCategory, words::kType}) {
      const JsonMember* member = find(claims, name);
      const bool same = member != nullptr && member->kind == JsonKind::string &&
                        member->text == find(good, name)->text;
      if (same) return profile;
    }
  }
  return std::nullopt;
}

void check_dates(const Members& claims, const Members& good, TokenProfile profile, bool all_read,
                 TokenDiagnosis& look) {
  // Each against the other's extreme, then both together.
  Members latest = good;
  for (JsonMember& member : latest) {
    if (member.name == "exp") member.integer = kTokenDateMax;
  }
  bool each = true;
  for (const std::string_view name : {"nbf", "exp"}) {
    if (read_dates(with(latest, claims, name))) continue;
    each = false;
    look.wrong.push_back(fmt::format("{}; must be an integer number of seconds from 0 to {}",
                                     as_read(claims, name, all_read), kTokenDateMax));
  }
  if (!each) return;
  const Members both = with(with(good, claims, "nbf"), claims, "exp");
  if (!read_dates(both)) {
    look.wrong.emplace_back("`nbf` is not before `exp`");
  } else if (const auto whole = read_claims(both, profile); !whole) {
    look.wrong.emplace_back(explanation_of(whole.error()));
  }
}

void check_claims(bool all_read, TokenDiagnosis& look) {
  const Members& claims = look.claims;
  const auto kind = kind_meant(claims);
  if (!kind) {
    look.wrong.emplace_back("it says neither that it is a bulk token nor a client token");
    check_dates(claims, good_claims(TokenProfile::bulk, {}), TokenProfile::any, all_read, look);
    return;
  }
  Members good = good_claims(*kind, {});
  for (const std::string_view name : {words::kCategory, words::kType}) {
    if (!read_profile(with(good, claims, name))) {
      look.wrong.push_back(as_read(claims, name, all_read) + "; must be " +
                           in_quotes(find(good, name)->text));
    }
  }
  bool tenant_is_good = true;
  const auto check = [&](std::span<const Claim> list) {
    for (const Claim& claim : list) {
      const auto read = read_claims(with(good, claims, claim.name), *kind);
      // Another tenant than the model's has another issuer.
      if (read || read.error() == TokenFault::wrong_issuer) continue;
      look.wrong.push_back(
          fmt::format("{}; {}", as_read(claims, claim.name, all_read), claim.must_be));
      if (claim.name == words::kTenant) tenant_is_good = false;
    }
  };
  if (*kind == TokenProfile::bulk) {
    check(kBulkClaims);
  } else {
    check(kClientClaims);
  }
  if (tenant_is_good) {
    good = good_claims(*kind, *parse_guid(find(claims, words::kTenant)->text));
    if (!read_claims(with(good, claims, "iss"), *kind)) {
      look.wrong.push_back(as_read(claims, "iss", all_read) + "; must be " +
                           in_quotes(find(good, "iss")->text));
    }
  }
  check_dates(claims, good, *kind, all_read, look);
}

void check_audience(bool all_read, TokenDiagnosis& look) {
  const JsonMember* audience = find(look.claims, "aud");
  if (audience != nullptr && audience->kind == JsonKind::string &&
      audience->text == kTokenAudience) {
    return;
  }
  look.wrong.push_back(as_read(look.claims, "aud", all_read) + "; must be " +
                       in_quotes(kTokenAudience));
}

}  // namespace

TokenDiagnosis look_at_token(std::string_view token) {
  TokenDiagnosis look;
  if (token.size() > kTokenBytesMax) {
    look.wrong.emplace_back(explanation_of(TokenFault::too_long));
  }
  std::vector<std::string_view> parts = split_at_dots(token);
  if (parts.size() != 3) {
    look.wrong.push_back(
        fmt::format("it is not three segments with dots between them, but {}", parts.size()));
    parts.resize(3);
  }
  look.header_text = decode(parts[0], "header", look);
  look.payload_text = decode(parts[1], "payload", look);
  look.signature_bytes = signature_bytes(parts[2], look);
  const bool header_read = parse(look.header_text, "header", look.header, look);
  if (header_read || !look.header.empty()) check_header(look);
  const bool all_read = parse(look.payload_text, "payload", look.claims, look);
  if (all_read || !look.claims.empty()) {
    check_claims(all_read, look);
    check_audience(all_read, look);
  }
  return look;
}

}  // namespace tokenlife::sim
