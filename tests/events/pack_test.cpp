// A log as one file: the same content, whatever hostile bytes such a file has.
#include "events/pack.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "core/token/sha256.hpp"
#include "events/log_content.hpp"
#include "events/salvage.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogError;
using Kind = events::LogError::Kind;

namespace {

std::string number_of(std::uint64_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// An index as FORMAT.md has it, with its digest.
std::string index_of(const std::vector<std::uint64_t>& numbers) {
  std::string bytes("TLPACK\0\1", 8);
  for (const std::uint64_t number : numbers) bytes += number_of(number);
  const auto digest = sha256(bytes);
  return bytes + std::string(digest.begin(), digest.end());
}

// A folder with a log of two partitions in it, and that log packed.
struct Packed : TemporaryFolder {
  Files files;
  std::string bytes;

  Packed() {
    REQUIRE(write_log(*this / "log", two_partitions()));
    files = read_folder(*this / "log");
    const auto log = events::LogReader::open(*this / "log");
    REQUIRE(log);
    const auto packed = events::pack(*log, *this / "log.tlog");
    REQUIRE(packed);
    bytes = read_file(*this / "log.tlog");
    CHECK(*packed == bytes.size());
  }
  LogError refusal(const std::string& hostile) const {
    write_file(*this / "hostile.tlog", hostile);
    const auto log = events::LogReader::open(*this / "hostile.tlog");
    if (!log) return log.error();
    const auto facts = events::verify_bytes(*log);
    REQUIRE_FALSE(facts.has_value());
    return facts.error();
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Gives bytes to a pipe, and has something read them from its other end.
template <class Read>
void with_pipe(const std::string& bytes, const Read& read) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  std::thread writer([&] {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t count = ::write(ends[1], bytes.data() + at, bytes.size() - at);
      if (count <= 0) break;
      at += static_cast<std::size_t>(count);
    }
    ::close(ends[1]);
  });
  read(ends[0]);
  // What nobody wanted has to go somewhere, for the writer to end.
  char rest[4096];
  while (::read(ends[0], rest, sizeof rest) > 0) {
  }
  writer.join();
  ::close(ends[0]);
}

}  // namespace

TEST_CASE("a packed log is an index and the files of the folder as they are") {
  const Packed packed;
  const std::string& site = packed.files.at("site.log");
  const std::string& first = packed.files.at("clients-00000.log");
  const std::string& second = packed.files.at("clients-00001.log");
  CHECK(packed.bytes ==
        index_of({2, site.size(), 0, first.size(), 1, second.size()}) + site + first + second);
}

TEST_CASE("a packed log says what its folder says, with its digest") {
  const Packed packed;
  CHECK(read_log(packed / "log.tlog").value() == two_partitions());
  const auto log = events::LogReader::open(packed / "log.tlog");
  const auto folder = events::LogReader::open(packed / "log");
  REQUIRE(log);
  CHECK(log->summary().digest == folder->summary().digest);
  CHECK(log->summary().bytes == folder->summary().bytes);
  CHECK(log->partitions() == folder->partitions());
  CHECK(log->file_of(log->partitions()[1]) == (packed / "log.tlog/clients-00001.log").string());
  CHECK(events::verify(*log, 2).has_value());
  // Once more packed it is the same file, and unpacked the same folder.
  REQUIRE(events::pack(*log, packed / "again.tlog"));
  CHECK(read_file(packed / "again.tlog") == packed.bytes);
  REQUIRE(events::unpack(packed / "log.tlog", packed / "unpacked"));
  CHECK(read_folder(packed / "unpacked") == packed.files);
}

TEST_CASE("nothing that is there is overwritten by packing or unpacking") {
  const Packed packed;
  const auto log = events::LogReader::open(packed / "log");
  CHECK(events::pack(*log, packed / "log.tlog").error().what == "already exists");
  CHECK(read_file(packed / "log.tlog") == packed.bytes);
  CHECK(events::unpack(packed / "log.tlog", packed / "log").error().what ==
        "already exists, and is not empty");
  CHECK(read_folder(packed / "log") == packed.files);
  CHECK(events::unpack(packed / "log", packed / "new").error().what ==
        "is a folder, and not a packed log");
}

TEST_CASE("a log that is not finished is not packed") {
  const TemporaryFolder folder;
  const LogContent run = small_log();
  REQUIRE(events::LogWriter::create(folder / "log", run.header, run.site));
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  const auto packed = events::pack(*log, folder / "log.tlog");
  REQUIRE_FALSE(packed.has_value());
  CHECK(packed.error().kind == Kind::misuse);
  CHECK_FALSE(std::filesystem::exists(folder / "log.tlog"));
}

TEST_CASE("a log that vanishes while it is packed leaves no file") {
  const Packed packed;
  const auto log = events::LogReader::open(packed / "log");
  std::filesystem::remove(packed / "log/clients-00001.log");
  std::filesystem::remove(packed / "log/site.log");
  const auto again = events::pack(*log, packed / "again.tlog");
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().what == "was removed or rewritten while it was being read");
  CHECK_FALSE(std::filesystem::exists(packed / "again.tlog"));
  CHECK_FALSE(std::filesystem::exists(packed / "again.tlog.partial"));
}

