#include "core/policy.hpp"

#include <catch2/catch.hpp>

#include "core/bulk_lifetime.hpp"
#include "core/request.hpp"
#include "core/verdict.hpp"
#include "support/story.hpp"

namespace tokenlife::test {
namespace {

TEST_CASE("R57: a client token is valid for 90 days") {
  CHECK(kDefault.token_validity == seconds{7'776'000});
  CHECK(expiry(kDefault, day(0)) == day(90));
  CHECK(expiry(kDefault, day(17) + kSecond) == day(107) + kSecond);
}

TEST_CASE("R56 A1: a client token is due for renewal 30 days after issue") {
  CHECK(kDefault.renew_after == seconds{2'592'000});
  CHECK(renewal_due(kDefault, day(0), seconds{0}) == day(30));
  CHECK(renewal_due(kDefault, day(30), seconds{0}) == day(60));
}

TEST_CASE("A1: a scenario may set another interval, and jitter moves the due time later") {
  Policy policy;
  policy.renew_after = days{7};
  CHECK(renewal_due(policy, day(1), seconds{0}) == day(8));
  CHECK(renewal_due(policy, day(1), hours{5}) == day(8) + hours{5});
}

TEST_CASE("A6: there is no leeway unless a scenario sets one") {
  CHECK(kDefault.leeway == seconds{0});
  CHECK(refused_from(kDefault, day(90)) == day(90));
}

TEST_CASE("A6: leeway moves the moment from which a token is refused, not its expiry") {
  Policy policy;
  policy.leeway = minutes{5};
  CHECK(expiry(policy, day(0)) == day(90));
  CHECK(refused_from(policy, day(90)) == day(90) + minutes{5});
}

TEST_CASE("A6: leeway after the last moment is never") {
  Policy policy;
  policy.leeway = minutes{5};
  CHECK(refused_from(policy, kNever) == kNever);
  CHECK(refused_from(policy, kNever - minutes{5}) == kNever);
  CHECK(refused_from(policy, kNever - minutes{5} - kSecond) == kNever - kSecond);
}

TEST_CASE("A15: of a change only that is news which is not so already") {
  SitePolicyChange of_site;
  of_site.token_validity = days{90};
  of_site.leeway = minutes{5};
  CHECK(news(kDefault, of_site) == SitePolicyChange{{}, {}, {}, minutes{5}, {}});
  ClientPolicyChange of_clients;
  of_clients.renew_after = days{30};
  CHECK(news(kDefault, of_clients).empty());
  of_clients.retry_after_failure = hours{2};
  CHECK(news(kDefault, of_clients) == ClientPolicyChange{{}, {}, {}, hours{2}, {}});
}

TEST_CASE("R44 R45 R46: the lifetime of a bulk token is 1 to 10080 minutes, and 4320 by default") {
  CHECK(kBulkLifetimeMinutesMin == 1);
  CHECK(kBulkLifetimeMinutesDefault == 4320);
  CHECK(kBulkLifetimeMinutesMax == 10080);
  CHECK(minutes{kBulkLifetimeMinutesDefault} == days{3});
  CHECK(minutes{kBulkLifetimeMinutesMax} == days{7});
}

TEST_CASE("R16 A2: MPs register self-signed clients, and any contact renews, by default") {
  CHECK(kDefault.internal_registration);
  CHECK(kDefault.mp == MpMode::enhanced_http);
  CHECK(kDefault.renew_on == RenewOn::contact);
  CHECK(kDefault.renew_jitter == seconds{0});
}

TEST_CASE("answers take a minute, failures are tried again after an hour, refusals after a day") {
  CHECK(kDefault.latency == minutes{1});
  CHECK(kDefault.retry_after_failure == hours{1});
  CHECK(kDefault.retry_after_refusal == hours{24});
}

}  // namespace
}  // namespace tokenlife::test
