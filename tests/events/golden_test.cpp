// Logs of every schema ever released replay for ever. They are never rewritten: a new schema gets
// new ones, by the hidden test at the end.
#include <cctype>
#include <sstream>

#include "events/forged_log.hpp"
#include "events/log_content.hpp"
#include "events/replay.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogReader;

namespace {

const std::filesystem::path kGolden = "tests/events/golden";

// The log that FORMAT.md takes apart: one client, installed and registered.
LogContent format_example() {
  LogContent content;
  content.header.scenario_name = "example";
  content.header.scenario_text = "# one";
  content.header.seed = 7;
  content.header.start_unix_seconds = 1'767'225'600;
  content.header.tick = Duration{60};
  content.header.duration = std::chrono::days{1};
  content.header.cohorts = {{"all", {0}, 1}};
  content.header.clients = 1;
  content.header.lifecycle_fingerprint = 0x1122334455667788;
  content.site = {{{at(Duration{0}), 0, {}}, SiteEstablished{{0x10, 0x20}, Policy{}}}};
  content.clients = {Telling(0).registered({0}).stream()};
  return content;
}

// The bytes of the hex dump below the heading, as `hexdump -C` prints them.
std::string bytes_in_format_document(const std::string& heading) {
  std::istringstream document(read_file("events/FORMAT.md"));
  std::string line;
  while (std::getline(document, line) && line != heading) continue;
  std::string bytes;
  while (std::getline(document, line) && !line.starts_with("#")) {
    if (line.size() < 10 || line.find_first_not_of("0123456789abcdef") != 8) continue;
    std::istringstream columns(line.substr(8, 50));
    for (int byte = 0; columns >> std::hex >> byte;) bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::string digest_of(const std::string& schema) {
  return schema == "1" ? "87bd138205318f07cedc8ea2c22284b9a0a0f5cdaea2637a2c0c6660b9b49c22"
                       : "344489d5a9c69243f7d0861fff910b7d19e92330bcfb37aefb26ab988ced023c";
}

}  // namespace

TEST_CASE("a log of every schema replays for ever") {
  const std::string schema = GENERATE("1", "3");
  const LogReader log = LogReader::open(kGolden / ("schema-" + schema)).value();
  CHECK(events::to_string(log.summary().digest) == digest_of(schema));
  CHECK(log.header().scenario_text == "clients = \"\xc3\xa4 few\"\n");
  CHECK(log.header().seed == 42);
  CHECK(log.summary().events == 41);

  const auto facts = events::verify(log);
  REQUIRE(facts);
  // Not installed, installed, registered, roaming, renewing, expired, re-registration required.
  using States = std::array<std::uint64_t, 7>;
  CHECK(facts->population.all.in_state == States{0, 1, 0, 1, 1, 1, 1});
  CHECK(facts->population.cohorts[0].in_state == States{0, 0, 0, 1, 0, 1, 1});
  CHECK(facts->population.cohorts[1].in_state == States{0, 1, 0, 0, 1, 0, 0});
  CHECK(events::replay_population(log, at(std::chrono::days{30}))->all.in_state ==
        States{0, 1, 1, 1, 2, 0, 0});
  const auto roamer = events::replay_client(log, {0});
  CHECK(roamer->client.token == ClientToken{TokenSerial::of({0}, 2), at(std::chrono::days{31}),
                                            at(std::chrono::days{121}), KeyNumber{1}});
  CHECK(read_log(log.folder()).value() == small_log());
}

TEST_CASE("a log of schema 4 says who was there before, and why clients are without a token") {
  const LogReader log = LogReader::open(kGolden / "schema-4").value();
  CHECK(read_log(log.folder()).value() == fleet_log());
  REQUIRE(events::verify(log));
  const auto then = events::replay_client(log, {0}, at(std::chrono::days{50}));
  REQUIRE(then);
  CHECK(then->client.state == LifecycleState::expired);
  // Back on the intranet it registers by itself.
  CHECK(then->service == Service::out_of_service);
  CHECK(then->spell->cause == SpellCause::no_agent_start);
  CHECK(then->spell->since_contact == std::chrono::hours{1});
  CHECK(events::replay_client(log, {1})->spell->cause == SpellCause::signer_retired);
}

TEST_CASE("the logs that FORMAT.md takes apart are logs, byte by byte") {
  for (const std::string format : {"1", "2"}) {
    const std::filesystem::path folder = kGolden / ("format-" + format + "-example");
    const Files example = read_folder(folder);
    for (const auto& [name, bytes] : example) {
      INFO(format << " " << name);
      CHECK(bytes_in_format_document("### `" + name + "` of format " + format) == bytes);
    }
    CHECK(read_log(folder).value() == format_example());
    CHECK(events::verify(LogReader::open(folder).value()));
  }
}

TEST_CASE("today's program still writes the same bytes") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "story", fleet_log()));
  CHECK(read_folder(folder / "story") == read_folder(kGolden / "schema-4"));
  REQUIRE(write_log(folder / "load", load_log()));
  CHECK(read_folder(folder / "load") == read_folder(kGolden / "schema-7"));
}

TEST_CASE("write the golden logs", "[.write-golden]") {
  REQUIRE(write_log(kGolden / "schema-4", fleet_log()));
  REQUIRE(write_log(kGolden / "schema-7", load_log()));
}
