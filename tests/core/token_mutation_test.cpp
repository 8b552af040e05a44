// Good tokens, changed: none may be accepted. D2, D6, R24.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/token/certificate.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

struct Good {
  std::string token;
  TokenChecks checks;
  Written claims;
};
std::vector<Good> good_tokens() {
  return {{bulk_token(), site_checks(TokenProfile::bulk), good_bulk_claims()},
          {client_token(), site_checks(TokenProfile::client), good_client_claims()}};
}

// Fails if it is accepted. Not by CHECK: it is asked a hundred thousand times.
void refused(std::string_view token, const TokenChecks& checks, const std::string& what) {
  if (verify(token, checks)) FAIL_CHECK("accepted: " << what);
}

TEST_CASE("a token with one bit flipped is refused", "[slow]") {
  for (const Good& good : good_tokens()) {
    REQUIRE(said(good.token, good.checks) == "accepted");
    for (std::size_t bit = 0; bit < 8 * good.token.size(); ++bit) {
      std::string token = good.token;
      token[bit / 8] = static_cast<char>(token[bit / 8] ^ (1 << bit % 8));
      refused(token, good.checks, "bit " + std::to_string(bit));
    }
  }
}

TEST_CASE("a token with one byte replaced is refused", "[slow]") {
  const Good good = good_tokens()[0];
  for (std::size_t at = 0; at < good.token.size(); ++at) {
    std::string token = good.token;
    // Every byte in the last characters of each segment, which are where two texts can stand for
    // the same bytes; elsewhere a few of each sort.
    const bool ends =
        at + 2 >= token.size() || token[at + 1] == '.' || token[at] == '.' || token[at + 2] == '.';
    for (int byte = 0; byte < 256; byte += ends ? 1 : 7) {
      if (static_cast<char>(byte) == good.token[at]) continue;
      token[at] = static_cast<char>(byte);
      refused(token, good.checks, "byte " + std::to_string(at) + ": " + std::to_string(byte));
    }
  }
}

TEST_CASE("a token with a byte cut out, doubled, inserted or swapped is refused") {
  for (const Good& good : good_tokens()) {
    for (std::size_t at = 0; at < good.token.size(); ++at) {
      const std::string where = " at " + std::to_string(at);
      refused(std::string(good.token).erase(at, 1), good.checks, "cut out" + where);
      refused(std::string(good.token).insert(at, 1, good.token[at]), good.checks,
              "doubled" + where);
      for (const char c : {'A', '.', '=', '\n', ' ', '\0'}) {
        refused(std::string(good.token).insert(at, 1, c), good.checks, "inserted" + where);
      }
      refused(good.token.substr(0, at), good.checks, "the beginning" + where);
      refused(good.token.substr(at + 1), good.checks, "the end" + where);
      if (at > 0 && good.token[at] != good.token[at - 1]) {
        std::string swapped = good.token;
        std::swap(swapped[at], swapped[at - 1]);
        refused(swapped, good.checks, "swapped" + where);
      }
    }
  }
}

// Any bytes of header, payload and signature, base64url sound.
TEST_CASE("a token with one bit flipped in what it encodes is refused") {
  const std::string header = good_header().text();
  const std::string claims = good_bulk_claims().text();
  const std::string signature =
      rfc7515_rsa().rs256(base64url_of(header) + "." + base64url_of(claims));
  const TokenChecks checks = site_checks(TokenProfile::bulk);
  REQUIRE(said(compact(header, claims, signature), checks) == "accepted");
  const auto flip = [](std::string text, std::size_t bit) {
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    return text;
  };
  for (std::size_t bit = 0; bit < 8 * header.size(); ++bit) {
    refused(compact(flip(header, bit), claims, signature), checks, "header");
  }
  for (std::size_t bit = 0; bit < 8 * claims.size(); ++bit) {
    refused(compact(header, flip(claims, bit), signature), checks, "claims");
  }
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    refused(compact(header, claims, flip(signature, bit)), checks, "signature");
  }
}

TEST_CASE("parts of two tokens make no third") {
  const auto parts_of = [](const std::string& token) {
    const std::size_t first = token.find('.');
    const std::size_t second = token.rfind('.');
    return std::array<std::string, 3>{token.substr(0, first),
                                      token.substr(first + 1, second - first - 1),
                                      token.substr(second + 1)};
  };
  const std::string longer =
      signed_token(good_header(), good_bulk_claims().with("exp", "1580415506"));
  const std::vector<std::string> whole{
      bulk_token(), client_token(), longer,
      signed_token(good_header().without("typ"), good_bulk_claims())};
  int same = 0;
  for (const std::string& header : whole) {
    for (const std::string& claims : whole) {
      for (const std::string& signature : whole) {
        const std::string token =
            parts_of(header)[0] + "." + parts_of(claims)[1] + "." + parts_of(signature)[2];
        const bool good = said_of_bulk(token) == "accepted" || said_of_client(token) == "accepted";
        // Some of them have a part in common.
        const bool one_of_them = std::find(whole.begin(), whole.end(), token) != whole.end();
        CHECK(good == one_of_them);
        same += one_of_them;
      }
    }
  }
  CHECK(same == 14);
}

