// Logs of other versions: what is older is read, what is newer is "unsupported" and not damaged.
#include <cstring>

#include "events/forged_log.hpp"
#include "events/journal.hpp"
#include "events/log_content.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogError;
using Kind = events::LogError::Kind;

namespace {

Files small_files() {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", small_log()));
  return read_folder(folder / "log");
}

// The place of a field of the first frame's struct, behind the segment table and the root.
std::uint32_t header_field(const std::string& site, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, site.data() + frames_of(site).front().payload() + 16 + at, sizeof value);
  return value;
}
void set_header_field(std::string& site, std::size_t at, std::uint32_t value) {
  std::memcpy(site.data() + frames_of(site).front().payload() + 16 + at, &value, sizeof value);
}
constexpr std::size_t kSchemaVersion = 0;
constexpr std::size_t kPartitionClients = 4;

Result<LogContent, LogError> read(const Files& files) {
  const TemporaryFolder folder;
  write_folder(folder / "log", files);
  return read_log(folder / "log");
}

Result<events::JournalContent, LogError> read_golden_journal(std::uint32_t schema_version) {
  std::string journal = read_file("tests/events/golden/schema-2/site.log");
  set_header_field(journal, kSchemaVersion, schema_version);
  resign_file(journal, std::string(32, '\0'));
  const TemporaryFolder folder;
  write_file(folder / "site.log", journal);
  return events::read_journal(folder / "site.log");
}

template <class Content>
void check_error(const Result<Content, LogError>& content, Kind kind, std::uint64_t offset,
                 const std::string& what) {
  REQUIRE_FALSE(content.has_value());
  CHECK(content.error().kind == kind);
  CHECK(content.error().offset == offset);
  CHECK(content.error().what == what);
}

}  // namespace

TEST_CASE("a newer format is unsupported, in each file, and format 0 never was") {
  for (const char* name : {"site.log", "clients-00000.log"}) {
    INFO(name);
    Files files = small_files();
    const auto read_with = [&](char version) {
      files[name][7] = version;
      return read(files);
    };
    check_error(read_with('\3'), Kind::unsupported, 7,
                "unsupported format version 3 (this program reads 1 to 2)");
    check_error(read_with('\xff'), Kind::unsupported, 7,
                "unsupported format version 255 (this program reads 1 to 2)");
    check_error(read_with('\0'), Kind::corrupt, 7, "not a file of a log: wrong magic");
  }
}

TEST_CASE("every schema up to the newest is read, of runs and of journals") {
  for (const std::uint32_t version : {1U, 2U, 3U, 4U, 5U, 6U}) {
    INFO(version);
    Files files = small_files();
    set_header_field(files["site.log"], kSchemaVersion, version);
    resign(files);
    CHECK(read(files).value() == small_log());
    const auto journal = read_golden_journal(version);
    REQUIRE(journal);
    CHECK(journal->events.size() == 9);
  }
}

TEST_CASE("a newer schema is unsupported, whatever else is in the header, and schema 0 never was") {
  for (const std::uint32_t version : {8U, 1'000U, 4'294'967'295U}) {
    Files files = small_files();
    set_header_field(files["site.log"], kSchemaVersion, version);
    set_header_field(files["site.log"], kPartitionClients, 7);
    resign(files);
    const std::string what =
        "unsupported schema version " + std::to_string(version) + " (this program reads 1 to 7)";
    check_error(read(files), Kind::unsupported, 8, what);
    check_error(read_golden_journal(version), Kind::unsupported, 8, what);
  }
  Files files = small_files();
  set_header_field(files["site.log"], kSchemaVersion, 0);
  resign(files);
  check_error(read(files), Kind::corrupt, 8, "schema version 0");
  check_error(read_golden_journal(0), Kind::corrupt, 8, "schema version 0");
}

TEST_CASE("a log says the first schema with all that it uses") {
  CHECK(header_field(small_files().at("site.log"), kSchemaVersion) == 4);
  CHECK(header_field(log_of_format_1(small_log()).at("site.log"), kSchemaVersion) == 1);
  CHECK(header_field(read_file("tests/events/golden/schema-2/site.log"), kSchemaVersion) == 2);
}

TEST_CASE("partitions of another size are unsupported") {
  for (const std::uint32_t clients : {0U, 512U, 1'023U, 1'025U, 2'048U}) {
    Files files = small_files();
    CHECK(header_field(files["site.log"], kPartitionClients) == 1'024);
    set_header_field(files["site.log"], kPartitionClients, clients);
    resign(files);
    check_error(read(files), Kind::unsupported, 8,
                "unsupported partitions of " + std::to_string(clients) +
                    " clients (this program reads partitions of 1024)");
  }
}

TEST_CASE("a kind of site event from the future is unsupported, and none at all is damage") {
  // FORMAT.md takes these bytes apart: the kind stands at 10a, in the frame at d8.
  const auto read_with = [](char kind) {
    Files files = read_folder("tests/events/golden/format-1-example");
    files["site.log"][0x10a] = kind;
    resign(files);
    return read(files);
  };
  check_error(read_with('\x7f'), Kind::unsupported, 0xd8,
              "unsupported kind of site event (number 127)");
  check_error(read_with('\0'), Kind::corrupt, 0xd8, "an event of the site has no kind");
}
