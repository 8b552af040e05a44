#include <sys/stat.h>

#include "events/log_content.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogError;
using Kind = events::LogError::Kind;

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
      // A writer that dies leaves a site.log without its end, which would say how long the other
      // files are.
      const bool is_site = name == kSite;
      REQUIRE(read.error().kind == (is_site ? Kind::interrupted : Kind::corrupt));
      const std::string& what = read.error().what;
      REQUIRE((is_site ? what.starts_with("the file ends ") || what.ends_with("is cut off")
                       : what.starts_with("the file is truncated to ")));
    }
    write_file(folder / "log" / name, bytes);
  }
  CHECK(read_log(folder / "log").value() == small_log());
}

TEST_CASE("every bit of every file counts, and none that is wrong passes for an interruption",
          "[slow]") {
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
      // The last byte of the magic is the version of the format, 2 here; 0 is none.
      const bool is_newer = bit / 8 == 7 && bit != 57;
      REQUIRE(read.error().kind == (is_newer ? Kind::unsupported : Kind::corrupt));
      std::size_t offset = bit / 8;
      for (const FramePlace& frame : frames) {
        if (frame.offset <= bit / 8 && bit / 8 < frame.end()) offset = frame.offset;
      }
      // What follows the frames says where the last one is.
      if (offset >= frames.back().end()) offset = frames.back().end();
      REQUIRE(read.error().offset == offset);
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
    CHECK(error.kind == Kind::corrupt);
    CHECK(error.what == "bytes after the end of the file");
  }
  SECTION("of a partition's file") {
    const std::size_t size = files[kClients].size();
    files[kClients] += "x";
    const LogError error = error_of(files);
    CHECK(error.file == kClients);
    CHECK(error.offset == size);
    CHECK(error.kind == Kind::corrupt);
    CHECK(error.what == "bytes after the " + std::to_string(size) + " that were written");
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
    CHECK(error.kind == Kind::corrupt);
    CHECK_FALSE(error.offset);
    CHECK(error.what == "the file is missing: site.log lists it");
  }
  SECTION("there is one too many") {
    files["clients-00002.log"] = files["clients-00001.log"];
    const LogError error = error_of(files);
    CHECK(error.file == "clients-00002.log");
    CHECK(error.kind == Kind::corrupt);
    CHECK_FALSE(error.offset);
    CHECK(error.what == "the file is not listed in site.log");
  }
  SECTION("two are swapped") {
    std::swap(files["clients-00000.log"], files["clients-00001.log"]);
    CHECK(error_of(files).kind == Kind::corrupt);
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
    CHECK(error.file == "log");
    CHECK(error.kind == Kind::not_found);
    CHECK_FALSE(error.offset);
    CHECK(error.what == "site.log, which every log begins with, is missing");
  }
}

TEST_CASE("what is not a log is said to be none") {
  const TemporaryFolder folder;
  const auto error_at = [](const std::filesystem::path& path) {
    return events::LogReader::open(path).error();
  };
  SECTION("nothing") {
    const LogError error = error_at(folder / "nothing");
    CHECK(error.kind == Kind::not_found);
    CHECK_FALSE(error.offset);
    CHECK(error.what == "no such file or folder");
  }
  SECTION("a folder of something else") {
    write_file(folder / "file", "x");
    const LogError error = error_at(folder.path());
    CHECK(error.kind == Kind::not_found);
    CHECK_FALSE(error.offset);
    CHECK(error.what == "there is no log in it: it has no site.log");
  }
  SECTION("a file") {
    write_file(folder / "file", "x");
    const LogError error = error_at(folder / "file");
    CHECK(error.kind == Kind::misuse);
    CHECK_FALSE(error.offset);
    CHECK(error.what == "neither a log's folder nor a packed log");
  }
  SECTION("a folder in which another file has the name") {
    write_folder(folder / "log", {{"site.log", "something else altogether"}});
    const LogError error = error_at(folder / "log");
    CHECK(error.kind == Kind::corrupt);
    CHECK(error.offset == 0);
    CHECK(error.what == "not a file of a log: wrong magic");
  }
  SECTION("a folder in which a pipe has the name") {
    std::filesystem::create_directories(folder / "log");
    REQUIRE(mkfifo((folder / "log" / "site.log").c_str(), 0600) == 0);
    CHECK(error_at(folder / "log").what == "not a regular file");
  }
  SECTION("a folder in which a folder has the name") {
    std::filesystem::create_directories(folder / "log" / "site.log");
    const LogError error = error_at(folder / "log");
    CHECK(error.kind == Kind::misuse);
    CHECK_FALSE(error.offset);
    CHECK(error.what == "not a regular file");
  }
}

TEST_CASE("of a log's folder count site.log and every clients-*.log, and nothing else") {
  const Files whole = files_of(small_log());
  for (const char* name : {"notes.txt", "site.log.new", "site.log~", "clients-00000.log.gz",
                           "clients.log", "Clients-00001.log"}) {
    INFO(name);
    Files files = whole;
    files[name] = "x";
    const TemporaryFolder folder;
    write_folder(folder / "log", files);
    CHECK(read_log(folder / "log").value() == small_log());
  }
  for (const char* name : {"clients-00001.log", "clients-0.log", "clients-000000.log",
                           "clients-.log", "clients-x.log"}) {
    INFO(name);
    Files files = whole;
    files[name] = whole.at(kClients);
    CHECK(error_of(files).what == "the file is not listed in site.log");
  }
}
