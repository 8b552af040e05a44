// Logs whose writers did not come to the end, how one goes on with them, and what is saved of them.
#include "events/join.hpp"
#include "events/salvage.hpp"

#include <cstring>

#include "events/log_content.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogError;
using Kind = events::LogError::Kind;

namespace {

const LogContent& the_run() {
  static const LogContent made = two_partitions();
  return made;
}

const Files& its_files() {
  static const Files files = [] {
    const TemporaryFolder folder;
    REQUIRE(write_log(folder / "log", the_run()));
    return read_folder(folder / "log");
  }();
  return files;
}

// As a writer leaves it that is killed behind the first partition, within the second.
Files cut_off() {
  Files files = its_files();
  auto site = files.extract("site.log");
  site.key() = "site.log.partial";
  // Behind the site's events comes the end frame, and at last where that is.
  const std::string& bytes = site.mapped();
  std::uint64_t end = 0;
  std::memcpy(&end, bytes.data() + bytes.size() - 8, 8);
  site.mapped().resize(end);
  files.insert(std::move(site));
  auto second = files.extract("clients-00001.log");
  second.key() = "clients-00001.log.partial";
  second.mapped().resize(second.mapped().size() / 2);
  files.insert(std::move(second));
  return files;
}

Result<events::LogSummary, LogError> resume_run(const std::filesystem::path& folder) {
  auto log = events::LogWriter::resume(folder, the_run().header, the_run().site);
  if (!log) return Failed<LogError>(log.error());
  std::vector<events::WrittenPartition> done;
  for (const std::uint32_t partition : {0U, 1U}) {
    auto written = write_partition(*log, partition, the_run(), events::ClientBatch::kEvents);
    if (!written) return Failed<LogError>(written.error());
    done.push_back(*written);
  }
  return log->finish(done, false);
}

std::string refusal_to_resume(const std::filesystem::path& folder,
                              const events::LogHeader& header) {
  const auto log = events::LogWriter::resume(folder, header, the_run().site);
  REQUIRE_FALSE(log.has_value());
  return log.error().what;
}

}  // namespace

