// What a token claims: R14, R24, R41, R46, D2, D3, D6. Each token is signed by the site and wrong
// in one claim.
#include <catch2/catch.hpp>

#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

std::string bulk_with(std::string_view name, std::string_view value) {
  return said_of_bulk(signed_token(good_header(), good_bulk_claims().with(name, value)));
}
std::string client_with(std::string_view name, std::string_view value) {
  return said_of_client(signed_token(good_header(), good_client_claims().with(name, value)));
}
std::string bulk_without(std::string_view name) {
  return said_of_bulk(signed_token(good_header(), good_bulk_claims().without(name)));
}
std::string client_without(std::string_view name) {
  return said_of_client(signed_token(good_header(), good_client_claims().without(name)));
}

TEST_CASE("R14 R41 D3: tokens say what the sample says, in its order and to the byte") {
  const auto key = PrivateKey::from_pem(rfc7515_rsa().private_pem());
  const auto certificate = Certificate::from_pem(site_certificate().pem());
  REQUIRE((key && certificate));
  const BulkClaims bulk{{kTokenBegins, kTokenEnds}, kTokenTenant, kTokenGuid};
  CHECK(sign_token(bulk, *key, *certificate).reveal() == bulk_token());
  const ClientClaims client{{kTokenBegins, kTokenBegins + std::chrono::days{90}},
                            kTokenTenant,
                            TokenSerial::of({17}, 3),
                            Credential::self_signed,
                            clients_certificate().sha256()};
  CHECK(sign_token(client, *key, *certificate).reveal() == client_token());

  const auto of_bulk = verify(bulk_token(), site_checks(TokenProfile::bulk));
  REQUIRE(of_bulk);
  CHECK(std::get<BulkClaims>(of_bulk->claims()) == bulk);
  CHECK(of_bulk->dates() == TokenDates{kTokenBegins, kTokenEnds});
  CHECK(of_bulk->signer() == KeyNumber{4});
  const auto of_client = verify(client_token(), site_checks(TokenProfile::client));
  REQUIRE(of_client);
  CHECK(std::get<ClientClaims>(of_client->claims()) == client);
}

TEST_CASE("only verify makes a verified token") {
  STATIC_REQUIRE_FALSE(std::is_default_constructible_v<VerifiedToken>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<VerifiedToken, TokenClaims, KeyNumber>);
  STATIC_REQUIRE_FALSE(std::is_aggregate_v<VerifiedToken>);
}

TEST_CASE("the payload is strict JSON") {
  const std::string good = good_bulk_claims().text();
  const std::string inside = good.substr(1, good.size() - 2);
  const auto with = [](const std::string& payload) {
    return said_of_bulk(forge(good_header().text(), payload, rfc7515_rsa()));
  };
  CHECK(with(" " + good + "\n") == "accepted");
  for (const std::string& bad :
       {"\xEF\xBB\xBF" + good, good + good, good + "x", good + std::string(1, '\0'),
        "[" + good + "]", inside, "{" + inside + ",}", "{" + inside + ",\"a\":\"\xFF\"}",
        "{" + inside + ",\"exp\":1580415505}", "{" + inside + ",\"\\u0065xp\":1580415505}",
        "{" + inside + ",\"a\":{\"b\":1,\"b\":1}}", "{" + inside + ",\"a\":[[[[[[[[1]]]]]]]]}"}) {
    INFO(bad);
    CHECK(with(bad) == "payload-not-strict-json");
  }
}

TEST_CASE("exp and nbf are integers from 0 to 253402300799") {
  for (const char* name : {"exp", "nbf"}) {
    CHECK(bulk_without(name) == "bad-dates");
    CHECK(client_without(name) == "bad-dates");
    for (const char* value :
         {"-1", "253402300800", "9223372036854775807", "9223372036854775808",
          "-9223372036854775808", "18446744073709551615", "18446744073709551616", "1580156305.0",
          "1580156305.5", "1.580156305e9", "1580415505e0", "\"1580415505\"", "null", "true",
          "[1580415505]", "{\"a\":1580415505}", "[]"}) {
      INFO(name << ":" << value);
      CHECK(bulk_with(name, value) == "bad-dates");
      CHECK(client_with(name, value) == "bad-dates");
    }
  }
  // The edges: as old and as long as can be.
  TokenChecks checks = site_checks(TokenProfile::client);
  const auto token = signed_token(
      good_header(), good_client_claims().with("nbf", "0").with("exp", "253402300799"));
  CHECK(said(token, checks) == "accepted");
}

