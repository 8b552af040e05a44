// Logs whose digests fit and whose content was made to break the reader.
#include "events/log_content.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::ClientBatch;

namespace {

// What a log of one client with this batch is refused for.
template <class Spoil>
std::string refusal_of(Spoil spoil) {
  const TemporaryFolder folder;
  auto log = events::LogWriter::create(folder / "log", header_for(1), small_site());
  auto partition = log->partition(0);
  ClientBatch batch;
  batch.begin(0, 0);
  Telling telling(0);
  telling.registered({1}).tell(std::chrono::days{30}, {CauseKind::contact},
                               RenewalRequested{Endpoint::mp, telling.serial(1)});
  for (const auto& recorded : telling.stream()) append(batch, recorded);
  spoil(batch);
  REQUIRE(partition->write(batch));
  const auto summary = partition->finish(1);
  REQUIRE(log->finish({*summary}, false));
  const auto reader = events::LogReader::open(folder / "log");
  REQUIRE(reader);
  const auto facts = events::verify(*reader);
  if (facts) return "";
  CHECK(facts.error().kind == events::LogError::Kind::corrupt);
  CHECK(facts.error().file == (folder / "log" / "clients-00000.log").string());
  // The batch is the second frame; a client's cohort is looked at when its stream has ended.
  const bool at_the_end = facts.error().what.find("cohort") != std::string::npos;
  CHECK(facts.error().offset == (at_the_end ? 392 : 112));
  return facts.error().what;
}

std::string at_client_0(const std::string& what) { return what + " (at or after client 0)"; }

}  // namespace

TEST_CASE("a batch that does not add up is refused") {
  CHECK(refusal_of([](ClientBatch&) {}).empty());

  const std::string slices = at_client_0(
      "the slices of the streams do not add up to the events of "
      "the batch");
  CHECK(refusal_of([](ClientBatch& b) { b.slices[0].events = 3; }) == slices);
  CHECK(refusal_of([](ClientBatch& b) { b.slices[0].events = 5; }) == slices);
  CHECK(refusal_of([](ClientBatch& b) { b.slices[0].events = UINT32_MAX; }) == slices);

  const std::string gap = at_client_0("the numbering of a client's events has a gap");
  CHECK(refusal_of([](ClientBatch& b) { b.slices[0].first_seq = 1; }) == gap);
  CHECK(refusal_of([](ClientBatch& b) {
          b.slices[0].events = 2;
          b.begin(0, 3);
          b.slices[1].events = 2;
        }) == gap);

  CHECK(refusal_of([](ClientBatch& b) { b.times[3] = 0; }) ==
        at_client_0("time goes back in a client's stream"));

  const std::string too_short = at_client_0("a column has too few entries");
  CHECK(refusal_of([](ClientBatch& b) { b.tokens.clear(); }) == too_short);
  CHECK(refusal_of([](ClientBatch& b) { b.guids.clear(); }) == too_short);
  CHECK(refusal_of([](ClientBatch& b) { b.cohorts.clear(); }) == too_short);
  CHECK(refusal_of([](ClientBatch& b) { b.serials.clear(); }) == too_short);
  CHECK(refusal_of([](ClientBatch& b) { b.cause_numbers.clear(); }) == too_short);

  const std::string too_long = at_client_0("a column has too many entries");
  CHECK(refusal_of([](ClientBatch& b) { b.tokens.push_back({}); }) == too_long);
  CHECK(refusal_of([](ClientBatch& b) { b.guids.push_back({}); }) == too_long);
  CHECK(refusal_of([](ClientBatch& b) { b.cohorts.push_back({}); }) == too_long);
  CHECK(refusal_of([](ClientBatch& b) { b.serials.push_back({}); }) == too_long);
  CHECK(refusal_of([](ClientBatch& b) { b.cause_numbers.push_back({}); }) == too_long);
}

TEST_CASE("a code that stands for nothing is refused") {
  const std::string kind = at_client_0("an event is of no known kind");
  CHECK(refusal_of([](ClientBatch& b) { b.kinds[1] = 18; }) == kind);  // a kind of the site's
  CHECK(refusal_of([](ClientBatch& b) { b.kinds[1] = 26; }) == kind);
  CHECK(refusal_of([](ClientBatch& b) { b.kinds[1] = 255; }) == kind);
  CHECK(refusal_of([](ClientBatch& b) { b.causes[1] = 10; }) ==
        at_client_0("an event has no known cause"));
  const std::string detail = at_client_0("the details of an event are out of range");
  CHECK(refusal_of([](ClientBatch& b) { b.details[0] |= 3; }) == detail);     // network 3
  CHECK(refusal_of([](ClientBatch& b) { b.details[0] |= 0x80; }) == detail);  // no such bit
  CHECK(refusal_of([](ClientBatch& b) { b.details[1] |= 2; }) == detail);     // the STS
  CHECK(refusal_of([](ClientBatch& b) { b.details[1] |= 16; }) == detail);    // credential 4
  CHECK(refusal_of([](ClientBatch& b) { b.details[2] |= 4; }) == detail);
}