TEST_CASE("a log that is not finished is read as far as partitions are whole") {
  const TemporaryFolder folder;
  write_folder(folder / "log", cut_off());
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  CHECK_FALSE(log->summary().complete);
  CHECK_FALSE(log->summary().finished);
  CHECK_FALSE(log->summary().being_written);
  CHECK(log->header() == the_run().header);
  CHECK(log->site_events() == the_run().site);
  REQUIRE(log->partitions().size() == 1);
  CHECK(log->partitions()[0].clients == 1'024);
  CHECK(log->partition_of({1'024}) == nullptr);
  const LogContent read = read_log(folder / "log").value();
  CHECK(std::equal(read.clients.begin(), read.clients.end(), the_run().clients.begin()));
}

TEST_CASE("a log says that it is being written, and its files are partial until they are whole") {
  const TemporaryFolder folder;
  {
    auto writer = events::LogWriter::create(folder / "log", the_run().header, the_run().site);
    REQUIRE(writer);
    const auto partition = writer->partition(0);
    REQUIRE(partition);
    CHECK(read_folder(folder / "log").contains("clients-00000.log.partial"));
    const auto log = events::LogReader::open(folder / "log");
    REQUIRE(log);
    CHECK(log->summary().being_written);
    CHECK(log->partitions().empty());
    CHECK(refusal_to_resume(folder / "log", the_run().header) ==
          "is being written by another process");
  }
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  CHECK_FALSE(log->summary().being_written);
}

TEST_CASE("a log that is gone on with is the log of a run that was never cut off") {
  const TemporaryFolder folder;
  SECTION("what a killed writer leaves") { write_folder(folder / "log", cut_off()); }
  SECTION("no folder") {}
  SECTION("a log that is whole") { write_folder(folder / "log", its_files()); }
  SECTION("a header that was cut off") {
    write_folder(folder / "log", {{"site.log.partial", its_files().at("site.log").substr(0, 100)}});
  }
  SECTION("a partition that a power cut has emptied") {
    Files files = cut_off();
    files.at("clients-00000.log").assign(files.at("clients-00000.log").size(), '\0');
    write_folder(folder / "log", files);
  }
  SECTION("a partition with bytes after its end") {
    Files files = cut_off();
    files.at("clients-00000.log") += "more";
    write_folder(folder / "log", files);
  }
  SECTION("a log of the version before, which gave every file its name at once") {
    Files files = its_files();
    files.at("site.log").resize(files.at("site.log").size() - 1);
    files.at("clients-00001.log").resize(100);
    write_folder(folder / "log", files);
  }
  REQUIRE(resume_run(folder / "log"));
  CHECK(read_folder(folder / "log") == its_files());
}

TEST_CASE("a log that was cut at any byte of a partition is gone on with to the same bytes") {
  Files files = cut_off();
  const std::string second = its_files().at("clients-00001.log");
  for (std::size_t length = 0; length <= second.size(); length += 41) {
    const TemporaryFolder folder;
    files.at("clients-00001.log.partial") = second.substr(0, length);
    write_folder(folder / "log", files);
    REQUIRE(resume_run(folder / "log"));
    INFO("cut to " << length);
    REQUIRE(read_folder(folder / "log") == its_files());
  }
}

TEST_CASE("nobody goes on with the log of another run, or with what is no log") {
  const TemporaryFolder folder;
  write_folder(folder / "log", cut_off());
  const std::string other = "is the log of another run: ";
  events::LogHeader header = the_run().header;
  SECTION("a seed") {
    header.seed = 43;
    CHECK(refusal_to_resume(folder / "log", header) == other + "its seed is 42, and not 43");
  }
  SECTION("a scenario") {
    header.scenario_text += "#";
    CHECK(refusal_to_resume(folder / "log", header) == other + "its scenario is different");
  }
  SECTION("an input") {
    header.inputs.clear();
    CHECK(refusal_to_resume(folder / "log", header) ==
          other + "a file that its scenario names was different");
  }
  SECTION("rules") {
    header.lifecycle_fingerprint = 1;
    CHECK(refusal_to_resume(folder / "log", header) ==
          other + "the program that wrote it has different rules");
  }
  SECTION("a duration") {
    header.duration = Duration{60};
    CHECK(refusal_to_resume(folder / "log", header) == other + "its header is different");
  }
  CHECK(read_folder(folder / "log") == cut_off());
  write_folder(folder / "files", {{"letter.txt", "Dear"}});
  CHECK(refusal_to_resume(folder / "files", header) == "is not empty, and has no site.log");
}

TEST_CASE("a log that is gone on with and interrupted again is a log, and keeps what was done") {
  const TemporaryFolder folder;
  Files files = its_files();
  auto site = files.extract("site.log");
  site.key() = "site.log.partial";
  site.mapped().resize(site.mapped().size() - 8);
  files.insert(std::move(site));
  write_folder(folder / "log", files);
  {
    auto log = events::LogWriter::resume(folder / "log", the_run().header, the_run().site);
    REQUIRE(log);
    const auto first = write_partition(*log, 0, the_run(), events::ClientBatch::kEvents);
    REQUIRE(first);
    REQUIRE(log->finish({*first}, true));
  }
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  CHECK(log->partitions().size() == 1);
  const Files there = read_folder(folder / "log");
  CHECK(there.at("clients-00001.log.partial") == its_files().at("clients-00001.log"));
  REQUIRE(resume_run(folder / "log"));
  CHECK(read_folder(folder / "log") == its_files());
}

TEST_CASE("of parts of a run in which clients are missing no log is made") {
  const TemporaryFolder folder;
  const LogContent& run = the_run();
  {
    auto log = events::LogWriter::create(folder / "part", run.header, run.site);
    auto partition = log->partition(0);
    events::ClientBatch batch;
    batch.begin(0, 0);
    for (const auto& recorded : run.clients[0]) append(batch, recorded);
    REQUIRE(partition->write(batch));
    const auto first = partition->finish(1);
    const auto second = write_partition(*log, 1, run, events::ClientBatch::kEvents);
    REQUIRE(log->finish({*first, *second}, true));
  }
  const auto joined = events::join({folder / "part"}, folder / "log");
  REQUIRE_FALSE(joined.has_value());
  CHECK(joined.error().kind == Kind::misuse);
  CHECK(joined.error().what == "clients 0 to 1023 are not all there: the run was interrupted");
  // And salvage says of whom it is.
  const auto saved = events::salvage(folder / "part", folder / "saved");
  REQUIRE(saved);
  REQUIRE(saved->lost.size() == 1);
  CHECK(saved->lost[0].first == 1);
  CHECK(saved->lost[0].last == 1'023);
  CHECK(saved->lost[0].why.what == "the run did not come to them");
  CHECK(read_folder(folder / "saved") == read_folder(folder / "part"));
}

// ---- Salvage -----------------------------------------------------------------------------------

TEST_CASE("of a sound log all is saved, with its digest") {
  const TemporaryFolder folder;
  write_folder(folder / "log", its_files());
  const auto saved = events::salvage(folder / "log", folder / "saved");
  REQUIRE(saved);
  CHECK(saved->lost.empty());
  CHECK(saved->clients == the_run().header.clients);
  CHECK(read_folder(folder / "saved") == its_files());
}

TEST_CASE("of a log whose end is damaged all is saved, and of one whose start is, nothing") {
  const TemporaryFolder folder;
  Files files = its_files();
  std::string& site = files.at("site.log");
  SECTION("the end") {
    site[site.size() - 20] = static_cast<char>(site[site.size() - 20] ^ 1);
    write_folder(folder / "log", files);
    REQUIRE(events::salvage(folder / "log", folder / "saved"));
    CHECK(read_folder(folder / "saved") == its_files());
  }
  SECTION("the header") {
    site[30] = static_cast<char>(site[30] ^ 1);
    write_folder(folder / "log", files);
    const auto saved = events::salvage(folder / "log", folder / "saved");
    REQUIRE_FALSE(saved.has_value());
    CHECK(saved.error().kind == Kind::corrupt);
    CHECK_FALSE(std::filesystem::exists(folder / "saved"));
  }
}

TEST_CASE("of a damaged partition the clients before the damage are saved, with all their events") {
  LogContent many = the_run();
  // Small batches, so that there is something behind the first.
  const TemporaryFolder made;
  REQUIRE(write_log(made / "log", many, 8));
  const Files sound = read_folder(made / "log");
  const std::size_t size = sound.at("clients-00000.log").size();
  std::uint32_t most = 0;
  for (std::size_t at = 200; at < size; at += size / 40) {
    const TemporaryFolder folder;
    Files files = sound;
    char& byte = files.at("clients-00000.log")[at];
    byte = static_cast<char>(byte ^ 4);
    write_folder(folder / "log", files);
    const auto saved = events::salvage(folder / "log", folder / "saved");
    INFO("byte " << at << " of " << size);
    REQUIRE(saved);
    REQUIRE(saved->lost.size() == 1);
    CHECK(saved->lost[0].last == 1'023);
    CHECK(saved->lost[0].why.kind == Kind::corrupt);
    const std::uint32_t whole_clients = saved->lost[0].first;
    CHECK(saved->clients == whole_clients + many.header.clients - 1'024);
    const auto log = events::LogReader::open(folder / "saved");
    REQUIRE(log);
    CHECK_FALSE(log->summary().complete);
    const LogContent read = read_log(folder / "saved").value();
    for (std::uint32_t client = 0; client < whole_clients; ++client) {
      REQUIRE(read.clients[client] == many.clients[client]);
    }
    REQUIRE(read.clients[1'024] == many.clients[1'024]);
    most = std::max(most, whole_clients);
  }
  CHECK(most > 0);
}

TEST_CASE("clients of a partition without a file are lost") {
  const TemporaryFolder folder;
  Files files = its_files();
  files.erase("clients-00000.log");
  write_folder(folder / "log", files);
  const auto saved = events::salvage(folder / "log", folder / "saved");
  REQUIRE(saved);
  REQUIRE(saved->lost.size() == 1);
  CHECK(saved->lost[0].first == 0);
  CHECK(saved->lost[0].last == 1'023);
  CHECK(saved->lost[0].why.what == "the file is missing");
}
