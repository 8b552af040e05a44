// A client on disk: who may read it, and what stays in its folder.
#include <catch2/catch.hpp>

#include <set>

#include "events/temporary_folder.hpp"
#include "sim/site/client_store.hpp"
#include "support/opened_files.hpp"

namespace tokenlife::test {
namespace {

using sim::ClientFolder;

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'767'225'600}};

Result<ClientFolder, sim::Error> made(const std::string& path) {
  return ClientFolder::make(path, KeyKind::ec_p256, {{1, 2}, Policy{}},
                            {CohortNumber{0},
                             Network::intranet,
                             Credential::self_signed,
                             ClientVersion::current,
                             true,
                             false,
                             {}},
                            kNow);
}

}  // namespace

TEST_CASE("nothing of a client is read before it is locked") {
  const TemporaryFolder folder;
  const std::string path = folder / "client";
  const auto first = made(path);
  REQUIRE(first);
  const OpenedFiles opened(path);
  for (const auto& second : {ClientFolder::open(path), made(path)}) {
    REQUIRE_FALSE(second);
    CHECK(opened.names() == std::set<std::string>{});
    CHECK(to_string(second.error()) ==
          path + ": another program is changing this client; try again when it is done");
  }
}

TEST_CASE("a client's folder holds its newest log alone") {
  const TemporaryFolder folder;
  const std::string path = folder / "client";
  auto client = made(path);
  REQUIRE(client);
  const auto names = [&] {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      found.insert(entry.path().filename().string());
    }
    return found;
  };
  const auto with_log = [](const char* log) {
    return std::set<std::string>{"client.crt", "client.key", "log", log};
  };
  CHECK(names() == with_log("log-1"));
  REQUIRE(client->record(client->last_time(), {}, AgentRestarted{}));
  CHECK(names() == with_log("log-2"));
  REQUIRE(client->record(client->last_time(), {}, AgentRestarted{}));
  CHECK(names() == with_log("log-3"));
  client = Failed<sim::Error>(sim::Error{});
  auto again = ClientFolder::open(path);
  REQUIRE(again);
  CHECK(again->events().size() == 3);
  REQUIRE(again->record(again->last_time(), {}, AgentRestarted{}));
  CHECK(names() == with_log("log-4"));
}

}  // namespace tokenlife::test
