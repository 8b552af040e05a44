#include "events/replay.hpp"

#include "core/evolve.hpp"
#include "core/site.hpp"
#include "events/random_content.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogReader;
using events::Population;
using std::chrono::days;

namespace {

// What the streams say, event by event, with the plainest of folds.
std::array<std::uint64_t, kCount<LifecycleState>> plain_states(const LogContent& content,
                                                               Instant at) {
  std::array<std::uint64_t, kCount<LifecycleState>> in_state{};
  for (const Stream& stream : content.clients) {
    Client client;
    for (const auto& recorded : stream) {
      if (recorded.time <= at) client = evolve(client, recorded.event).value();
    }
    if (client.state != LifecycleState::not_installed) {
      ++in_state[static_cast<std::size_t>(client.state)];
    }
  }
  return in_state;
}

}  // namespace

TEST_CASE("the population at a moment comes from the events up to it") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", small_log()));
  const LogReader log = LogReader::open(folder / "log").value();
  const auto states_at = [&](Instant moment) {
    return events::replay_population(log, moment)->all.in_state;
  };
  using States = std::array<std::uint64_t, 7>;
  // In the order: not installed, installed, registered, roaming, renewing, expired, re-registration
  // required. The sixth client is never installed, and so counted nowhere.
  CHECK(states_at(at(Duration{-1})) == States{0, 0, 0, 0, 0, 0, 0});
  CHECK(states_at(at(Duration{0})) == States{0, 5, 0, 0, 0, 0, 0});
  CHECK(states_at(at(Duration{59})) == States{0, 5, 0, 0, 0, 0, 0});
  CHECK(states_at(at(Duration{60})) == States{0, 1, 4, 0, 0, 0, 0});
  CHECK(states_at(at(days{1})) == States{0, 1, 3, 1, 0, 0, 0});
  CHECK(states_at(at(days{30})) == States{0, 1, 1, 1, 2, 0, 0});
  CHECK(states_at(at(days{30} + Duration{60})) == States{0, 1, 2, 1, 0, 0, 1});
  CHECK(states_at(at(days{31})) == States{0, 1, 2, 0, 1, 0, 1});
  CHECK(states_at(at(days{90})) == States{0, 1, 1, 1, 0, 1, 1});
  CHECK(states_at(kNever) == States{0, 1, 0, 1, 1, 1, 1});
}

TEST_CASE("the population is counted by cohort too") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", small_log()));
  const auto counted = events::replay_population(LogReader::open(folder / "log").value());
  REQUIRE(counted->cohorts.size() == 2);
  CHECK(counted->cohorts[0].clients() == 3);
  CHECK(counted->cohorts[1].clients() == 2);
  CHECK(counted->cohorts[0][LifecycleState::roaming] == 1);
  CHECK(counted->cohorts[1][LifecycleState::renewing] == 1);
}

TEST_CASE("a client's state at a moment is what its events up to it made of it") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", small_log()));
  const LogReader log = LogReader::open(folder / "log").value();

  const auto before = events::replay_client(log, {0}, at(days{31} + Duration{59}));
  CHECK(before->client.state == LifecycleState::renewing);
  CHECK(before->client.token.serial == TokenSerial::of({0}, 1));
  CHECK(before->events == 5);

  const auto after = events::replay_client(log, {0}, at(days{31} + Duration{60}));
  CHECK(after->client.state == LifecycleState::roaming);
  CHECK(after->client.token ==
        ClientToken{TokenSerial::of({0}, 2), at(days{31}), at(days{121}), KeyNumber{1}});
  CHECK(after->events == 6);
  CHECK(after->last_event == at(days{31} + Duration{60}));

  const auto kiosk = events::replay_client(log, {3});
  CHECK(kiosk->client.state == LifecycleState::installed);
  CHECK(kiosk->client.bulk == Guid{0xb5, 1});
  CHECK_FALSE(kiosk->client.cmg_allowed);

  const auto never = events::replay_client(log, {5});
  CHECK(never->client == Client{});
  CHECK(never->events == 0);
}

