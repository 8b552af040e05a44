// A5, A6: when a token of each kind is good, to the second, under every profile that takes it.
// The dates of all three are those of the source's sample: 1580156305 to 1580415505.
#include <catch2/catch.hpp>

#include "core/token/certificate.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"

namespace tokenlife::test {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

std::string client_token_of_three_days() {
  return signed_token(good_header(), good_client_claims().with("exp", "1580415505"));
}
// Neither kind: somebody else's, signed by the site.
std::string foreign_token() {
  return signed_token(good_header(),
                      good_bulk_claims().without("SCCMTokenCategory").without("Type"));
}

std::string said_at(const std::string& token, TokenProfile profile, std::int64_t now,
                    std::int64_t leeway) {
  TokenChecks checks = site_checks(profile);
  checks.certificate = nullptr;  // whose own dates are not asked for here
  checks.now = sys_seconds{seconds{now}};
  checks.leeway = seconds{leeway};
  return said(token, checks);
}

struct Moment {
  std::int64_t leeway;
  std::int64_t now;
  const char* of_bulk;
  const char* of_others;
};

constexpr Moment kMoments[] = {
    {0, 1'580'156'304, "bulk-token-not-yet-valid", "not-yet-valid"},
    {0, 1'580'156'305, "accepted", "accepted"},
    {0, 1'580'415'504, "accepted", "accepted"},
    {0, 1'580'415'505, "bulk-token-expired", "expired"},
    {60, 1'580'156'244, "bulk-token-not-yet-valid", "not-yet-valid"},
    {60, 1'580'156'245, "accepted", "accepted"},
    {60, 1'580'156'304, "accepted", "accepted"},
    {60, 1'580'156'305, "accepted", "accepted"},
    {60, 1'580'415'504, "accepted", "accepted"},
    {60, 1'580'415'505, "accepted", "accepted"},
    {60, 1'580'415'564, "accepted", "accepted"},
    {60, 1'580'415'565, "bulk-token-expired", "expired"},
};

}  // namespace

TEST_CASE("A5 A6: a token of any kind is good from nbf to just before exp, and the leeway around") {
  const std::string bulk = bulk_token();
  const std::string client = client_token_of_three_days();
  const std::string foreign = foreign_token();
  for (const Moment& moment : kMoments) {
    INFO("at " << moment.now << ", leeway " << moment.leeway);
    const auto at = [&](const std::string& token, TokenProfile profile) {
      return said_at(token, profile, moment.now, moment.leeway);
    };
    CHECK(at(bulk, TokenProfile::bulk) == moment.of_bulk);
    CHECK(at(bulk, TokenProfile::any) == moment.of_bulk);
    CHECK(at(client, TokenProfile::client) == moment.of_others);
    CHECK(at(client, TokenProfile::any) == moment.of_others);
    CHECK(at(foreign, TokenProfile::any) == moment.of_others);
    // R24: whatever the time, it is none of these.
    CHECK(at(foreign, TokenProfile::bulk) == "wrong-type");
    CHECK(at(foreign, TokenProfile::client) == "wrong-type");
    CHECK(at(bulk, TokenProfile::client) == "wrong-type");
    CHECK(at(client, TokenProfile::bulk) == "wrong-type");
  }
}

TEST_CASE("A6: bulk tokens may have a leeway of their own, and no other token has it") {
  TokenChecks checks = site_checks(TokenProfile::any);
  checks.certificate = nullptr;
  checks.leeway = seconds{60};
  checks.bulk_leeway = seconds{600};
  const auto at = [&](const std::string& token, std::int64_t now) {
    checks.now = sys_seconds{seconds{now}};
    return said(token, checks);
  };
  const std::string bulk = bulk_token();
  CHECK(at(bulk, 1'580'155'704) == "bulk-token-not-yet-valid");
  CHECK(at(bulk, 1'580'155'705) == "accepted");
  CHECK(at(bulk, 1'580'416'104) == "accepted");
  CHECK(at(bulk, 1'580'416'105) == "bulk-token-expired");
  for (const std::string& other : {client_token_of_three_days(), foreign_token()}) {
    CHECK(at(other, 1'580'156'244) == "not-yet-valid");
    CHECK(at(other, 1'580'156'245) == "accepted");
    CHECK(at(other, 1'580'415'564) == "accepted");
    CHECK(at(other, 1'580'415'565) == "expired");
  }
}

TEST_CASE("A5: the signature alone has no time") {
  for (const std::string& token : {bulk_token(), client_token_of_three_days(), foreign_token()}) {
    CHECK(verify_signature(token, site_signers()) == KeyNumber{4});
  }
}

// The client's certificate is good from the token's nbf on, for 365 days, both ends included
// (RFC 5280).
TEST_CASE("D6: a client's certificate is as good as its own dates, which know no leeway") {
  const std::string token =
      signed_token(good_header(), good_client_claims().with("exp", "1620000000"));
  const auto at = [&](std::int64_t now, TokenProfile profile) {
    TokenChecks checks = site_checks(TokenProfile::client);
    checks.profile = profile;
    checks.now = sys_seconds{seconds{now}};
    checks.leeway = seconds{60};
    return said(token, checks);
  };
  for (const TokenProfile profile : {TokenProfile::client, TokenProfile::any}) {
    CHECK(at(1'580'156'304, profile) == "certificate-not-valid");
    CHECK(at(1'580'156'305, profile) == "accepted");
    CHECK(at(1'611'692'305, profile) == "accepted");
    CHECK(at(1'611'692'306, profile) == "certificate-not-valid");
  }
}

}  // namespace tokenlife::test