const std::vector<std::string> kOtherValues{"null",      "true",        "0",         "1",  "-1",
                                            "\"\"",      "\"x\"",       "[]",        "{}", "1e3",
                                            "\"SCCM \"", "\"\\u0000\"", "[\"SCCM\"]"};

TEST_CASE("every claim of a token is needed, and its value") {
  for (const Good& good : good_tokens()) {
    for (const auto& [its_name, value] : good.claims.members()) {
      const auto signed_with = [&](const Written& claims) {
        return signed_token(good_header(), claims);
      };
      const Written without = good.claims.without(its_name);
      refused(signed_with(without), good.checks, its_name + " left out");
      refused(signed_with(without.with(its_name + " ", value)), good.checks, its_name + " renamed");
      refused(signed_with(without.with("x", "{\"" + its_name + "\":" + value + "}")), good.checks,
              its_name + " deeper");
      refused(signed_with(without.with(its_name, "[" + value + "]")), good.checks,
              its_name + " in an array");
      for (const std::string& other : kOtherValues) {
        if (its_name == "nbf" && (other == "0" || other == "1")) continue;  // so long can be right
        refused(signed_with(good.claims.with(its_name, other)), good.checks,
                its_name + ":" + other);
      }
      // Twice: no reader may choose.
      std::string text = good.claims.text();
      text.back() = ',';
      refused(
          forge(good_header().text(), text + quoted(its_name) + ":" + value + "}", rfc7515_rsa()),
          good.checks, its_name + " twice");
    }
  }
}

TEST_CASE("every member of a header is what it is, or the token is refused") {
  const TokenChecks checks = site_checks(TokenProfile::bulk);
  for (const auto& [its_name, value] : good_header().members()) {
    for (const std::string& other : kOtherValues) {
      refused(signed_token(good_header().with(its_name, other), good_bulk_claims()), checks,
              its_name + ":" + other);
    }
    if (its_name == "typ") continue;  // may be left out
    const Written without = good_header().without(its_name);
    refused(signed_token(without, good_bulk_claims()), checks, its_name + " left out");
    refused(signed_token(without.with(its_name + " ", value), good_bulk_claims()), checks,
            its_name + " renamed");
  }
}

TEST_CASE("claims that nobody asks for change nothing") {
  const Written more = good_bulk_claims()
                           .with("jti", "\"1\"")
                           .with("sub", "null")
                           .with("cnf", "{}")
                           .with("exp2", "0");
  CHECK(said_of_bulk(signed_token(good_header(), more)) == "accepted");
}

TEST_CASE("random texts are refused, and nothing else happens") {
  const std::vector<std::string> pieces{".",
                                        "..",
                                        base64url_of("{}"),
                                        base64url_of("{\"alg\":\"RS256\"}"),
                                        base64url_of(good_header().text()),
                                        base64url_of(good_bulk_claims().text()),
                                        "A",
                                        "AA",
                                        "=",
                                        base64url_of(std::string(256, 'x')),
                                        "\xFF",
                                        std::string(1, '\0')};
  property(
      "random tokens",
      [&] {
        const auto chosen =
            *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces));
        std::string token;
        for (const std::string& piece : chosen) token += piece;
        RC_ASSERT(!verify(token, site_checks(TokenProfile::any)));
        RC_ASSERT(!verify_signature(token, site_signers()));
        const auto noise = *rc::gen::arbitrary<std::string>();
        RC_ASSERT(!verify(noise, site_checks(TokenProfile::any)));
      },
      5);
  property("random headers and claims, signed", [] {
    const auto odd = rc::gen::element<std::string>("RS256", "JWT", "SCCM", "BulkRegistration", "",
                                                   "none", "\\u0000");
    Written header{{"x5t", quoted(site_certificate().x5t())}};
    Written claims{{"aud", quoted("urn:sccm:service")}};
    for (const char* member : {"alg", "typ", "crit"}) {
      if (*rc::gen::inRange(0, 3) > 0) header = header.with(member, quoted(*odd));
    }
    for (const auto& member : good_bulk_claims().members()) {
      const int choice = *rc::gen::inRange(0, 12);
      if (choice > 1) claims = claims.with(member.first, member.second);
      if (choice == 1) claims = claims.with(member.first, quoted(*odd));
    }
    const bool whole = header.with("crit", "").without("crit").text() == header.text() &&
                       said_of_bulk(signed_token(good_header(), claims)) == "accepted";
    const std::string token = signed_token(header, claims);
    const std::string said = said_of_bulk(token);
    RC_TAG(said == "accepted" ? "accepted" : "refused");
    RC_ASSERT(said != "accepted" || whole);
    RC_ASSERT(said_of_client(token) != "accepted");
  });
}

}  // namespace
}  // namespace tokenlife::test
