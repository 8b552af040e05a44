// Readers of a log that is removed, replaced or written anew see one of its generations.
#include "events/log_content.hpp"
#include "events/merge.hpp"
#include "events/pack.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogError;
using Kind = events::LogError::Kind;

namespace {

// The same clients, of a run with another seed and another site.
LogContent another_run() {
  LogContent run = two_partitions();
  run.header.seed += 1;
  run.site.pop_back();
  return run;
}

// All that is asked of a log that was opened before: its events, or why not.
Result<std::vector<Stream>, LogError> streams_of(const events::LogReader& log) {
  std::vector<Stream> streams(log.header().clients);
  for (const auto& partition : log.partitions()) {
    const auto visited = log.visit(partition, [&](ClientNumber client, const auto& recorded) {
      streams[client.value].push_back(recorded);
      return true;
    });
    if (!visited) return Failed<LogError>(visited.error());
  }
  return streams;
}

constexpr const char* kWrittenAnew = "was removed or rewritten while it was being read";

void check_written_anew(const events::LogReader& log) {
  const auto streams = streams_of(log);
  REQUIRE_FALSE(streams.has_value());
  CHECK(streams.error().what == kWrittenAnew);
  CHECK(streams.error().kind == Kind::io);
  CHECK(streams.error().file == log.folder().string());
  const auto on_client = [](ClientNumber, const Recorded<ClientEvent>&) { return true; };
  const auto ordered =
      events::read_ordered(log, {}, {[](const Recorded<SiteEvent>&) { return true; }, on_client});
  REQUIRE_FALSE(ordered.has_value());
  CHECK(ordered.error().what == kWrittenAnew);
}

}  // namespace

TEST_CASE("a reader stays with the log that it opened when another takes its place") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", two_partitions()));
  REQUIRE(write_log(folder / "other", another_run()));
  const auto log = events::LogReader::open(folder / "log");
  const auto other = events::LogReader::open(folder / "other");
  REQUIRE(log);
  REQUIRE(events::pack(*log, folder / "log.tlog"));
  REQUIRE(events::pack(*other, folder / "other.tlog"));
  const auto packed = events::LogReader::open(folder / "log.tlog");
  REQUIRE(packed);
  std::filesystem::rename(folder / "log", folder / "away");
  std::filesystem::rename(folder / "other", folder / "log");
  std::filesystem::rename(folder / "other.tlog", folder / "log.tlog");
  CHECK(streams_of(*log).value() == two_partitions().clients);
  CHECK(streams_of(*packed).value() == two_partitions().clients);
  CHECK(events::LogReader::open(folder / "log")->header() == another_run().header);
  CHECK(events::LogReader::open(folder / "log.tlog")->header() == another_run().header);
}

TEST_CASE("a log that is removed, or written anew in its folder, is not called damaged") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", two_partitions()));
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  for (const auto& [name, bytes] : read_folder(folder / "log")) {
    std::filesystem::remove(folder / "log" / name);
  }
  SECTION("removed") {}
  SECTION("written anew") { REQUIRE(write_log(folder / "log", another_run())); }
  SECTION("being written anew") {
    const LogContent run = another_run();
    REQUIRE(events::LogWriter::create(folder / "log", run.header, run.site));
  }
  check_written_anew(*log);
}

TEST_CASE("a folder that is removed with its log, and made again, is another") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", two_partitions()));
  const auto log = events::LogReader::open(folder / "log");
  std::filesystem::remove_all(folder / "log");
  REQUIRE(write_log(folder / "log", another_run()));
  check_written_anew(*log);
}

TEST_CASE("a log that is written again with the same events can be read on") {
  const TemporaryFolder folder;
  const LogContent run = two_partitions();
  REQUIRE(write_log(folder / "log", run));
  const auto log = events::LogReader::open(folder / "log");
  auto writer = events::LogWriter::resume(folder / "log", run.header, run.site);
  REQUIRE(writer);
  REQUIRE(write_partition(*writer, 0, run, events::ClientBatch::kEvents));
  CHECK(streams_of(*log).value() == run.clients);
}

TEST_CASE("a log of an interrupted run that is gone on with gives what it held, or says so") {
  const TemporaryFolder folder;
  const LogContent run = two_partitions();
  {
    auto writer = events::LogWriter::create(folder / "log", run.header, run.site);
    auto partition = writer->partition(0);
    events::ClientBatch batch;
    batch.begin(0, 0);
    for (const auto& recorded : run.clients[0]) append(batch, recorded);
    REQUIRE(partition->write(batch));
    const auto first = partition->finish(1);
    REQUIRE(writer->finish({*first}, true));
  }
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  CHECK(log->partitions()[0].clients == 1);
  auto writer = events::LogWriter::resume(folder / "log", run.header, run.site);
  REQUIRE(writer);
  CHECK(streams_of(*log).value()[0] == run.clients[0]);
  REQUIRE(write_partition(*writer, 0, run, events::ClientBatch::kEvents));
  check_written_anew(*log);
}

TEST_CASE("what is damaged, and stands where it stood, is damaged") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", two_partitions()));
  const auto log = events::LogReader::open(folder / "log");
  std::string bytes = read_file(folder / "log/clients-00001.log");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(folder / "log/clients-00001.log", bytes);
  const auto streams = streams_of(*log);
  REQUIRE_FALSE(streams.has_value());
  CHECK(streams.error().kind == Kind::corrupt);
  CHECK(streams.error().file == (folder / "log/clients-00001.log").string());
}
