// A client on disk: who may read it, and what stays in its folder.
#include <catch2/catch.hpp>

#include <set>

#include "core/site_command.hpp"
#include "events/log_reader.hpp"
#include "events/temporary_folder.hpp"
#include "sim/site/client_log.hpp"
#include "sim/site/client_store.hpp"
#include "sim/site/session.hpp"
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

TEST_CASE("a log of a client stays where it is while somebody reads it") {
  const TemporaryFolder folder;
  const std::string path = folder / "client";
  auto client = made(path);
  REQUIRE(client);
  const auto restart = [&] { REQUIRE(client->record(client->last_time(), {}, AgentRestarted{})); };
  for (const std::string& place : {path, path + "/", path + "/log", path + "/log/"}) {
    INFO(place);
    auto held = sim::hold_client_log(place);
    REQUIRE(held);
    const auto events = [&] { return events::LogReader::open(held->folder)->summary().events; };
    const std::uint64_t before = events();
    const std::string name = held->folder.filename().string();
    CHECK(std::filesystem::read_symlink(path + "/log") == name);
    restart();
    restart();
    CHECK(events() == before);
    CHECK(std::filesystem::read_symlink(path + "/log") != name);
    held = std::nullopt;
    restart();
    CHECK_FALSE(std::filesystem::exists(path + "/" + name));
  }
  CHECK_FALSE(sim::hold_client_log(folder.path()));
  CHECK_FALSE(sim::hold_client_log(folder / "nothing"));
}

TEST_CASE("a log that another one follows is kept, and stays for who reads it") {
  const TemporaryFolder folder;
  const std::string path = folder / "client";
  auto client = made(path);
  REQUIRE(client);
  const auto held = sim::hold_client_log(path);
  REQUIRE(held);
  REQUIRE(client->begin_anew(kNow - std::chrono::days{1}));
  for (const std::string& log : {held->folder.string(), path + "/log-before-2"}) {
    const auto read = events::LogReader::open(log);
    REQUIRE(read);
    CHECK(read->header().start() == kNow);
  }
  CHECK(client->header().start() == kNow - std::chrono::days{1});
}

TEST_CASE("the clock is looked at again when a site has been waited for", "[slow]") {
  const TemporaryFolder folder;
  REQUIRE(sim::SiteFolder::init(folder / "site", {1, 2}, Policy{}, kNow));
  auto client = made(folder / "client");
  REQUIRE(client);
  auto now = kNow;
  const auto clock = [&] { return Result<std::chrono::sys_seconds, sim::Error>(now); };
  const std::string site = folder / "site";
  const Secret no_bulk_token;
  sim::Visit visit(*client, site, clock, no_bulk_token);
  REQUIRE(visit.arrive({}));
  // Somebody else changes the site before the client does.
  REQUIRE(sim::SiteFolder::open_to_write(site)->append(BlockClientCertificate{{7}},
                                                       kNow + std::chrono::seconds{5}));
  now = kNow + std::chrono::seconds{6};
  REQUIRE(visit.go(sim::Wish::registration));
  const auto events = sim::SiteFolder::open_to_read(site)->events();
  REQUIRE(events.size() == 3);
  CHECK(events.back().time == at(Duration{6}));
  CHECK(client->client().token.not_before == at(Duration{6}));
  CHECK(visit.warnings().empty());
}

TEST_CASE("a token that is lost is an error, and changes nothing") {
  const TemporaryFolder folder;
  const std::string path = folder / "client";
  {
    auto client = made(path);
    REQUIRE(client);
    const ClientToken token{TokenSerial::of({0}, 1), at(Duration{0}), at(Duration{90}), {}};
    REQUIRE(client->record(at(Duration{0}), {}, RegistrationRequested{}));
    REQUIRE(client->record(at(Duration{0}), {}, RegistrationCompleted{Endpoint::mp, token}));
  }
  for (const bool is_empty : {false, true}) {
    if (is_empty) write_file(path + "/token", "");
    if (is_empty) std::filesystem::permissions(path + "/token", std::filesystem::perms::owner_read);
    const auto opened = ClientFolder::open(path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == sim::ErrorKind::file);
    CHECK(to_string(opened.error()) ==
          path +
              "/token: is lost: by its log the client holds a token; put it back, or run "
              "`tokenlife client new --dir NEW --site SITE`");
  }
}

}  // namespace tokenlife::test