TEST_CASE("nbf is before exp") {
  CHECK(bulk_with("exp", "1580156305") == "bad-dates");  // equal
  CHECK(bulk_with("exp", "1580156304") == "bad-dates");
  CHECK(bulk_with("exp", "1580156306") == "accepted");
  CHECK(bulk_with("exp", "0") == "bad-dates");
  CHECK(client_with("nbf", "1587932305") == "bad-dates");
}

TEST_CASE("iat is absent or a date, and is not looked at") {
  for (const char* value : {"null", "true", "\"1580156305\"", "1580156305.5", "1e9", "-1",
                            "253402300800", "{}", "[1580156305]"}) {
    INFO(value);
    CHECK(bulk_with("iat", value) == "bad-dates");
    CHECK(client_with("iat", value) == "bad-dates");
  }
  for (const char* value : {"0", "1580156305", "253402300799"}) {
    INFO(value);
    CHECK(bulk_with("iat", value) == "accepted");
    CHECK(client_with("iat", value) == "accepted");
  }
}

TEST_CASE("the issuer is the site, exactly") {
  const std::string good = "urn:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c081";
  for (const std::string& value :
       {quoted(""), quoted(good + " "), quoted(" " + good), quoted(good + "\\u0000"),
        quoted(good.substr(0, good.size() - 1)), quoted(good + "/"),
        quoted("urn:sccm:oauth2:CDCC5E91-0ADF-4A24-82D0-196667F1C081"),
        quoted("URN:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c081"),
        quoted("urn:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c082"), std::string("null"),
        "[" + quoted(good) + "]"}) {
    INFO(value);
    CHECK(bulk_with("iss", value) == "wrong-issuer");
    CHECK(client_with("iss", value) == "wrong-issuer");
  }
  CHECK(bulk_without("iss") == "wrong-issuer");
  CHECK(client_without("iss") == "wrong-issuer");
  CHECK(bulk_with("iss", quoted("urn:sccm:oauth2\\u003acdcc5e91-0adf-4a24-82d0-196667f1c081")) ==
        "accepted");
}

TEST_CASE("another tenant's token is refused, though it agrees with itself") {
  const auto foreign = [](const Written& claims) {
    return signed_token(
        good_header(),
        claims.with("TenantId", quoted("AAAAAAAA-0ADF-4A24-82D0-196667F1C081"))
            .with("iss", quoted("urn:sccm:oauth2:aaaaaaaa-0adf-4a24-82d0-196667f1c081")));
  };
  CHECK(said_of_bulk(foreign(good_bulk_claims())) == "wrong-issuer");
  CHECK(said_of_client(foreign(good_client_claims())) == "wrong-issuer");
  // Half of it.
  CHECK(bulk_with("TenantId", quoted("AAAAAAAA-0ADF-4A24-82D0-196667F1C081")) == "wrong-issuer");
}

TEST_CASE("the audience is the service, exactly, and alone") {
  for (const char* value :
       {"\"\"", "\"urn:sccm:service \"", "\"urn:sccm:servic\"", "\"urn:sccm:service2\"",
        "\"URN:SCCM:SERVICE\"", "[\"urn:sccm:service\"]", "[\"urn:sccm:service\",\"other\"]",
        "null", "true", "{}"}) {
    INFO(value);
    CHECK(bulk_with("aud", value) == "wrong-audience");
    CHECK(client_with("aud", value) == "wrong-audience");
  }
  CHECK(bulk_without("aud") == "wrong-audience");
  CHECK(client_without("aud") == "wrong-audience");
}

