// Which client of one log is which of another, and what they differ in, in whatever order they are.
#include <algorithm>
#include <numeric>

#include "events/log_content.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
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

// What happened to each device: registered, and away for `hours` from its own day on.
struct DeviceStory {
  int hours = 8;
};

// 2,500 devices in the order of `order`, in three partitions.
LogContent story_of(const std::vector<DeviceStory>& stories,
                    const std::vector<std::size_t>& order) {
  LogContent content{header_for(2'500), small_site(), {}};
  content.header.cohorts = {{"laptops", {0}, 2'500}};
  for (std::uint32_t client = 0; client < order.size(); ++client) {
    const auto device = static_cast<int>(order[client]);
    content.header.cohorts[0].devices.push_back("PC" + std::to_string(device));
    const std::chrono::seconds leaves = std::chrono::days{1 + device % 80};
    Telling telling(client);
    telling.registered({0})
        .tell(leaves, {CauseKind::network}, NetworkChanged{Network::intranet, Network::offline})
        .tell(leaves + std::chrono::hours{stories[order[client]].hours}, {CauseKind::network},
              NetworkChanged{Network::offline, Network::intranet});
    content.clients.push_back(telling.stream());
  }
  return content;
}

class DeviceLogs {
 public:
  sim::LogDiff diff(const LogContent& a, const LogContent& b) {
    REQUIRE(write_log(folder_ / "a", a));
    REQUIRE(write_log(folder_ / "b", b));
    auto found = sim::diff_logs(events::LogReader::open(folder_ / "a").value(),
                                events::LogReader::open(folder_ / "b").value(), {}, 2);
    REQUIRE(found.has_value());
    return std::move(*found);
  }

 private:
  TemporaryFolder folder_;
};

TEST_CASE("devices that are numbered otherwise are the same, event by event") {
  std::vector<std::size_t> order(2'500);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<DeviceStory> stories(2'500);
  const LogContent a = story_of(stories, order);
  // Each partition of one log has devices of each of the other.
  std::sort(order.begin(), order.end(),
            [](std::size_t x, std::size_t y) { return std::pair(x % 7, x) > std::pair(y % 7, y); });
  CHECK(DeviceLogs().diff(a, story_of(stories, order)).is_equal());

  // Of device 2222 on day 1 + 2222 % 80 = 63, of 1,999 on day 80: the first that is another is
  // where one of them returns too early.
  stories[2'222].hours = 7;
  stories[1'999].hours = 7;
  const auto found = DeviceLogs().diff(a, story_of(stories, order));
  REQUIRE(found.first.has_value());
  REQUIRE(found.first->client.has_value());
  CHECK(found.first->client->a == ClientNumber{2'222});
  CHECK(order[found.first->client->b.value] == 2'222);
  CHECK(found.first->time == at(std::chrono::days{63} + std::chrono::hours{7}));
  CHECK(found.first->around_a.size() == found.first->around_b.size());
}

TEST_CASE("who it happened to is part of what happened") {
  std::vector<std::size_t> order(2'500);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<DeviceStory> stories(2'500);
  // Of the same day, so that the same events happen, to another one each.
  stories[81].hours = 6;
  const LogContent a = story_of(stories, order);
  std::swap(stories[81], stories[161]);
  const auto found = DeviceLogs().diff(a, story_of(stories, order));
  REQUIRE(found.first.has_value());
  CHECK(found.first->client.value().a == ClientNumber{81});
  CHECK(found.first->time == at(std::chrono::days{2} + std::chrono::hours{6}));
}

}  // namespace
}  // namespace tokenlife::test
