// Which client of one log is which of another.
#include "events/log_content.hpp"
#include "sim/analysis/log_diff.hpp"

namespace tokenlife::test {
namespace {

TEST_CASE("clients are matched by device, else by cohort and number") {
  events::LogHeader a = header_for(4);
  a.cohorts = {{"laptops", {0}, 2, {"LT-1", "LT-2"}}, {"kiosks", {2}, 2}};
  events::LogHeader b = header_for(5);
  b.cohorts = {{"kiosks", {0}, 3}, {"moved", {3}, 2, {"LT-2", "LT-9"}}};
  const sim::Matches matches = sim::match_clients(a, b);
  REQUIRE(matches.clients.size() == 3);
  CHECK(matches.clients[0].a == ClientNumber{1});
  CHECK(matches.clients[0].b == ClientNumber{3});
  CHECK(matches.clients[1].a == ClientNumber{2});
  CHECK(matches.clients[1].b == ClientNumber{0});
  CHECK(matches.only_a == 1);
  CHECK(matches.only_b == 2);
}

TEST_CASE("devices are matched one to one, in their own cohorts first") {
  // Names are unique in an inventory, not among them.
  events::LogHeader twice = header_for(2);
  twice.cohorts = {{"laptops", {0}, 1, {"PC1"}}, {"kiosks", {1}, 1, {"PC1"}}};
  const sim::Matches same = sim::match_clients(twice, twice);
  REQUIRE(same.clients.size() == 2);
  CHECK(same.clients[0].b == ClientNumber{0});
  CHECK(same.clients[1].b == ClientNumber{1});
  // The kiosk without a name in A would be number 0 of kiosks, which is PC1, and that is taken.
  events::LogHeader a = header_for(2);
  a.cohorts = {{"laptops", {0}, 1, {"PC1"}}, {"kiosks", {1}, 1}};
  events::LogHeader b = header_for(1);
  b.cohorts = {{"kiosks", {0}, 1, {"PC1"}}};
  const sim::Matches one = sim::match_clients(a, b);
  REQUIRE(one.clients.size() == 1);
  CHECK(one.clients[0].a == ClientNumber{0});
  CHECK(one.only_a == 1);
  CHECK(one.only_b == 0);
}

}  // namespace
}  // namespace tokenlife::test
