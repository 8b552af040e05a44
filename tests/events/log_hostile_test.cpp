// Logs whose digests fit and whose content was made to break the reader.
#include "events/forged_log.hpp"
#include "events/random_content.hpp"
#include "events/replay.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::ClientBatch;

namespace {

// Registered, and about to renew.
LogContent one_client() {
  Telling telling(0);
  telling.registered({1}).tell(std::chrono::days{30}, {CauseKind::contact},
                               RenewalRequested{Endpoint::mp, telling.serial(1)});
  return {header_for(1), small_site(), {telling.stream()}};
}

// What a log of format 1 of that client with this batch is refused for.
template <class Spoil>
std::string refusal_of(Spoil spoil) {
  const TemporaryFolder folder;
  write_folder(folder / "log", log_of_format_1(one_client(), spoil));
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

TEST_CASE("a batch of format 1 that does not add up is refused") {
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

TEST_CASE("a code of format 1 that stands for nothing is refused") {
  const std::string kind = at_client_0("an event is of an unknown kind");
  CHECK(refusal_of([](ClientBatch& b) { b.kinds[1] = 24; }) == kind);  // a kind of the site's
  CHECK(refusal_of([](ClientBatch& b) { b.kinds[1] = 31; }) == kind);
  CHECK(refusal_of([](ClientBatch& b) { b.kinds[1] = 255; }) == kind);
  CHECK(refusal_of([](ClientBatch& b) { b.causes[1] = 10; }) ==
        at_client_0("an event has an unknown cause"));
  const std::string detail = at_client_0("the details of an event are out of range");
  CHECK(refusal_of([](ClientBatch& b) { b.details[0] |= 3; }) == detail);   // network 3
  CHECK(refusal_of([](ClientBatch& b) { b.details[1] |= 2; }) == detail);   // the STS
  CHECK(refusal_of([](ClientBatch& b) { b.details[1] |= 16; }) == detail);  // credential 4
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
        "client 0 is not in the cohort that the header puts it in");
  CHECK(refusal_of([](ClientBatch& b) { b.cohorts[0] = 0; }) ==
        "client 0 is not in the cohort that the header puts it in");
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

// ---- Stretches ---------------------------------------------------------------------------------

namespace {

using events::Stretch;

// A hundred clients, each of which moves every day for ninety days: several stretches.
LogContent movers() {
  LogContent content{header_for(100), small_site(), {}};
  for (std::uint32_t client = 0; client < 100; ++client) {
    Telling telling(client);
    telling.registered(cohort_of(content.header, client));
    for (int day = 1; day <= 90; ++day) {
      const bool out = day % 2 != 0;
      telling.tell(std::chrono::days{day}, {CauseKind::network},
                   NetworkChanged{out ? Network::intranet : Network::offline,
                                  out ? Network::offline : Network::intranet});
    }
    content.clients.push_back(telling.stream());
  }
  return content;
}

std::string refusal_of(const Files& files) {
  const TemporaryFolder folder;
  write_folder(folder / "log", files);
  const auto reader = events::LogReader::open(folder / "log");
  REQUIRE(reader);
  const auto facts = events::verify(*reader);
  if (facts) return "";
  CHECK(facts.error().kind == events::LogError::Kind::corrupt);
  CHECK(facts.error().file == (folder / "log" / "clients-00000.log").string());
  return facts.error().what;
}

std::string refusal_of_stretches(const std::function<void(std::vector<Stretch>&)>& spoil) {
  const LogContent content = movers();
  std::vector<Stretch> stretches = stretches_of(content);
  REQUIRE(stretches.size() == 5);
  spoil(stretches);
  return refusal_of(log_of_stretches(content, stretches));
}

// Of a stretch of one client: see one_client().
std::string refusal_of_stretch(const std::function<void(Stretch&)>& spoil) {
  std::vector<Stretch> stretches = stretches_of(one_client());
  REQUIRE(stretches.size() == 1);
  spoil(stretches[0]);
  return refusal_of(log_of_stretches(one_client(), stretches));
}

}  // namespace

TEST_CASE("a stretch that does not add up is refused") {
  CHECK(refusal_of_stretch([](Stretch&) {}).empty());
  const std::string slices = at_client_0(
      "the slices of the streams do not add up to the events of "
      "the batch");
  CHECK(refusal_of_stretch([](Stretch& s) { s.streams[0] = 3; }) == slices);
  CHECK(refusal_of_stretch([](Stretch& s) { s.streams[0] = 5; }) == slices);
  CHECK(refusal_of_stretch([](Stretch& s) { s.streams = {0}; }) == slices);
  CHECK(refusal_of_stretch([](Stretch& s) { s.streams[1] = 1; }) ==
        at_client_0("the numbering of a client's events has a gap"));
  const std::string too_short = at_client_0("a column has too few entries");
  const std::string too_long = at_client_0("a column has too many entries");
  CHECK(refusal_of_stretch([](Stretch& s) { s.streams.pop_back(); }) == too_short);
  CHECK(refusal_of_stretch([](Stretch& s) { s.streams.clear(); }) == too_short);
  CHECK(refusal_of_stretch([](Stretch& s) { s.streams.push_back(0); }) == too_long);
  CHECK(refusal_of_stretch([](Stretch& s) { s.numbers.clear(); }) == too_short);
  CHECK(refusal_of_stretch([](Stretch& s) { s.numbers.back() = 0x80; }) == too_short);
  CHECK(refusal_of_stretch([](Stretch& s) { s.numbers.push_back(0); }) == too_long);
  CHECK(refusal_of_stretch([](Stretch& s) { s.guids.clear(); }) == too_short);
  CHECK(refusal_of_stretch([](Stretch& s) { s.steps[3] = 65'535; }) == too_short);
  CHECK(refusal_of_stretch([](Stretch& s) { s.long_steps.push_back(0); }) == too_long);
  CHECK(refusal_of_stretch([](Stretch& s) { s.codes[1] = 99; }) ==
        at_client_0("the code of an event stands for no shape"));
  CHECK(refusal_of_stretch([](Stretch& s) { s.codes[3] = 255; }) == too_short);
  CHECK(refusal_of_stretch([](Stretch& s) { s.head.until -= 60; }) ==
        at_client_0("an event is later than its stretch of time"));
  CHECK(refusal_of_stretch([](Stretch& s) { s.head.time_unit = UINT32_MAX; }) ==
        at_client_0("an event is later than its stretch of time"));
  CHECK(refusal_of_stretch([](Stretch& s) { s.head.first_client = 1; }) ==
        "a client is missing, out of order or in the wrong partition (at or after client 0)");
  CHECK(refusal_of_stretch([](Stretch& s) { s.head.clients = 2; }) ==
        "a client is missing, out of order or in the wrong partition (at or after client 0)");
  CHECK(refusal_of_stretch([](Stretch& s) { s.head.clients = 0; }) ==
        "a stretch is of no client or of no time");
  CHECK(refusal_of_stretch([](Stretch& s) { s.head.from = s.head.until + 1; }) ==
        "a stretch is of no client or of no time");
}

TEST_CASE("a shape that stands for nothing is refused") {
  const auto refusal = [](std::size_t event, const std::function<void(events::Shape&)>& spoil) {
    return refusal_of_stretch([&](Stretch& s) { spoil(s.shapes[s.codes[event]]); });
  };
  const std::string shape_0 = "shape 0 stands for no event";
  const std::string shape_1 = "shape 1 stands for no event";
  CHECK(refusal(1, [](auto& shape) { shape.kind = 24; }) == shape_1);  // a kind of the site's
  CHECK(refusal(1, [](auto& shape) { shape.kind = 255; }) == shape_1);
  CHECK(refusal(1, [](auto& shape) { shape.cause = 10; }) == shape_1);
  CHECK(refusal(0, [](auto& shape) { shape.detail |= 3; }) == shape_0);  // network 3
  CHECK(refusal(0, [](auto& shape) { shape.flags = 1; }) == shape_0);    // it answers no request
  CHECK(refusal(0, [](auto& shape) { shape.flags = 2; }) == shape_0);    // it names no token
  CHECK(refusal(2, [](auto& shape) { shape.flags = 4; }) == "shape 2 stands for no event");
  CHECK(refusal_of_stretch([](Stretch& s) {
          s.codes[3] = 255;
          s.numbers.insert(s.numbers.end(), {24, 7, 0, 0});
        }) == at_client_0("an event is of an unknown kind"));
  CHECK(refusal_of_stretch([](Stretch& s) { s.shapes.resize(256, s.shapes[0]); }) ==
        "there are more shapes than codes");
}

TEST_CASE("stretches that do not follow each other are refused") {
  CHECK(refusal_of_stretches([](auto&) {}).empty());
  const std::string order = "a stretch of time is missing or out of order";
  CHECK(refusal_of_stretches([](auto& s) { s.erase(s.begin()); }) == order);
  CHECK(refusal_of_stretches([](auto& s) { s.erase(s.begin() + 2); }) == order);
  CHECK(refusal_of_stretches([](auto& s) { std::swap(s[1], s[2]); }) == order);
  CHECK(refusal_of_stretches([](auto& s) { s[1].head.from = s[0].head.until; }) == order);
  CHECK(refusal_of_stretches([](auto& s) { s[1].head.clients = 99; }) == order);
  CHECK(refusal_of_stretches([](auto& s) { s.pop_back(); }) ==
        "the numbers of clients and events do not add up");
}

TEST_CASE("an index that is not that of the file is refused") {
  const LogContent content = movers();
  const std::vector<Stretch> stretches = stretches_of(content);
  using Spoil = std::function<void(events::PartitionEnd&)>;
  const auto forged = [&](const Spoil& spoil) {
    return forged_log(content, 2, [&](ForgedFile& file, events::PartitionEnd& end) {
      end.events = 9'300;
      for (const Stretch& stretch : stretches) {
        const events::StretchHead& head = stretch.head;
        end.stretches.push_back(
            {file.size(), head.first_client, head.clients, head.from, head.until, head.events});
        file.append(events::FrameType::client_stretch, events::words_of(stretch),
                    [&](auto& message) { events::encode(stretch, message); });
      }
      spoil(end);
    });
  };
  const auto refusal = [&](const Spoil& spoil) { return refusal_of(forged(spoil)); };
  CHECK(refusal([](auto&) {}).empty());
  const std::string other = "the end frame lists other stretches than there are";
  CHECK(refusal([](auto& end) { end.stretches.pop_back(); }) == other);
  CHECK(refusal([](auto& end) { end.stretches[1].offset += 8; }) == other);
  CHECK(refusal([](auto& end) { end.stretches[1].from -= 1; }) == other);
  CHECK(refusal([](auto& end) { end.stretches[1].until += 1; }) == other);
  CHECK(refusal([](auto& end) { end.stretches[1].clients = 1; }) == other);
  // Who counts at the end of the run reads all, and not by the index.
  const TemporaryFolder folder;
  write_folder(folder / "log", forged([](auto& end) { end.stretches.pop_back(); }));
  const auto log = events::LogReader::open(folder / "log").value();
  const auto counted = events::replay_population(log, at(log.header().duration));
  REQUIRE_FALSE(counted.has_value());
  CHECK(counted.error().what == other);
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
  const unsigned format = GENERATE(1U, 2U);
  const Files whole = format == 1 ? log_of_format_1(small_log())
                                  : log_of_stretches(small_log(), stretches_of(small_log()));
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
