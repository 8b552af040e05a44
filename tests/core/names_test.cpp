// The words of scenario files, logs, JSON and reports. Users' files hold them: none may change.
#include "core/names.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "core/decide.hpp"
#include "core/event.hpp"
#include "core/spell_cause.hpp"
#include "support/print.hpp"

namespace tokenlife::test {
namespace {

// Words in the order of the enumerators' numbers, separated by spaces.
template <class Enum>
void check_words(std::string_view expected) {
  std::string words;
  for (std::size_t i = 0; i < kCount<Enum>; ++i) {
    const auto value = static_cast<Enum>(i);
    words += (i == 0 ? "" : " ") + std::string(name(value));
    CHECK(from_name<Enum>(name(value)) == value);
  }
  CHECK(words == expected);
  CHECK(from_name<Enum>("") == std::nullopt);
  CHECK(from_name<Enum>("?") == std::nullopt);
  CHECK(name(static_cast<Enum>(kCount<Enum>)) == "?");
}

TEST_CASE("states and what clients are made of have stable words") {
  check_words<LifecycleState>(
      "not-installed installed registered roaming renewing expired re-registration-required");
  check_words<Network>("offline intranet internet");
  check_words<Endpoint>("mp cmg sts");
  check_words<Credential>("self-signed pki entra bulk");
  check_words<ClientVersion>("outdated current");
  check_words<MpMode>("enhanced-http https");
  check_words<RenewOn>("contact agent-start");
}

TEST_CASE("event kinds have stable words and numbers") {
  check_words<EventKind>(
      "client-installed network-changed agent-restarted registration-requested "
      "registration-completed registration-refused registration-failed renewal-requested "
      "token-renewed renewal-refused renewal-failed token-expired re-registration-required "
      "client-reinstalled client-upgraded client-blocked client-unblocked cmg-allowed-changed "
      "client-adopted client-policy-changed "
      "credential-renewed credential-expired clock-changed asked-to-renew "
      "site-established bulk-token-issued bulk-token-blocked bulk-token-unblocked endpoint-down "
      "endpoint-up signing-certificate-rotated signing-certificate-retired client-token-issued "
      "policy-changed signing-certificate-learnt client-certificate-blocked "
      "client-certificate-unblocked clock-went-back journal-repaired epoch-begun client-recognised "
      "client-token-shown ca-trusted ca-distrusted entra-trusted entra-distrusted "
      "capacity-changed");
}

TEST_CASE("reasons have stable words and numbers") {
  check_words<RefusalReason>(
      "client-blocked client-outdated user-centric internal-registration-off credential-required "
      "bulk-token-unknown bulk-token-not-yet-valid bulk-token-expired bulk-token-blocked "
      "unknown-signer expired malformed bad-signature wrong-issuer wrong-audience wrong-type "
      "certificate-mismatch not-yet-valid");
  check_words<FailureReason>("endpoint-down sts-down answer-lost busy timed-out");
  check_words<CauseKind>(
      "run-start action action-end expiry installation network agent-start contact request "
      "exchange");
}

template <class Variant, class Event>
void check_kind() {
  INFO(Event::kind_name);
  CHECK(kind_of(Variant{Event{}}) == Event::kind);
  CHECK(name(Event::kind) == Event::kind_name);
}
template <class... Events>
void check_kinds(const std::variant<Events...>*) {
  (check_kind<std::variant<Events...>, Events>(), ...);
}

TEST_CASE("every alternative of an event has the kind and the name that it says") {
  check_kinds(static_cast<const ClientEvent*>(nullptr));
  check_kinds(static_cast<const SiteEvent*>(nullptr));
}

TEST_CASE("every cause of a spell, and every failure, stands in the guide to scenarios") {
  std::ifstream file("scenarios/README.md");
  const std::string guide{std::istreambuf_iterator<char>(file), {}};
  for (const std::string_view cause : Names<SpellCause>::values) {
    CHECK(guide.find("\n| `" + std::string(cause) + "` | ") != std::string::npos);
  }
  const std::size_t failures = guide.find("Of failures: ");
  REQUIRE(failures != std::string::npos);
  const std::string listed = guide.substr(failures, guide.find("\n\n", failures) - failures);
  for (const std::string_view failure : Names<FailureReason>::values) {
    CHECK(listed.find("`" + std::string(failure) + "`") != std::string::npos);
  }
}

TEST_CASE("an MP is reached from the intranet, the CMG from the internet") {
  CHECK(network_of(Endpoint::mp) == Network::intranet);
  CHECK(network_of(Endpoint::cmg) == Network::internet);
  CHECK(endpoint_on(Network::intranet) == Endpoint::mp);
  CHECK(endpoint_on(Network::internet) == Endpoint::cmg);
}

}  // namespace
}  // namespace tokenlife::test