TEST_CASE("a packed log comes through a pipe, or from an open file, in one pass") {
  const Packed packed;
  with_pipe(packed.bytes, [&](int pipe) {
    const auto log = events::LogReader::receive(pipe, "pipe");
    REQUIRE(log);
    CHECK(log->folder() == "pipe");
    CHECK(events::verify(*log).has_value());
  });
  with_pipe(packed.bytes, [&](int pipe) {
    REQUIRE(events::unpack(pipe, "pipe", packed / "from-pipe"));
    CHECK(read_folder(packed / "from-pipe") == packed.files);
  });
  for (const off_t at : {0, 8}) {
    write_file(packed / "more", std::string(static_cast<std::size_t>(at), 'x') + packed.bytes);
    const int file = ::open((packed / "more").c_str(), O_RDONLY | O_CLOEXEC);
    ::lseek(file, at, SEEK_SET);
    const auto log = events::LogReader::receive(file, "file");
    ::close(file);
    REQUIRE(log);
    CHECK(events::verify(*log).has_value());
  }
}

TEST_CASE("what a pipe gives too little or too much of is damaged, and leaves no folder") {
  const Packed packed;
  const auto refusal = [&](const std::string& bytes) {
    LogError error;
    with_pipe(bytes, [&](int pipe) {
      const auto log = events::LogReader::receive(pipe, "pipe");
      REQUIRE_FALSE(log.has_value());
      error = log.error();
    });
    with_pipe(bytes, [&](int pipe) {
      const auto done = events::unpack(pipe, "pipe", packed / "new");
      REQUIRE_FALSE(done.has_value());
      CHECK(done.error().what == error.what);
      CHECK_FALSE(std::filesystem::exists(packed / "new"));
    });
    return error;
  };
  CHECK(refusal("").what == "not a packed log: there is nothing in it");
  for (const std::size_t size : {10UL, 60UL, 100UL, packed.bytes.size() - 1}) {
    CHECK(refusal(packed.bytes.substr(0, size)).what ==
          "the file is truncated to " + std::to_string(size) + " bytes, but there were more");
  }
  CHECK(refusal(packed.bytes + "x").what ==
        "bytes after the " + std::to_string(packed.bytes.size()) + " that were written");
}

TEST_CASE("a packed log that was cut off, or goes on, is damaged") {
  const Packed packed;
  const std::size_t whole = packed.bytes.size();
  for (std::size_t size = 8; size < whole; size += size < 120 ? 1 : whole / 20) {
    const LogError error = packed.refusal(packed.bytes.substr(0, size));
    INFO(size << ": " << error.what);
    CHECK(error.kind == Kind::corrupt);
    CHECK(error.offset == size);
    CHECK(contains(error.what, "truncated to " + std::to_string(size)));
  }
  const LogError longer = packed.refusal(packed.bytes + "x");
  CHECK(longer.kind == Kind::corrupt);
  CHECK(longer.offset == whole);
}

TEST_CASE("no byte of a packed log can be another") {
  const Packed packed;
  for (std::size_t at = 0; at < packed.bytes.size(); at += at < 400 ? 1 : 97) {
    std::string changed = packed.bytes;
    changed[at] = static_cast<char>(changed[at] ^ 2);
    const LogError error = packed.refusal(changed);
    INFO("byte " << at << ": " << error.what);
    CHECK_FALSE(error.what.empty());
    CHECK((error.kind == Kind::corrupt || at < 8 || error.kind == Kind::unsupported));
  }
  std::string newer = packed.bytes;
  newer[7] = 2;
  CHECK(packed.refusal(newer).kind == Kind::unsupported);
  CHECK(packed.refusal(newer).what ==
        "unsupported version 2 of packed logs (this program reads 1)");
  newer[7] = 0;
  CHECK(packed.refusal(newer).kind == Kind::misuse);
}

