#include <stdexcept>

#include "events/forged_log.hpp"
#include "events/random_content.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;

TEST_CASE("a log says what was written, and every kind of event can be") {
  const TemporaryFolder folder;
  const LogContent story = small_log();
  REQUIRE(write_log(folder / "log", story));
  CHECK(read_log(folder / "log").value() == story);
  const LogContent fleet = fleet_log();
  REQUIRE(write_log(folder / "fleet", fleet));
  CHECK(read_log(folder / "fleet").value() == fleet);
  const LogContent load = load_log();
  REQUIRE(write_log(folder / "load", load));
  CHECK(read_log(folder / "load").value() == load);

  auto facts = events::verify(events::LogReader::open(folder / "log").value());
  const auto more = events::verify(events::LogReader::open(folder / "fleet").value());
  const auto most = events::verify(events::LogReader::open(folder / "load").value());
  REQUIRE(most);
  REQUIRE(facts);
  REQUIRE(more);
  for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
    if (!is_of_runs(static_cast<EventKind>(kind))) continue;
    INFO(name(static_cast<EventKind>(kind)));
    CHECK(facts->of_kind[kind] + more->of_kind[kind] + most->of_kind[kind] > 0);
  }
  CHECK(facts->files == 2);
  CHECK(facts->first == at(Duration{0}));
  CHECK(facts->last == at(std::chrono::days{119}));
}

TEST_CASE("any streams come back as they went in, whatever the size of the batches", "[slow]") {
  property("log round trip", [] {
    const LogContent content = *any_content(6, 60);
    const auto batch_events = static_cast<std::size_t>(1 + any_below(20));
    const TemporaryFolder folder;
    const auto written = write_log(folder / "log", content, batch_events);
    RC_ASSERT(written.has_value());
    RC_ASSERT(read_log(folder / "log").value() == content);

    const auto log = events::LogReader::open(folder / "log");
    RC_ASSERT(log->summary().digest == written->digest);
    RC_ASSERT(log->summary().events == written->events);
    RC_ASSERT(log->summary().bytes == written->bytes);
    RC_ASSERT(events::verify(*log).has_value());
  });
}

// Moves of a hundred clients over ninety days, one each day, `every` so many seconds apart.
LogContent moves(Duration every, Duration tick) {
  LogContent content{header_for(100), small_site(), {}};
  content.header.tick = tick;
  for (std::uint32_t client = 0; client < 100; ++client) {
    Telling telling(client);
    telling.registered(cohort_of(content.header, client));
    for (int move = 1; move <= 90; ++move) {
      const bool out = move % 2 != 0;
      telling.tell(every * move, {CauseKind::network},
                   NetworkChanged{out ? Network::intranet : Network::offline,
                                  out ? Network::offline : Network::intranet});
    }
    content.clients.push_back(telling.stream());
  }
  return content;
}

TEST_CASE("stretches come back, whatever their times: no ticks, long steps, the last second") {
  struct Case {
    Duration every;
    Duration tick;
    std::size_t stretches;
  };
  const Case cases[] = {{std::chrono::days{1}, Duration{60}, 5},
                        {std::chrono::days{1} + Duration{1}, Duration{60}, 5},
                        {Duration{65'534}, Duration{1}, 5},
                        {Duration{65'535}, Duration{1}, 5},
                        {Duration{47'721'858}, Duration{7}, 5}};  // 90 of them are nearly 2^32
  for (const Case& c : cases) {
    INFO(c.every.count() << " s, tick " << c.tick.count() << " s");
    const LogContent content = moves(c.every, c.tick);
    const auto stretches = stretches_of(content);
    CHECK(stretches.size() == c.stretches);
    const TemporaryFolder folder;
    REQUIRE(write_log(folder / "log", content));
    CHECK((read_log(folder / "log").value() == content));
  }
  CHECK(stretches_of(moves(std::chrono::days{1}, Duration{60}))[0].head.time_unit == 60);
  CHECK(stretches_of(moves(Duration{65'534}, Duration{1}))[0].long_steps.empty());
  CHECK(stretches_of(moves(Duration{65'535}, Duration{1}))[0].long_steps.size() > 1'000);
}

TEST_CASE("the writer takes no stream in which time goes back") {
  CHECK_THROWS_AS(write_log(std::nullopt, moves(Duration{0}, Duration{60})), std::logic_error);
  CHECK_THROWS_AS(write_log(std::nullopt, moves(Duration{1}, Duration{60})), std::logic_error);
}

TEST_CASE("an event of a network change takes three bytes, its client's two or three a stretch") {
  const auto stretches = stretches_of(moves(std::chrono::days{1}, Duration{60}));
  for (const events::Stretch& stretch : stretches) {
    INFO(stretch.head.number);
    CHECK(stretch.streams.size() <= 300);
    if (stretch.head.number != 0) CHECK(stretch.numbers.empty());
  }
}

TEST_CASE("more shapes than there are codes come back") {
  LogContent content{header_for(1), small_site(), {}};
  Telling telling(0);
  for (std::uint8_t reason = 0; reason < kCount<RefusalReason>; ++reason) {
    for (const Endpoint via : {Endpoint::mp, Endpoint::cmg}) {
      for (std::uint8_t cause = 0; cause < kCount<CauseKind>; ++cause) {
        const Cause because{static_cast<CauseKind>(cause),
                            events::has_number(static_cast<CauseKind>(cause)) ? 300U : 0U};
        telling.tell(Duration{60}, because,
                     RegistrationRefused{via, static_cast<RefusalReason>(reason)});
      }
    }
  }
  REQUIRE(telling.stream().size() > events::kShapesMax);
  content.clients = {telling.stream()};
  CHECK(stretches_of(content)[0].shapes.size() == 255);
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  CHECK((read_log(folder / "log").value() == content));
}

TEST_CASE("a log of several partitions comes back, each in its own file") {
  LogContent content{header_for(2'500), {}, {}};
  for (std::uint32_t client = 0; client < 2'500; ++client) {
    Telling telling(client);
    telling.registered(cohort_of(content.header, client));
    content.clients.push_back(telling.stream());
  }
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content, 1'000));
  const Files files = read_folder(folder / "log");
  CHECK(files.size() == 4);
  CHECK(files.count("site.log") == 1);
  CHECK(files.count("clients-00000.log") == 1);
  CHECK(files.count("clients-00002.log") == 1);
  CHECK(read_log(folder / "log").value() == content);
}

TEST_CASE("a digest reads as 64 hexadecimal digits in lower case, and is no thumbprint") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<events::Digest, Sha256Thumbprint>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Sha256Thumbprint, events::Digest>);
  CHECK(events::to_string(events::Digest{0x01, 0xab}) == "01ab" + std::string(60, '0'));
}
