#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "events/log_content.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"

using namespace tokenlife;
using namespace tokenlife::test;

namespace {

// Files cannot grow beyond so many bytes, as if the disk were full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("a log is never written over anything that is there") {
  const TemporaryFolder folder;
  SECTION("a file") {
    write_file(folder / "log", "precious");
    const auto written = write_log(folder / "log", small_log());
    REQUIRE(!written);
    CHECK(written.error().file == (folder / "log").string());
    CHECK(written.error().kind == events::LogError::Kind::exists);
    CHECK_FALSE(written.error().offset);
    CHECK(written.error().what == "already exists, and is not a folder");
    CHECK(read_file(folder / "log") == "precious");
  }
  SECTION("a folder with something in it") {
    write_folder(folder / "log", {{"thesis.txt", "precious"}});
    const auto written = write_log(folder / "log", small_log());
    REQUIRE(!written);
    CHECK(written.error().kind == events::LogError::Kind::exists);
    CHECK_FALSE(written.error().offset);
    CHECK(written.error().what == "already exists, and is not empty");
    CHECK(read_folder(folder / "log") == Files{{"thesis.txt", "precious"}});
  }
}

TEST_CASE("a partition is written once") {
  const TemporaryFolder folder;
  const auto log = events::LogWriter::create(folder / "log", header_for(1), small_site());
  REQUIRE(log->partition(0));
  const auto again = log->partition(0);
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == events::LogError::Kind::exists);
  CHECK(again.error().file == (folder / "log" / "clients-00000.log").string());
  CHECK_FALSE(again.error().offset);
  CHECK(again.error().what == "already exists");
}

TEST_CASE("a log goes into an empty folder, or into one that is made for it") {
  const TemporaryFolder folder;
  CHECK(write_log(folder.path(), small_log()));
  CHECK(write_log(folder / "a" / "b", small_log()));
  CHECK(read_log(folder / "a" / "b").value() == small_log());
}

TEST_CASE("a folder that cannot be made or written to is an error that names it") {
  const auto nowhere = write_log("/proc/nothing/here", small_log());
  REQUIRE(!nowhere);
  CHECK(nowhere.error().kind == events::LogError::Kind::io);
  CHECK_FALSE(nowhere.error().offset);
  CHECK(nowhere.error().what == "cannot create the folder: No such file or directory");
  if (geteuid() == 0) return;  // root may write anywhere
  const TemporaryFolder folder;
  chmod(folder.path().c_str(), 0500);
  const auto written = write_log(folder.path(), small_log());
  REQUIRE(!written);
  CHECK(written.error().what == "cannot create the file: Permission denied");
}

TEST_CASE("a full disk is an error that names the file and the byte, wherever it is met",
          "[slow]") {
  const Files whole = [] {
    const TemporaryFolder folder;
    REQUIRE(write_log(folder / "log", small_log()));
    return read_folder(folder / "log");
  }();
  const std::size_t longest =
      std::max(whole.at("site.log").size(), whole.at("clients-00000.log").size());
  for (std::size_t bytes = 0; bytes < longest; bytes += 7) {
    const TemporaryFolder folder;
    const auto written = [&] {
      const FullDisk full(bytes);
      return write_log(folder / "log", small_log());
    }();
    INFO(bytes);
    REQUIRE(!written);
    CHECK(written.error().kind == events::LogError::Kind::io);
    CHECK(written.error().offset == bytes);
    CHECK(written.error().what == "cannot write the file: File too large");
    CHECK(read_file(written.error().file).size() == bytes);
  }
}

TEST_CASE("a writer without a folder computes the same digest and size, and writes nothing") {
  const TemporaryFolder folder;
  const auto written = write_log(folder / "log", two_partitions());
  const auto computed = write_log(std::nullopt, two_partitions());
  REQUIRE(written);
  REQUIRE(computed);
  CHECK(computed->digest == written->digest);
  CHECK(computed->bytes == written->bytes);
  CHECK(computed->events == written->events);
}

TEST_CASE("the order in which partitions are written does not show in the log") {
  const TemporaryFolder folder;
  const LogContent content = two_partitions();
  REQUIRE(write_log(folder / "in order", content));

  auto log = events::LogWriter::create(folder / "backwards", content.header, content.site);
  REQUIRE(log);
  constexpr std::size_t batch = events::ClientBatch::kEvents;
  const auto second = write_partition(*log, 1, content, batch);
  const auto first = write_partition(*log, 0, content, batch);
  REQUIRE(log->finish({*first, *second}, false));
  CHECK(read_folder(folder / "backwards") == read_folder(folder / "in order"));
}

TEST_CASE("anything that differs between two runs shows in the digest") {
  const LogContent content = small_log();
  const auto digest = [](const LogContent& of) { return write_log(std::nullopt, of)->digest; };
  LogContent other = content;
  SECTION("the seed") { other.header.seed = 43; }
  SECTION("the scenario") { other.header.scenario_text += " "; }
  SECTION("an event of the site") { other.site.pop_back(); }
  SECTION("an event of a client") { other.clients[0].pop_back(); }
  SECTION("a cause") { other.clients[0][2].cause.number = 0; }
  CHECK(digest(other) != digest(content));
}

TEST_CASE("a log of an interrupted run can be read, and says that it is one") {
  const TemporaryFolder folder;
  const LogContent content = two_partitions();
  auto log = events::LogWriter::create(folder / "log", content.header, content.site);
  auto partition = log->partition(0);
  events::ClientBatch batch;
  batch.begin(0, 0);
  for (const auto& recorded : content.clients[0]) append(batch, recorded);
  batch.begin(1, 0);
  append(batch, content.clients[1][0]);
  REQUIRE(partition->write(batch));
  const auto part = partition->finish(1);
  REQUIRE(log->finish({*part}, true));

  const auto reader = events::LogReader::open(folder / "log");
  REQUIRE(reader);
  CHECK_FALSE(reader->summary().complete);
  CHECK(reader->partition_of({0}) != nullptr);
  CHECK(reader->partition_of({1'050}) == nullptr);
  const LogContent read = read_log(folder / "log").value();
  CHECK(read.clients == std::vector<Stream>{content.clients[0], {content.clients[1][0]}});
}