TEST_CASE("an index that its digest fits is not trusted") {
  const Packed packed;
  const std::string& site = packed.files.at("site.log");
  const std::string& first = packed.files.at("clients-00000.log");
  const std::string& second = packed.files.at("clients-00001.log");
  const std::uint64_t a = first.size();
  const std::uint64_t b = second.size();
  const std::string all = site + first + second;
  const std::uint64_t most = UINT64_MAX;
  CHECK(packed.refusal(index_of({2, site.size(), 1, b, 0, a}) + all).what ==
        "partitions are out of order");
  CHECK(packed.refusal(index_of({2, site.size(), 0, a, 0, b}) + all).what ==
        "partitions are out of order");
  CHECK(packed.refusal(index_of({2, site.size(), 0, a, 4'194'304, b}) + all).what ==
        "there is no such partition");
  CHECK(packed.refusal(index_of({1, site.size(), most, a}) + all).what ==
        "there is no such partition");
  CHECK(packed.refusal(index_of({4'194'305, site.size()}) + all).what ==
        "the index has too many partitions");
  // As many as there may be, and none of them there.
  CHECK(contains(packed.refusal(index_of({4'194'304, site.size()})).what, "truncated to 56"));
  for (const auto& sizes : {std::array{most, a, b}, std::array{most / 2, most / 2, most / 2},
                            std::array{std::uint64_t{site.size()}, a, most - a}}) {
    CHECK(packed.refusal(index_of({2, sizes[0], 0, sizes[1], 1, sizes[2]}) + all).what ==
          "the files have no sum of sizes");
  }
  CHECK(contains(
      packed.refusal(index_of({2, site.size(), 0, a, 1, std::uint64_t{1} << 61}) + all).what,
      "truncated"));
  // The border between two files is moved, one lacks, one is too many, one is another's.
  CHECK(packed.refusal(index_of({2, site.size(), 0, a + 8, 1, b - 8}) + all).what ==
        "bytes after the " + std::to_string(a) + " that were written");
  CHECK(packed.refusal(index_of({2, site.size() + 8, 0, a - 8, 1, b}) + all).kind == Kind::corrupt);
  CHECK(packed.refusal(index_of({1, site.size(), 0, a}) + site + first).what ==
        "the file is missing: site.log lists it");
  CHECK(packed.refusal(index_of({3, site.size(), 0, a, 1, b, 2, b}) + all + second).what ==
        "the file is not listed in site.log");
  CHECK(packed.refusal(index_of({2, site.size(), 0, a, 7, b}) + all).kind == Kind::corrupt);
  CHECK(packed.refusal(index_of({0, 0})).kind == Kind::corrupt);
}

TEST_CASE("what is whole of a packed log that was cut off, or whose index was, is saved") {
  const Packed packed;
  const std::size_t second = packed.files.at("clients-00001.log").size();
  write_file(packed / "cut.tlog", packed.bytes.substr(0, packed.bytes.size() - second));
  const auto saved = events::salvage(packed / "cut.tlog", packed / "saved");
  REQUIRE(saved);
  CHECK(saved->clients == 1'024);
  REQUIRE(saved->lost.size() == 1);
  CHECK(saved->lost[0].first == 1'024);
  CHECK(saved->lost[0].last == 1'099);
  std::string other = packed.bytes;
  other[60] = static_cast<char>(other[60] ^ 1);  // of the index's digest
  write_file(packed / "other.tlog", other);
  REQUIRE(events::salvage(packed / "other.tlog", packed / "all"));
  CHECK(read_folder(packed / "all") == packed.files);
}

TEST_CASE("a log that is packed away is in one place, and what else is in its folder stays") {
  const Packed packed;
  write_folder(packed / "run.partial", packed.files);
  write_file(packed / "run.partial/clients-00000.log.partial", "of before");
  write_file(packed / "run.partial/packed.tlog", "of before");
  SECTION("the folder is gone") {
    REQUIRE(events::pack_away(packed / "run.partial", packed / "run.tlog"));
    CHECK_FALSE(std::filesystem::exists(packed / "run.partial"));
  }
  SECTION("a note is not") {
    write_file(packed / "run.partial/note.txt", "mine");
    write_file(packed / "run.tlog", "of before");
    REQUIRE(events::pack_away(packed / "run.partial", packed / "run.tlog"));
    CHECK(read_folder(packed / "run.partial") == Files{{"note.txt", "mine"}});
  }
  SECTION("it has no place") {
    std::filesystem::create_directories(packed / "run.tlog");
    CHECK_FALSE(events::pack_away(packed / "run.partial", packed / "run.tlog").has_value());
    CHECK(read_log(packed / "run.partial").value() == two_partitions());
    return;
  }
  CHECK(read_file(packed / "run.tlog") == packed.bytes);
}
