// The rules hold in every history: see history.cpp for what is asserted, each with its rule.
#include "core/history.hpp"

#include <catch2/catch.hpp>

#include "core/answer.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

TEST_CASE("R5-R62 D1-D11 A1-A12: no history of a client breaks a rule", "[slow]") {
  Seen seen;
  const auto holds = [&] {
    History history(*any_beginning(), seen);
    for (const Step& step : *any_steps()) history.take(step);
  };
  property("no history breaks a rule", holds, 20);
  if (!rc::detail::configuration().reproduce.empty()) return;

  // What the histories above must have met, or they would have shown nothing.
  CHECK(seen.served > 0);
  CHECK(seen.registered_at_mp > 0);
  CHECK(seen.registered_with_bulk > 0);
  CHECK(seen.renewed > 0);
  CHECK(seen.renewed_late > 0);
  CHECK(seen.expired > 0);
  CHECK(seen.refused_expired > 0);
  CHECK(seen.refused_signer > 0);
  CHECK(seen.refused_bulk_signer > 0);
  CHECK(seen.refused_blocked > 0);
  CHECK(seen.refused_outdated > 0);
  CHECK(seen.refused_bulk > 0);
  CHECK(seen.waited_for_intranet > 0);
  CHECK(seen.answers_lost > 0);
}

}  // namespace
}  // namespace tokenlife::test
