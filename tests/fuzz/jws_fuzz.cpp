// No token is accepted but those that were signed: the input is a token, or, if it has no dot, a
// header that gets a payload and somebody else's signature.
#include <algorithm>
#include <array>
#include <string>

#include "core/token/base64url.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_form.hpp"
#include "core/token/token_verify.hpp"
#include "fuzz/target.hpp"
#include "support/forged_token.hpp"

namespace tokenlife::test {
namespace {

// All that the key has ever signed: the example of RFC 7515, A.2, and the tokens of the corpus.
bool was_signed(std::string_view signed_part) {
  static const std::array<std::string, 3> known{
      base64url_of("{\"alg\":\"RS256\"}") + "." +
          base64url_of("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "
                       "\"http://example.com/is_root\":true}"),
      base64url_of(good_header().text()) + "." + base64url_of(good_bulk_claims().text()),
      base64url_of(good_header().text()) + "." + base64url_of(good_client_claims().text())};
  return std::find(known.begin(), known.end(), signed_part) != known.end();
}

const std::vector<Signer>& signers() {
  static const std::vector<Signer> all = [] {
    std::vector<Signer> signers = site_signers();
    signers.push_back({{1}, signers[0].key, std::nullopt});  // for tokens that name nobody
    return signers;
  }();
  return all;
}

void check_token(std::string_view token) {
  const auto segments = split_token(token);
  if (segments) {
    require(token.size() <= kTokenBytesMax, "at most 16 KiB");
    require(to_base64url(std::string_view(segments->header)) + "." +
                    to_base64url(std::string_view(segments->payload)) + "." +
                    to_base64url(std::string_view(segments->signature)) ==
                token,
            "segments that make the token again");
  }
  const auto signer = verify_signature(token, signers());
  if (signer) {
    require(segments && was_signed(segments->signed_part), "accepted is what was signed");
    require(segments->signature.size() == 256, "as long as the modulus");
  }
  for (const TokenProfile profile : {TokenProfile::any, TokenProfile::bulk, TokenProfile::client}) {
    TokenChecks checks = site_checks(profile);
    checks.signers = signers();
    const auto verified = verify(token, checks);
    require(!verified || signer, "no token without a signature");
    require(!verified || profile != TokenProfile::bulk ||
                std::holds_alternative<BulkClaims>(verified->claims()),
            "a bulk token for a bulk token");
    require(!verified || profile != TokenProfile::client ||
                std::holds_alternative<ClientClaims>(verified->claims()),
            "a client token for a client token");
  }
}

void check_header(std::string_view text) {
  const auto members = parse_strict_json(text);
  if (members && read_header(*members)) {
    const JsonMember* algorithm = find(*members, "alg");
    require(
        algorithm != nullptr && algorithm->kind == JsonKind::string && algorithm->text == "RS256",
        "RS256");
    require(find(*members, "crit") == nullptr && find(*members, "b64") == nullptr &&
                find(*members, "zip") == nullptr,
            "nothing that is not understood");
  }
  check_token(compact(text, "{}", std::string(256, 'x')));
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokenlife::test;
  const std::string_view input = text_of(data, size);
  if (input.find('.') != std::string_view::npos) {
    check_token(input);
  } else {
    check_header(input);
  }
  return 0;
}
