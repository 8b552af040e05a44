// Histories that fail are made as small as they can be, whatever the events in them hang on.
#include "sim/soak/shrink_events.hpp"

#include <algorithm>
#include <chrono>

#include "support/failing_history.hpp"
#include "support/print.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using std::chrono::days;

constexpr ClientNumber kClient{0};
constexpr Instant kStart{};

ClientEvent installed(Network on) {
  return ClientInstalled{CohortNumber{0}, on, Credential::self_signed, ClientVersion::current, true,
                         false,           {}};
}
TokenSerial serial(std::uint32_t ordinal) { return TokenSerial::of(kClient, ordinal); }
ClientToken token(std::uint32_t ordinal) {
  return {serial(ordinal), kStart, kStart + days{90}, KeyNumber{0}};
}

// The predicate, and how often it was asked.
struct Counted {
  bool (*fails)(const Occurrences&);
  int* asked;
  bool operator()(const Occurrences& events) const {
    ++*asked;
    return fails(events);
  }
};

// Of 1,000 events eleven are left. Each renewal hangs on the token that the one before it brought:
// those before the setting changed can only go if what is left names other tokens than it did.
TEST_CASE("a history of a thousand events is shrunk to its minimum, over dependent events") {
  const Occurrences history = history_of_a_thousand();
  REQUIRE(history.size() == 1'000);
  REQUIRE(keeps_a_token_when_reinstalled(history));
  int asked = 0;
  const Occurrences least = shrink_events(history, Counted{keeps_a_token_when_reinstalled, &asked});

  const auto mp = Endpoint::mp;
  Occurrences expected;
  const auto then = [&](const ClientEvent& event) { expected.push_back({kStart, kClient, event}); };
  then(installed(Network::intranet));
  then(RegistrationRequested{mp, Credential::self_signed, {}});
  then(RegistrationCompleted{mp, token(1)});
  then(CmgAllowedChanged{false});
  for (const std::uint32_t held : {1U, 2U, 3U}) {
    then(RenewalRequested{mp, serial(held)});
    then(TokenRenewed{mp, token(held + 1), serial(held)});
  }
  then(ClientReinstalled{{}, false, true, std::chrono::hours{1}});  // after its last contact
  CHECK(least == expected);
  CHECK(asked < 500);
}

TEST_CASE("moments of a shrunk history are as near to each other as they can be") {
  const Occurrences history = history_of_a_thousand();
  REQUIRE(stays_blocked(history));
  int asked = 0;
  CHECK(shrink_events(history, Counted{stays_blocked, &asked}) ==
        Occurrences{{kStart, kClient, installed(Network::intranet)},
                    {kStart, kClient, ClientBlocked{}},
                    {kStart + days{20}, kClient, ClientUnblocked{}}});
  CHECK(asked < 500);
}

TEST_CASE("a history of which nearly all has to stay is shrunk to that") {
  int asked = 0;
  const Occurrences least = shrink_events(history_of_a_thousand(), Counted{is_nearly_all, &asked});
  CHECK(is_nearly_all(least));
  CHECK(least.size() == 900);
  CHECK(least.back().time == kStart + Duration{99});
  CHECK(asked < 10'000);
}

TEST_CASE("what cannot have happened stays in a shrunk history if it is what fails") {
  // A second block of a blocked client, and events of others around it.
  Occurrences history;
  for (std::uint32_t i = 0; i < 20; ++i) {
    history.push_back({kStart, {i % 4}, i < 4 ? installed(Network::internet) : AgentRestarted{}});
  }
  history.push_back({kStart + days{1}, {2}, ClientBlocked{}});
  history.push_back({kStart + days{2}, {2}, ClientBlocked{}});
  const auto fails = [](const Occurrences& events) {
    return std::count_if(events.begin(), events.end(), [](const Occurrence& o) {
             return o.event == ClientEvent(ClientBlocked{});
           }) == 2;
  };
  // The first can happen, to a client that is installed.
  const Occurrences expected{{kStart, kClient, installed(Network::internet)},
                             {kStart, kClient, ClientBlocked{}},
                             {kStart, kClient, ClientBlocked{}}};
  CHECK(shrink_events(history, fails) == expected);
}

TEST_CASE("shrinking a history asks no more often than it may, and stops when told to") {
  const Occurrences history = history_of_a_thousand();
  int asked = 0;
  const Counted fails{keeps_a_token_when_reinstalled, &asked};
  ShrinkLimits limits;
  limits.tries_max = 5;
  const Occurrences after_five = shrink_events(history, fails, limits);
  CHECK(asked == 5);
  CHECK(keeps_a_token_when_reinstalled(after_five));
  limits.stop = [] { return true; };
  CHECK(shrink_events(history, fails, limits).size() == history.size());
  CHECK(asked == 5);
}

}  // namespace
}  // namespace tokenlife::test