TEST_CASE("R24: neither kind is accepted in the other's place") {
  CHECK(said_of_bulk(client_token()) == "wrong-type");
  CHECK(said_of_client(bulk_token()) == "wrong-type");
  // Half of one and half of the other, and neither, whatever is asked for.
  for (const auto& [category, type] : std::vector<std::pair<const char*, const char*>>{
           {"\"SCCMPreAuthToken\"", "\"ClientAuthentication\""},
           {"\"SCCMClientToken\"", "\"BulkRegistration\""},
           {"\"SCCMPreAuthToken\"", "\"Other\""},
           {"\"Other\"", "\"BulkRegistration\""},
           {"\"SCCMClientToken\"", "null"},
           {"[\"SCCMPreAuthToken\"]", "\"BulkRegistration\""},
           {"\"S{CMPreAuthToken\"", "\"BulkRegistration\""},
           {"\"sccmpreauthtoken\"", "\"BulkRegistration\""}}) {
    INFO(category << " " << type);
    // Everything that either kind has.
    Written claims = good_bulk_claims().with("SCCMTokenCategory", category).with("Type", type);
    for (const auto& [its_name, value] : good_client_claims().members()) {
      if (its_name == "TokenSerial" || its_name == "cnf" || its_name == "CertificateType") {
        claims = claims.with(its_name, value);
      }
    }
    const std::string token = signed_token(good_header(), claims);
    CHECK(said_of_bulk(token) == "wrong-type");
    CHECK(said_of_client(token) == "wrong-type");
    CHECK(said(token, site_checks(TokenProfile::any)) == "wrong-type");
  }
  for (const char* claim : {"SCCMTokenCategory", "Type"}) {
    CHECK(bulk_without(claim) == "wrong-type");
    CHECK(client_without(claim) == "wrong-type");
  }
  const std::string neither =
      signed_token(good_header(), good_bulk_claims().without("SCCMTokenCategory").without("Type"));
  CHECK(said_of_bulk(neither) == "wrong-type");
  CHECK(said_of_client(neither) == "wrong-type");
}

TEST_CASE("the claims of either kind are of their form") {
  for (const char* claim : {"Authority", "License"}) {
    CHECK(bulk_without(claim) == "bad-claims");
    CHECK(client_without(claim) == "bad-claims");
    for (const char* value : {"\"sccm\"", "\"SCCM \"", "\"\"", "null", "[\"SCCM\"]"}) {
      CHECK(bulk_with(claim, value) == "bad-claims");
      CHECK(client_with(claim, value) == "bad-claims");
    }
  }
  CHECK(bulk_without("TenantId") == "bad-claims");
  CHECK(client_without("TenantId") == "bad-claims");
  for (const char* value :
       {"\"cdcc5e91-0adf-4a24-82d0-196667f1c081\"", "\"{CDCC5E91-0ADF-4A24-82D0-196667F1C081}\"",
        "\"CDCC5E910ADF4A2482D0196667F1C081\"", "\"\"", "null", "1",
        "\"CDCC5E91-0ADF-4A24-82D0-196667F1C08G\"", "\"CDCC5E91-0ADF-4A24-82D0-196667F1C0811\""}) {
    INFO(value);
    CHECK(bulk_with("TenantId", value) == "bad-claims");
    CHECK(client_with("TenantId", value) == "bad-claims");
  }
}

TEST_CASE("R41: a bulk token's UniqueId is a GUID") {
  CHECK(bulk_without("UniqueId") == "bad-claims");
  for (const char* value :
       {"\"db591e33-p5fd-4c5b-82f3-bf673e5bd0a2\"", "\"{db591e33-05fd-4c5b-82f3-bf673e5bd0a2}\"",
        "\"db591e3305fd4c5b82f3bf673e5bd0a2\"", "\"db591e33-05fd-4c5b-82f3-bf673e5bd0a2 \"",
        "\"db591e33-05fd-4c5b-82f3-bf673e5bd0a\"", "\"db591e33 05fd-4c5b-82f3-bf673e5bd0a2\"",
        "\"+b591e33-05fd-4c5b-82f3-bf673e5bd0a2\"", "\"\"", "null", "0"}) {
    INFO(value);
    CHECK(bulk_with("UniqueId", value) == "bad-claims");
  }
}