TEST_CASE("an event that cannot have happened is refused") {
  const std::string start = "an event cannot have happened: client 0, event ";
  CHECK(refusal_of([](ClientBatch& b) { b.serials[0] = 2; }) ==
        start + "3, renewal-requested in state registered: wrong-token");
  CHECK(refusal_of([](ClientBatch& b) { b.tokens[0].valid_seconds = 0; }) ==
        start + "2, registration-completed in state installed: wrong-token");
  CHECK(refusal_of([](ClientBatch& b) { b.details[1] |= 1; }) ==
        start + "1, registration-requested in state installed: wrong-network");
  CHECK(refusal_of([](ClientBatch& b) {
          b.kinds[3] = static_cast<std::uint8_t>(EventKind::client_unblocked);
          b.details[3] = 0;
          b.serials.clear();
        }) == start + "3, client-unblocked in state registered: nothing-changed");
  CHECK(refusal_of([](ClientBatch& b) { b.cohorts[0] = 7; }) ==
        "client 0 is not of the cohort that the header puts it into");
  CHECK(refusal_of([](ClientBatch& b) { b.cohorts[0] = 0; }) ==
        "client 0 is not of the cohort that the header puts it into");
}

TEST_CASE("a site whose events contradict each other is refused") {
  LogContent content = small_log();
  const auto refusal = [&] {
    const TemporaryFolder folder;
    REQUIRE(write_log(folder / "log", content));
    const auto log = events::LogReader::open(folder / "log");
    return log ? events::verify(*log).error().what : log.error().what;
  };
  const std::string start = "an event cannot have happened: event ";
  SECTION("a token is unblocked that was not blocked") {
    content.site[2].event = BulkTokenUnblocked{{0xb5, 1}};
    CHECK(refusal() == start + "2 of the site, bulk-token-unblocked: nothing-to-change");
  }
  SECTION("it is established by nothing") {
    content.site[0].event = EndpointDown{Endpoint::mp};
    CHECK(refusal() == start + "0 of the site, endpoint-down: the site is not established yet");
  }
  SECTION("time goes back") {
    content.site[6].time = at(Duration{1});
    CHECK(refusal() == "time goes back in the site's events");
  }
  SECTION("the numbering has a gap") {
    content.site[6].seq = 8;
    CHECK(refusal() == "the numbering of the site's events has a gap");
  }
  SECTION("a name is not UTF-8") {
    std::get<BulkTokenIssued>(content.site[1].event).name = "kiosk\xff";
    CHECK(refusal() == "a text is not UTF-8");
  }
}

TEST_CASE("a header that contradicts itself is refused") {
  LogContent content = small_log();
  const auto refusal = [&] {
    const TemporaryFolder folder;
    REQUIRE(write_log(folder / "log", content));
    return events::LogReader::open(folder / "log").error().what;
  };
  SECTION("the cohorts do not add up") {
    content.header.cohorts[1].clients += 1;
    CHECK(refusal() == "the cohorts do not add up to the number of clients");
  }
  SECTION("the cohorts overlap") {
    content.header.cohorts[1].first = {2};
    CHECK(refusal() == "a cohort does not start where the one before ends");
  }
  SECTION("the scenario is not UTF-8") {
    content.header.scenario_text = "\xed\xa0\x80";  // a surrogate
    CHECK(refusal() == "a text is not UTF-8");
  }
  SECTION("the scale is no number") {
    content.header.clients_scale = std::numeric_limits<double>::quiet_NaN();
    CHECK(refusal() == "the scale of the clients is not a number");
  }
  SECTION("the tick is less than nothing") {
    content.header.tick = Duration{-1};
    CHECK(refusal() == "a duration is out of range");
  }
}

TEST_CASE("messages that are none are refused") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", small_log()));
  Files files = read_folder(folder / "log");
  std::string& site = files["site.log"];
  const std::size_t segment = frames_of(site)[0].payload() + 8;
  std::string what;
  SECTION("without a root") {
    site.replace(segment, 8, std::string(8, '\0'));
    what = "the message is empty";
  }
  SECTION("with bytes left over") {
    site[segment - 4] = static_cast<char>(site[segment - 4] - 1);  // a shorter segment
    what = "bytes after the message";
  }
  SECTION("with more segments than bytes") {
    site[segment - 5] = '\x7f';
    what = "the message cannot be decoded";
  }
  SECTION("with a root that is elsewhere") {
    site[segment + 2] = '\x7f';
    what = "the message cannot be decoded";
  }
  resign(files);
  write_folder(folder / "log", files);
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().kind == events::LogError::Kind::corrupt);
  CHECK(log.error().offset == 8);
  CHECK(log.error().what.find(what) != std::string::npos);
}

TEST_CASE("whatever is forged, the reader answers and does not crash") {
  const Files whole = [] {
    const TemporaryFolder folder;
    REQUIRE(write_log(folder / "log", small_log()));
    return read_folder(folder / "log");
  }();
  const TemporaryFolder folder;
  int refused = 0;
  property("forged logs", [&] {
    Files files = whole;
    std::string& file = files.at(any_below(3) == 0 ? "site.log" : "clients-00000.log");
    const std::vector<FramePlace> frames = frames_of(file);
    for (int changes = 1 + any_below(3); changes > 0; --changes) {
      const FramePlace frame =
          frames[static_cast<std::size_t>(any_below(static_cast<int>(frames.size())))];
      const auto byte = static_cast<std::size_t>(
          *rc::gen::resize(100, rc::gen::inRange<std::uint32_t>(0, frame.payload_bytes)));
      file[frame.payload() + byte] = static_cast<char>(any_below(256));
    }
    resign(files);
    write_folder(folder / "log", files);
    const auto log = events::LogReader::open(folder / "log");
    if (!log || !events::verify(*log)) ++refused;
  });
  CHECK(refused > 0);
}
