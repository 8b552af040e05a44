// The form of a token, before any key is looked at: R24, D2. Each token is wrong in one place.
#include "core/token/certificate.hpp"
#include "core/token/token.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"

namespace tokenlife::test {
namespace {

std::string with_header(const Written& header) {
  return said_of_bulk(signed_token(header, good_bulk_claims()));
}
std::string with_header_text(std::string_view header) {
  return said_of_bulk(forge(header, good_bulk_claims().text(), rfc7515_rsa()));
}

TEST_CASE("D2: tokens in which nothing is wrong are accepted") {
  CHECK(said_of_bulk(bulk_token()) == "accepted");
  CHECK(said_of_client(client_token()) == "accepted");
  CHECK(with_header(good_header().without("typ")) == "accepted");
}

TEST_CASE("a token has at most 16 KiB", "[slow]") {
  const auto token_of = [](std::size_t filling) {
    return signed_token(good_header(),
                        good_bulk_claims().with("filler", quoted(std::string(filling, 'x'))));
  };
  std::size_t filling = 11'000;
  while (token_of(filling + 1).size() <= 16'384) ++filling;
  CHECK(token_of(filling).size() >= 16'383);
  CHECK(said_of_bulk(token_of(filling)) == "accepted");
  CHECK(said_of_bulk(token_of(filling + 1)) == "too-long");
  // Before anything else is looked at.
  CHECK(said_of_bulk(std::string(16'384, ' ')) == "not-three-segments");
  CHECK(said_of_bulk(std::string(16'385, ' ')) == "too-long");
  CHECK(said_of_bulk(std::string(100'000'000, '.')) == "too-long");
}

TEST_CASE("a token has three segments, none of them empty") {
  const std::string good = bulk_token();
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  CHECK(said_of_bulk("") == "not-three-segments");
  CHECK(said_of_bulk(good + ".") == "not-three-segments");
  CHECK(said_of_bulk("." + good) == "not-three-segments");
  CHECK(said_of_bulk(good + ".AAAA.AAAA") == "not-three-segments");  // JWE has five
  CHECK(said_of_bulk(good.substr(0, second)) == "not-three-segments");
  CHECK(said_of_bulk(good.substr(0, first)) == "not-three-segments");
  CHECK(said_of_bulk("..") == "empty-segment");
  CHECK(said_of_bulk(good.substr(first)) == "empty-segment");
  CHECK(said_of_bulk(good.substr(0, second + 1)) == "empty-segment");
  // A detached payload (RFC 7515, appendix F).
  CHECK(said_of_bulk(good.substr(0, first + 1) + good.substr(second)) == "empty-segment");
}

TEST_CASE("nothing is trimmed from a token") {
  const std::string good = bulk_token();
  for (const std::string edge : {" ", "\n", "\r\n", "\t", "\"", "=", "\xEF\xBB\xBF"}) {
    CHECK(said_of_bulk(good + edge) == "not-base64url");
    CHECK(said_of_bulk(edge + good) == "not-base64url");
  }
  CHECK(said_of_bulk(good + std::string(1, '\0')) == "not-base64url");
  CHECK(said_of_bulk("Bearer " + good) == "not-base64url");
}

TEST_CASE("each segment is base64url, strictly") {
  const std::string good = bulk_token();
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  for (const std::size_t end : {first, second, good.size()}) {
    for (const std::string more : {"=", "==", " ", "+", "/", "\n"}) {
      CHECK(said_of_bulk(std::string(good).insert(end, more)) == "not-base64url");
    }
  }
  // The signature of 256 bytes leaves four bits in its last character.
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const std::size_t last = digits.find(good.back());
  CHECK(last % 16 == 0);
  for (std::size_t stray = 1; stray < 16; ++stray) {
    std::string token = good;
    token.back() = digits[last + stray];
    CHECK(said_of_bulk(token) == "not-base64url");
  }
}

TEST_CASE("the header is strict JSON") {
  const std::string good = good_header().text();
  CHECK(with_header_text(good) == "accepted");
  CHECK(with_header_text(" " + good + "\r\n") == "accepted");
  const std::string inside = good.substr(1, good.size() - 2);
  for (const std::string& bad :
       {"\xEF\xBB\xBF" + good, good + good, good + "x", good + std::string(1, '\0'),
        "[" + good + "]", inside, "{" + inside + ",}", "{" + inside + ",\"a\":\"\xFF\"}",
        "{" + inside + ",\"alg\":\"RS256\"}", "{" + inside + ",\"\\u0061lg\":\"none\"}",
        "{" + inside + ",\"a\":[[[[[[[[1]]]]]]]]}", std::string("1"), std::string("null")}) {
    INFO(bad);
    CHECK(with_header_text(bad) == "header-not-strict-json");
  }
}

TEST_CASE("the algorithm is RS256, exactly") {
  for (const char* algorithm :
       {"none",  "None",   "NONE",   "nOnE",         "",       "HS256", "HS384",
        "HS512", "RS384",  "RS512",  "ES256",        "PS256",  "EdDSA", "rs256",
        "Rs256", " RS256", "RS256 ", "RS256\\u0000", "RS2560", "RSA1_5"}) {
    INFO(algorithm);
    CHECK(with_header(good_header().with("alg", quoted(algorithm))) == "algorithm-not-rs256");
  }
  for (const char* value : {"null", "true", "256", "[\"RS256\"]", "{\"RS256\":1}"}) {
    INFO(value);
    CHECK(with_header(good_header().with("alg", value)) == "algorithm-not-rs256");
  }
  CHECK(with_header(good_header().without("alg")) == "algorithm-not-rs256");
  CHECK(with_header(good_header().without("alg").with("Alg", quoted("RS256"))) ==
        "algorithm-not-rs256");
}

TEST_CASE("crit, b64 and zip are refused, whatever they say") {
  for (const char* member : {"crit", "b64", "zip"}) {
    for (const char* value : {"[]", "[\"exp\"]", "[\"b64\"]", "true", "false", "null", "\"DEF\""}) {
      INFO(member << ":" << value);
      CHECK(with_header(good_header().with(member, value)) == "critical-header");
    }
  }
  // RFC 7515, appendix E; RFC 7797.
  CHECK(with_header_text(R"({"alg":"RS256","crit":["http://example.invalid/UNDEFINED"],)"
                         R"("http://example.invalid/UNDEFINED":true})") == "critical-header");
  CHECK(with_header(good_header().with("b64", "false").with("crit", "[\"b64\"]")) ==
        "critical-header");
}

TEST_CASE("typ is absent or JWT") {
  for (const char* value : {"\"jwt\"", "\"at+jwt\"", "\"JWS\"", "\"JOSE\"", "\"application/jwt\"",
                            "\"\"", "null", "true", "[\"JWT\"]", "1"}) {
    INFO(value);
    CHECK(with_header(good_header().with("typ", value)) == "wrong-header-type");
  }
}

TEST_CASE("x5t is a SHA-1 thumbprint") {
  const std::string x5t = site_certificate().x5t();
  for (const std::string& value :
       {quoted(""), quoted(x5t + "="), quoted(x5t.substr(0, 26)), quoted(x5t + "A"),
        quoted(x5t + "AA"), quoted(" " + x5t), quoted(base64url_of(sha256_of("x"))),
        quoted("290A3CBCD83255641FF42697C8E899A6A7B4F56E"), std::string("null"), std::string("0"),
        "[" + quoted(x5t) + "]"}) {
    INFO(value);
    CHECK(with_header(good_header().with("x5t", value)) == "bad-thumbprint");
  }
}

TEST_CASE("kid is absent or a string, and is not looked at") {
  for (const char* value : {"null", "true", "0", "1.5", "{}", "[]", "[\"a\"]"}) {
    INFO(value);
    CHECK(with_header(good_header().with("kid", value)) == "bad-key-id");
  }
  for (const char* value : {"\"\"", "\"7\"", "\"../../signing-0.key\""}) {
    INFO(value);
    CHECK(with_header(good_header().with("kid", value)) == "accepted");
  }
  CHECK(reason_of(TokenFault::bad_key_id) == RefusalReason::malformed);
}

TEST_CASE("refusals say which check it was, never what the token was") {
  for (std::size_t i = 0; i < kCount<TokenFault>; ++i) {
    const auto fault = static_cast<TokenFault>(i);
    INFO(name(fault));
    CHECK(name(fault) != "?");
    CHECK(explanation_of(fault).size() > 10);
    CHECK_FALSE(rules_behind(fault).empty());
    CHECK(name(reason_of(fault)) != "?");
  }
  // A fault is a number: it has no room for a token.
  STATIC_REQUIRE(sizeof(TokenFault) == 1);
}

}  // namespace
}  // namespace tokenlife::test
