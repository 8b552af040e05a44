#include "events/log_content.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogError;

namespace {

Files files_of(const LogContent& content) {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  return read_folder(folder / "log");
}

LogError error_of(const Files& files) {
  const TemporaryFolder folder;
  write_folder(folder / "log", files);
  const auto read = read_log(folder / "log");
  REQUIRE_FALSE(read.has_value());
  LogError error = read.error();
  error.file = std::filesystem::path(error.file).filename().string();
  return error;
}

const std::string kSite = "site.log";
const std::string kClients = "clients-00000.log";

}  // namespace

TEST_CASE("a file that is cut anywhere is an error that names the byte") {
  const Files whole = files_of(small_log());
  const TemporaryFolder folder;
  write_folder(folder / "log", whole);
  for (const std::string& name : {kSite, kClients}) {
    const std::string& bytes = whole.at(name);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      write_file(folder / "log" / name, bytes.substr(0, length));
      const auto read = read_log(folder / "log");
      INFO(name << " cut to " << length << " of " << bytes.size());
      REQUIRE_FALSE(read.has_value());
      REQUIRE(read.error().file == (folder / "log" / name).string());
      REQUIRE(read.error().offset == length);
      REQUIRE(read.error().what.starts_with("the file is cut short: it ends at byte "));
    }
    write_file(folder / "log" / name, bytes);
  }
  CHECK(read_log(folder / "log").value() == small_log());
}

TEST_CASE("every bit of every file counts") {
  const Files whole = files_of(small_log());
  const TemporaryFolder folder;
  write_folder(folder / "log", whole);
  for (const std::string& name : {kSite, kClients}) {
    std::string bytes = whole.at(name);
    const std::vector<FramePlace> frames = frames_of(bytes);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      const auto flip = static_cast<char>(1 << (bit % 8));
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
      write_file(folder / "log" / name, bytes);
      const auto read = read_log(folder / "log");
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
      INFO(name << ", bit " << bit % 8 << " of byte " << bit / 8);
      REQUIRE_FALSE(read.has_value());
      REQUIRE(read.error().file == (folder / "log" / name).string());
      const bool claims_more_than_there_is =
          read.error().what.find("cut short") != std::string::npos;
      std::size_t offset = bit / 8;
      for (const FramePlace& frame : frames) {
        if (frame.offset <= bit / 8 && bit / 8 < frame.end()) offset = frame.offset;
      }
      REQUIRE((claims_more_than_there_is || read.error().offset == offset));
    }
    write_file(folder / "log" / name, bytes);
  }
}

TEST_CASE("bytes after the end are an error") {
  Files files = files_of(small_log());
  SECTION("of site.log") {
    const std::size_t size = files[kSite].size();
    files[kSite] += "x";
    const LogError error = error_of(files);
    CHECK(error.file == kSite);
    CHECK(error.offset == size);
    CHECK(error.what == "the file is damaged: there are bytes after the end frame");
  }
  SECTION("of a partition's file") {
    const std::size_t size = files[kClients].size();
    files[kClients] += "x";
    const LogError error = error_of(files);
    CHECK(error.file == kClients);
    CHECK(error.offset == size);
  }
}

TEST_CASE("the files of a log belong together") {
  LogContent content{header_for(1'100), small_site(), {}};
  for (std::uint32_t client = 0; client < 1'100; ++client) {
    const CohortNumber cohort = cohort_of(content.header, client);
    content.clients.push_back(client % 1'024 < 76 ? Telling(client).registered(cohort).stream()
                                                  : Stream{});
  }
  Files files = files_of(content);
  SECTION("a file is missing") {
    files.erase("clients-00001.log");
    const LogError error = error_of(files);
    CHECK(error.file == "clients-00001.log");
    CHECK(error.what ==
          "cannot read the file, which belongs to the log: No such file or directory");
  }
  SECTION("there is one too many") {
    files["clients-00002.log"] = files["clients-00001.log"];
    const LogError error = error_of(files);
    CHECK(error.file == "clients-00002.log");
    CHECK(error.what == "the file does not belong to the log");
  }
  SECTION("two are swapped") {
    std::swap(files["clients-00000.log"], files["clients-00001.log"]);
    error_of(files);
  }
  SECTION("one is from another run") {
    content.header.seed += 1;
    files[kClients] = files_of(content)[kClients];
    const LogError error = error_of(files);
    CHECK(error.file == kClients);
    CHECK(error.offset == 8);
  }
  SECTION("site.log is missing") {
    files.erase(kSite);
    const LogError error = error_of(files);
    CHECK(error.file == kSite);
    CHECK(error.what == "cannot open the file: No such file or directory");
  }
}

TEST_CASE("what is not a log is said to be none") {
  const TemporaryFolder folder;
  const auto what_of = [](const std::filesystem::path& path) {
    return events::LogReader::open(path).error().what;
  };
  CHECK(what_of(folder / "nothing") == "there is no such folder");
  write_file(folder / "file", "x");
  CHECK(what_of(folder / "file") == "a log is a folder, and this is a file");
  write_folder(folder / "log", {{"site.log", "something else altogether"}});
  CHECK(what_of(folder / "log") == "the file is damaged: this is no such file of a log");
}

TEST_CASE("a format of another version is not guessed at") {
  Files files = files_of(small_log());
  files[kSite][7] = 2;
  const LogError error = error_of(files);
  CHECK(error.offset == 7);
  CHECK(error.what ==
        "the file is damaged: version 2 of the format is not known; this program reads version 1");
}
