#include "events/log_content.hpp"
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

  const auto facts = events::verify(events::LogReader::open(folder / "log").value());
  REQUIRE(facts);
  for (std::size_t kind = 0; kind < kRunKinds; ++kind) {
    INFO(name(static_cast<EventKind>(kind)));
    CHECK(facts->of_kind[kind] > 0);
  }
  CHECK(facts->files == 2);
  CHECK(facts->first == at(Duration{0}));
  CHECK(facts->last == at(std::chrono::days{119}));
}

TEST_CASE("any streams come back as they went in, whatever the size of the batches") {
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
