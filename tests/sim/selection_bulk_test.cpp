// Actions on some of the clients, again and again: bulk tokens, identities, and very
// many of them.
#include "sim/scenario/guid_of_seed.hpp"
#include "sim/ten_days.hpp"

namespace tokenlife::test {
namespace ten_days_long {
namespace {

using namespace sim;
using namespace std::chrono_literals;

// ---- What --------------------------------------------------------------------------------------

TEST_CASE("a repeated issue-bulk-token issues a new one of that name each time") {
  const std::string issue =
      action("0d", "issue-bulk-token", "name = \"kiosks\"\nrepeat-every = \"2d\"\ntimes = 3\n");
  const std::string clients =
      "clients = 20\nbulk-token = \"kiosks\"\ninstall = { over = \"10d\" }\n"
      "network = { model = \"fixed\", on = \"internet\" }\n";
  const std::string block = action("3d", "block-bulk-token", "name = \"kiosks\"\n");
  const EngineRun run = run_of(ten_days(clients, issue + block));
  std::vector<Guid> issued;
  for (const auto& recorded : run.site) {
    if (const auto* token = std::get_if<BulkTokenIssued>(&recorded.event)) {
      CHECK(token->name == "kiosks");
      CHECK(token->not_before == at(48h * static_cast<int>(issued.size())));
      CHECK(token->expires == token->not_before + 72h);
      issued.push_back(token->guid);
    }
    if (const auto* blocked = std::get_if<BulkTokenBlocked>(&recorded.event)) {
      CHECK(blocked->guid == issued.at(1));
    }
  }
  REQUIRE(issued.size() == 3);
  CHECK(issued[0] == guid_of_seed(1, Purpose::bulk_token_guid, "kiosks"));
  CHECK(issued[1] == guid_of_seed(1, Purpose::bulk_token_guid, "kiosks", 1));
  CHECK(std::set<Guid>(issued.begin(), issued.end()).size() == 3);
  for (const auto& stream : run.clients) {
    const auto hour = stream.front().time.time_since_epoch() / 1h;
    const auto newest = static_cast<std::size_t>(std::min<std::int64_t>(hour / 48, 2));
    CHECK(std::get<ClientInstalled>(stream.front().event).bulk == issued[newest]);
  }
}

TEST_CASE("a client is given the newest bulk token, and keeps it") {
  const std::string issue = action("0d", "issue-bulk-token",
                                   "name = \"kiosks\"\nlifetime = 10080\n"
                                   "repeat-every = \"2d\"\n");
  const std::string clients = kOnInternet + "bulk-token = \"kiosks\"\n";
  const std::string down = action("0d", "outage", "endpoint = \"cmg\"\nfor = \"5d\"\n");
  const auto shown = [](const EngineRun& run) {
    Guid last;
    for (const auto& recorded : run.clients[0]) {
      const auto* asked = std::get_if<RegistrationRequested>(&recorded.event);
      if (asked != nullptr) last = asked->bulk;
    }
    return last;
  };
  const auto token = [](std::uint64_t number) {
    return guid_of_seed(1, Purpose::bulk_token_guid, "kiosks", number);
  };
  CHECK(shown(run_of(ten_days(clients, issue + down))) == token(0));
  const std::string again = action("4d", "reinstall", kA + "bulk-token = \"kiosks\"\n");
  CHECK(shown(run_of(ten_days(clients, issue + down + again))) == token(2));
  // Actions of one tick happen in file order.
  CHECK(shown(run_of(ten_days(clients, again + issue + down))) == token(1));
}

TEST_CASE("a new identity gets round a block, and numbers go on") {
  const std::string block = action("1d", "block-client", kA);
  const auto after = [&](const std::string& identity) {
    return run_of(ten_days(kOnIntranet, block + action("2d", "reinstall", kA + identity)));
  };
  const EngineRun same = after("");
  CHECK(hours_of<RegistrationCompleted>(same.clients[0]) == Hours{1});
  CHECK_FALSE(hours_of<RegistrationRefused>(same.clients[0]).empty());
  CHECK(after("new-identity = false\n").clients[0] == same.clients[0]);

  const EngineRun anew = after("new-identity = true\n");
  CHECK(hours_of<RegistrationCompleted>(anew.clients[0]) == Hours{1, 49});
  CHECK(hours_of<ClientUnblocked>(anew.clients[0]).empty());
  for (const auto& recorded : anew.clients[5]) {
    const auto* completed = std::get_if<RegistrationCompleted>(&recorded.event);
    if (completed == nullptr || recorded.time < at(49h)) continue;
    CHECK(completed->token.serial == TokenSerial::of(ClientNumber{5}, 2));
  }
  for (const auto& recorded : anew.clients[0]) {
    const auto* reinstalled = std::get_if<ClientReinstalled>(&recorded.event);
    if (reinstalled != nullptr) CHECK(reinstalled->new_identity);
  }
}

// ---- Many --------------------------------------------------------------------------------------

// Minutely for a hundred years, 52 million repetitions: none is known before it is needed.
TEST_CASE("repetitions cost nothing before they come") {
  const std::string text =
      "format = 1\nrun.duration = \"36500d\"\n[[cohort]]\nname = \"a\"\nclients = 2\n"
      "install = { at = \"36499d\" }\nnetwork = { model = \"fixed\", on = \"offline\" }\n" +
      action("36499d23h", "restart-agents", kA + "repeat-every = \"1m\"\n") +
      action("0d", "lose-answers",
             "endpoint = \"mp\"\nfor = \"1m\"\nshare = 0.5\nrepeat-every = \"1m\"\n");
  const auto scenario = parse_scenario(text, "s.toml", {});
  REQUIRE(scenario);
  const EngineRun run = simulate(*scenario);
  CHECK(hours_of<AgentRestarted>(run.clients[1]).size() == 60);
}

}  // namespace
}  // namespace ten_days_long
}  // namespace tokenlife::test
