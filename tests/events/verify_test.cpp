// What is counted over a whole log does not depend on which partition has what, nor on how many
// threads count.
#include "events/verify.hpp"

#include "events/log_content.hpp"
#include "events/replay.hpp"
#include "events/temporary_folder.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogReader;

namespace {

// Of 2,500 clients, in partitions of 1,024: all have a stream, and few of them an event.
LogContent three_partitions() {
  LogContent content{header_for(2'500), {}, {}};
  content.clients.resize(2'500);
  return content;
}

void install(LogContent& content, std::uint32_t client, Duration time) {
  const CohortNumber cohort = cohort_of(content.header, client);
  content.clients[client].push_back({at(time),
                                     static_cast<std::uint32_t>(content.clients[client].size()),
                                     {CauseKind::installation},
                                     ClientInstalled{cohort,
                                                     Network::intranet,
                                                     Credential::self_signed,
                                                     ClientVersion::current,
                                                     true,
                                                     false,
                                                     {}}});
}
void restart(LogContent& content, std::uint32_t client, Duration time) {
  content.clients[client].push_back({at(time),
                                     static_cast<std::uint32_t>(content.clients[client].size()),
                                     {CauseKind::agent_start},
                                     AgentRestarted{}});
}

// One client of each partition.
constexpr std::uint32_t kClients[] = {3, 1'500, 2'499};

}  // namespace

TEST_CASE("the first and the last event are found in whichever partition they are") {
  constexpr Duration kFirst[] = {Duration{5}, Duration{60}, Duration{700}};
  constexpr Duration kLast[] = {Duration{8'000}, Duration{9'000}, Duration{70'000}};
  for (std::size_t turn = 0; turn < 3; ++turn) {
    const TemporaryFolder folder;
    LogContent content = three_partitions();
    for (std::size_t p = 0; p < 3; ++p) {
      install(content, kClients[p], kFirst[(p + turn) % 3]);
      restart(content, kClients[p], kLast[(p + 2 * turn) % 3]);
    }
    REQUIRE(write_log(folder / "log", content));
    const LogReader log = LogReader::open(folder / "log").value();
    for (const unsigned threads : {1U, 2U, 3U, 8U}) {
      CAPTURE(turn, threads);
      const auto facts = events::verify(log, threads);
      REQUIRE(facts);
      CHECK(facts->first == at(Duration{5}));
      CHECK(facts->last == at(Duration{70'000}));
      CHECK(facts->events == 6);
      CHECK(facts->of_kind[static_cast<std::size_t>(EventKind::client_installed)] == 3);
      CHECK(facts->of_kind[static_cast<std::size_t>(EventKind::agent_restarted)] == 3);
      CHECK(facts->files == 4);
      CHECK(facts->population.all[LifecycleState::installed] == 3);
      CHECK(facts->population.cohorts[0].clients() == 1);
      CHECK(facts->population.cohorts[1].clients() == 2);
      const auto population = events::replay_population(log, kNever, threads);
      REQUIRE(population);
      CHECK(population->all.in_state == facts->population.all.in_state);
    }
  }
}

TEST_CASE("of several partitions that are wrong the first is told, however many threads read") {
  for (const std::size_t sound : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    const TemporaryFolder folder;
    LogContent content = three_partitions();
    // A client that is not installed cannot restart.
    for (std::size_t p = 0; p < 3; ++p) {
      if (p != sound) restart(content, kClients[p], Duration{60});
    }
    REQUIRE(write_log(folder / "log", content));
    const LogReader log = LogReader::open(folder / "log").value();
    const std::string client = sound == 0 ? "client 1500," : "client 3,";
    for (const unsigned threads : {1U, 2U, 3U, 8U}) {
      CAPTURE(sound, threads);
      const auto facts = events::verify(log, threads);
      REQUIRE_FALSE(facts);
      CHECK(facts.error().what.find(client) != std::string::npos);
      const auto population = events::replay_population(log, kNever, threads);
      REQUIRE_FALSE(population);
      CHECK(population.error().what.find(client) != std::string::npos);
    }
  }
}

// Half-open or not: a moment is answered with what happened at it.
TEST_CASE("a replay at a moment takes what happens at it, and nothing after") {
  const TemporaryFolder folder;
  LogContent content = three_partitions();
  install(content, 3, Duration{60});
  restart(content, 3, Duration{120});
  REQUIRE(write_log(folder / "log", content));
  const LogReader log = LogReader::open(folder / "log").value();
  const auto events_at = [&](Duration moment) {
    return events::replay_client(log, {3}, at(moment)).value().events;
  };
  CHECK(events_at(Duration{59}) == 0);
  CHECK(events_at(Duration{60}) == 1);
  CHECK(events_at(Duration{119}) == 1);
  CHECK(events_at(Duration{120}) == 2);
  CHECK(events_at(Duration{121}) == 2);
  const auto clients_at = [&](Duration moment) {
    return events::replay_population(log, at(moment)).value().all.clients();
  };
  CHECK(clients_at(Duration{59}) == 0);
  CHECK(clients_at(Duration{60}) == 1);
}

TEST_CASE("the clients of a partition are counted up to the last that there can be") {
  using events::ClientRange;
  using events::clients_of_partition;
  constexpr std::uint64_t kAll = 4'294'967'295;  // as many as a header can say
  STATIC_REQUIRE(clients_of_partition(0, 2'500) == ClientRange{0, 1'024});
  STATIC_REQUIRE(clients_of_partition(2, 2'500) == ClientRange{2'048, 2'500});
  STATIC_REQUIRE(clients_of_partition(1, 2'048) == ClientRange{1'024, 2'048});
  STATIC_REQUIRE(clients_of_partition(2, 2'048).count() == 0);
  STATIC_REQUIRE(clients_of_partition(9, 2'500).count() == 0);
  STATIC_REQUIRE(clients_of_partition(4'194'302, kAll) ==
                 ClientRange{4'294'965'248, 4'294'966'272});

  constexpr ClientRange kLast = clients_of_partition(4'194'303, kAll);
  STATIC_REQUIRE(kLast == ClientRange{4'294'966'272, 4'294'967'295});
  STATIC_REQUIRE(kLast.count() == 1'023);
  STATIC_REQUIRE(kLast.first_client() == ClientNumber{4'294'966'272});
  STATIC_REQUIRE(kLast.has_some_of(0, 4'294'966'272));
  STATIC_REQUIRE_FALSE(kLast.has_some_of(0, 4'294'966'271));
  STATIC_REQUIRE(kLast.has_some_of(4'294'967'294, 4'294'967'295));
  STATIC_REQUIRE_FALSE(kLast.has_some_of(4'294'967'295, 4'294'967'295));
  STATIC_REQUIRE(clients_of_partition(4'194'303, 4'294'967'296).end == 4'294'967'296);
}
