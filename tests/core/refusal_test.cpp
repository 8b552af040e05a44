#include "core/refusal.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/print.hpp"

namespace tokenlife::test {
namespace {

std::vector<std::string> rules(RefusalReason reason) {
  const auto ids = rules_behind(reason);
  return {ids.begin(), ids.end()};
}

TEST_CASE("D2 is of bulk tokens, and not behind the refusal of a client's own") {
  CHECK(rules_behind_client_token(RefusalReason::malformed).empty());
  CHECK(rules_behind_client_token(RefusalReason::bad_signature).empty());
  CHECK(rules_behind_client_token(RefusalReason::wrong_issuer).empty());
  CHECK(rules_behind_client_token(RefusalReason::wrong_audience).empty());
  CHECK(rules_behind_client_token(RefusalReason::unknown_signer).front() == "A9");
  CHECK(rules_behind_client_token(RefusalReason::expired).back() == "R60");
}

TEST_CASE("every refusal names the rules behind it") {
  using Rules = std::vector<std::string>;
  CHECK(rules(RefusalReason::client_blocked) == Rules{"A8"});
  CHECK(rules(RefusalReason::client_outdated) == Rules{"R5", "D11"});
  CHECK(rules(RefusalReason::user_centric) == Rules{"R8"});
  CHECK(rules(RefusalReason::internal_registration_off) == Rules{"R16"});
  CHECK(rules(RefusalReason::credential_required) == Rules{"R18"});
  CHECK(rules(RefusalReason::bulk_token_unknown) == Rules{"D2"});
  CHECK(rules(RefusalReason::bulk_token_not_yet_valid) == Rules{"D2"});
  CHECK(rules(RefusalReason::bulk_token_expired) == Rules{"R21", "R62", "D2"});
  CHECK(rules(RefusalReason::bulk_token_blocked) == Rules{"R49", "R54", "D2"});
  CHECK(rules(RefusalReason::unknown_signer) == Rules{"A9"});
  CHECK(rules(RefusalReason::expired) == Rules{"R57", "R60"});
  CHECK(rules(RefusalReason::malformed) == Rules{"D2"});
  CHECK(rules(RefusalReason::bad_signature) == Rules{"D2"});
  CHECK(rules(RefusalReason::wrong_issuer) == Rules{"D2"});
  CHECK(rules(RefusalReason::wrong_audience) == Rules{"D2"});
  CHECK(rules(RefusalReason::wrong_type) == Rules{"R24"});
  CHECK(rules(RefusalReason::certificate_mismatch) == Rules{"D6", "R15"});
  CHECK(rules(RefusalReason::not_yet_valid) == Rules{"A5"});
}

TEST_CASE("A8 A9 R57 D6: a client token ends where it is no good and waiting does not mend it") {
  using enum RefusalReason;
  const std::vector<RefusalReason> ending{client_blocked, unknown_signer, expired,
                                          malformed,      bad_signature,  wrong_issuer,
                                          wrong_audience, wrong_type,     certificate_mismatch};
  for (std::size_t i = 0; i < kCount<RefusalReason>; ++i) {
    const auto reason = static_cast<RefusalReason>(i);
    CAPTURE(reason);
    CHECK(ends_client_token(reason) ==
          (std::find(ending.begin(), ending.end(), reason) != ending.end()));
  }
}

}  // namespace
}  // namespace tokenlife::test