TEST_CASE("the site at a moment is what its events up to it made of it") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", small_log()));
  const LogReader log = LogReader::open(folder / "log").value();
  const Guid bulk{0xb5, 1};
  CHECK_FALSE(events::replay_site(log, at(Duration{0}))->bulk_tokens.at(bulk).blocked);
  CHECK(events::replay_site(log, at(days{1}))->bulk_tokens.at(bulk).blocked);
  CHECK_FALSE(events::replay_site(log, at(days{1}))->up[2]);
  CHECK(events::replay_site(log, at(days{2}))->up[2]);
  CHECK(events::replay_site(log)->keys.size() == 2);
  CHECK(events::replay_site(log)->policy.leeway == Duration{300});
}

TEST_CASE("replay agrees with the plainest of folds, on any number of threads", "[slow]") {
  property("replay is a fold", [] {
    const LogContent content = *any_content(6, 60);
    const TemporaryFolder folder;
    RC_ASSERT(write_log(folder / "log", content).has_value());
    const LogReader log = LogReader::open(folder / "log").value();
    const Instant moment = at(Duration{*rc::gen::resize(100, rc::gen::inRange(0, 1'000'000))});
    const auto counted = events::replay_population(log, moment);
    RC_ASSERT(counted->all.in_state == plain_states(content, moment));
    RC_ASSERT(*counted == *events::replay_population(log, moment, 3));
    RC_ASSERT(events::replay_population(log)->all.in_state == plain_states(content, kNever));
    for (std::uint32_t client = 0; client < content.clients.size(); ++client) {
      Client expected;
      for (const auto& recorded : content.clients[client]) {
        expected = evolve(expected, recorded.event).value();
      }
      const auto replayed = events::replay_client(log, {client});
      RC_ASSERT(replayed->client == expected);
      RC_ASSERT(replayed->events == content.clients[client].size());
    }
  });
}

TEST_CASE("several partitions are replayed alike on one thread and on four") {
  LogContent content{header_for(5'000), small_site(), {}};
  for (std::uint32_t client = 0; client < 5'000; ++client) {
    content.clients.push_back(
        Telling(client).registered(cohort_of(content.header, client)).stream());
  }
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  const LogReader log = LogReader::open(folder / "log").value();
  CHECK(events::replay_population(log)->all[LifecycleState::registered] == 5'000);
  CHECK(*events::replay_population(log, kNever, 4) == *events::replay_population(log));

  // Of several errors the first one is returned, whichever thread is faster.
  for (const char* name : {"clients-00001.log", "clients-00003.log"}) {
    std::string bytes = read_file(folder / "log" / name);
    bytes[200] ^= 1;
    write_file(folder / "log" / name, bytes);
  }
  for (int round = 0; round < 10; ++round) {
    const auto damaged = events::replay_population(log, kNever, 4);
    REQUIRE_FALSE(damaged.has_value());
    CHECK(damaged.error().file == (folder / "log" / "clients-00001.log").string());
  }
}

TEST_CASE("a replay reads nothing that is later than it is asked about") {
  LogContent content{header_for(40), small_site(), {}};
  for (std::uint32_t client = 0; client < 40; ++client) {
    Telling telling(client);
    telling.registered(cohort_of(content.header, client));
    for (int day = 1; day <= 180; ++day) {
      const bool out = day % 2 != 0;
      telling.tell(days{day}, {CauseKind::network},
                   NetworkChanged{out ? Network::intranet : Network::offline,
                                  out ? Network::offline : Network::intranet});
    }
    content.clients.push_back(telling.stream());
  }
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  const auto file = folder / "log" / "clients-00000.log";
  std::string bytes = read_file(file);
  bytes[bytes.size() / 2] ^= 1;
  write_file(file, bytes);
  const LogReader log = LogReader::open(folder / "log").value();
  CHECK_FALSE(events::replay_population(log).has_value());
  CHECK(events::replay_population(log, at(days{-1}))->all.clients() == 0);
  CHECK(events::replay_population(log, Instant{})->all.clients() == 40);
  CHECK(events::replay_population(log, at(days{2}))->all[LifecycleState::registered] == 40);
}