TEST_CASE("R46 D3: a bulk token is good for 10080 minutes at most") {
  // 10,080 minutes are 604,800 seconds.
  CHECK(bulk_with("exp", "1580761105") == "accepted");
  CHECK(bulk_with("exp", "1580761106") == "lifetime-too-long");
  CHECK(bulk_with("exp", "253402300799") == "lifetime-too-long");
  CHECK(bulk_with("nbf", "0") == "lifetime-too-long");
  // A client token is good for longer.
  CHECK(client_with("exp", "1587932306") == "accepted");
  CHECK(rules_behind(TokenFault::lifetime_too_long).front() == "R46");
}

TEST_CASE("D6 R14: a client token names its serial, certificate and kind of certificate") {
  for (const char* claim : {"TokenSerial", "CertificateType", "cnf"}) {
    CHECK(client_without(claim) == "bad-claims");
    for (const char* value : {"null", "\"\"", "0", "[]", "{}"}) {
      CHECK(client_with(claim, value) == "bad-claims");
    }
  }
  for (const char* serial : {"17", "17-", "-3", "17-0", "017-3", "17-03", "17-3 ", " 17-3", "+17-3",
                             "17--3", "17-3-1", "4294967296-1", "1-4294967296", "0x11-3"}) {
    INFO(serial);
    CHECK(client_with("TokenSerial", quoted(serial)) == "bad-claims");
  }
  for (const char* kind : {"selfsigned", "SelfSigned ", "Bulk", "bulk", "PKI2"}) {
    CHECK(client_with("CertificateType", quoted(kind)) == "bad-claims");
  }
  const std::string good = client_certificate().x5t_s256();
  for (const std::string& thumbprint :
       {good + "=", good.substr(0, 42), good + "A", good + "AA", " " + good, std::string(),
        client_certificate().x5t(), std::string(64, 'A')}) {
    INFO(thumbprint);
    CHECK(client_with("cnf", "{\"x5t#S256\":" + quoted(thumbprint) + "}") == "bad-claims");
  }
  CHECK(client_with("cnf", quoted(good)) == "bad-claims");
  CHECK(client_with("cnf", "[{\"x5t#S256\":" + quoted(good) + "}]") == "bad-claims");
  CHECK(client_with("cnf", "{\"x5t#s256\":" + quoted(good) + "}") == "bad-claims");
  CHECK(client_with("cnf", "{\"cnf\":{\"x5t#S256\":" + quoted(good) + "}}") == "bad-claims");
}

TEST_CASE("whatever is issued is verified, with the same claims") {
  const auto key = PrivateKey::from_pem(rfc7515_rsa().private_pem());
  const auto certificate = Certificate::from_pem(site_certificate().pem());
  property("issued tokens are verified", [&] {
    const auto begins = *rc::gen::inRange<std::int64_t>(0, 253'402'300'799);
    const auto minutes = *rc::gen::inRange<std::int64_t>(1, 10'081);
    const auto number = *rc::gen::arbitrary<std::uint32_t>();
    const auto ordinal = *rc::gen::inRange<std::uint32_t>(1, 1'000'000);
    const auto at = [](std::int64_t s) {
      return std::chrono::sys_seconds{std::chrono::seconds{s}};
    };
    const TokenDates dates{at(begins),
                           at(std::min<std::int64_t>(begins + 60 * minutes, 253'402'300'799))};
    const Guid tenant{*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>()};
    const BulkClaims bulk{dates, tenant, {tenant.low, tenant.high}};
    const ClientClaims client{dates, tenant, TokenSerial::of({number}, ordinal), Credential::pki,
                              clients_certificate().sha256()};
    const TokenChecks checks{site_signers(), dates.not_before};
    const auto one = verify(sign_token(bulk, *key, *certificate).reveal(), checks);
    const auto two = verify(sign_token(client, *key, *certificate).reveal(), checks);
    RC_ASSERT((one && two));
    RC_ASSERT(std::get<BulkClaims>(one->claims()) == bulk);
    RC_ASSERT(std::get<ClientClaims>(two->claims()) == client);
  });
}

}  // namespace
}  // namespace tokenlife::test
