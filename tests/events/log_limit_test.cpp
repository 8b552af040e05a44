// Every limit of a log, at it and on both sides of it.
#include <algorithm>
#include <cstring>
#include <functional>
#include <stdexcept>

#include "events/frame_reader.hpp"
#include "events/log_content.hpp"
#include "events/log_format.hpp"
#include "events/message_reader.hpp"
#include "events/replay.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::ClientBatch;
using events::LogError;
using events::LogReader;
using events::LogWriter;
using Kind = events::LogError::Kind;

namespace {

LogContent registered_clients(std::uint32_t clients) {
  LogContent content{header_for(clients), small_site(), {}};
  for (std::uint32_t client = 0; client < clients; ++client) {
    content.clients.push_back(
        Telling(client).registered(cohort_of(content.header, client)).stream());
  }
  return content;
}

std::size_t frames_of_type(const std::string& file, std::uint32_t type) {
  const std::vector<FramePlace> frames = frames_of(file);
  return static_cast<std::size_t>(std::count_if(
      frames.begin(), frames.end(), [&](const FramePlace& frame) { return frame.type == type; }));
}

// How many batches begin in the file: stretches of the number 0.
std::size_t first_stretches(const std::string& file) {
  std::size_t first = 0;
  for (const FramePlace& frame : frames_of(file)) {
    // The message's root begins behind the segment table and its pointer; `number` is 8 bytes on.
    if (frame.type == 8 && file.substr(frame.payload() + 24, 4) == std::string(4, '\0')) ++first;
  }
  return first;
}

// Writes the log and reads it, and gives its files.
Files there_and_back(const LogContent& content) {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  const auto read = read_log(folder / "log");
  REQUIRE(read);
  CHECK((*read == content));
  return read_folder(folder / "log");
}

LogError error_in(const Files& files) {
  const TemporaryFolder folder;
  write_folder(folder / "log", files);
  const auto read = read_log(folder / "log");
  REQUIRE_FALSE(read.has_value());
  return read.error();
}

}  // namespace

// ---- Partitions --------------------------------------------------------------------------------

TEST_CASE("a partition has 1,024 clients, and a file of its own") {
  CHECK(there_and_back(registered_clients(1'023)).size() == 2);
  CHECK(there_and_back(registered_clients(1'024)).size() == 2);
  CHECK(there_and_back(registered_clients(1'025)).size() == 3);
  CHECK(there_and_back(registered_clients(2'048)).size() == 3);
}

TEST_CASE("each client is in its partition, and none is beyond the last") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", registered_clients(2'049)));
  const LogReader log = LogReader::open(folder / "log").value();
  const auto partition_of = [&](std::uint32_t client) {
    const events::PartitionSummary* partition = log.partition_of({client});
    return partition == nullptr ? -1 : static_cast<int>(partition->partition);
  };
  CHECK(partition_of(0) == 0);
  CHECK(partition_of(1'023) == 0);
  CHECK(partition_of(1'024) == 1);
  CHECK(partition_of(2'047) == 1);
  CHECK(partition_of(2'048) == 2);
  CHECK(partition_of(2'049) == -1);
  CHECK(partition_of(3'072) == -1);
  for (const std::uint32_t client : {0U, 1'023U, 1'024U, 2'047U, 2'048U}) {
    INFO(client);
    CHECK(events::replay_client(log, {client})->events == 3);
  }
}

TEST_CASE("the writer takes no client and no partition beyond the edge") {
  const auto write = [](std::uint32_t partition, std::uint32_t client) {
    auto log = LogWriter::create(std::nullopt, header_for(1'025), small_site());
    auto writer = log->partition(partition);
    ClientBatch batch;
    batch.begin(client, 0);
    const auto done = writer->write(batch);
    REQUIRE(done);
  };
  CHECK_NOTHROW(write(0, 1'023));
  CHECK_THROWS_AS(write(0, 1'024), std::logic_error);
  CHECK_THROWS_AS(write(1, 1'023), std::logic_error);
  CHECK_NOTHROW(write(1, 1'024));
  CHECK_THROWS_AS(write(1, 1'025), std::logic_error);
  CHECK_THROWS_AS(write(2, 2'048), std::logic_error);
}

TEST_CASE("the names of partitions' files have five digits, or more where they are needed") {
  CHECK(events::partition_file_name(0) == "clients-00000.log");
  CHECK(events::partition_file_name(99'999) == "clients-99999.log");
  CHECK(events::partition_file_name(100'000) == "clients-100000.log");
  CHECK(events::partition_file_name(4'194'303) == "clients-4194303.log");
}

TEST_CASE(
    "an end frame that contradicts itself is refused, whether the run was interrupted or not") {
  const LogContent content = registered_clients(2'049);
  const auto refusal = [&](const std::vector<std::size_t>& listed, bool interrupted,
                           const std::function<void(events::WrittenPartition&)>& spoil) {
    const TemporaryFolder folder;
    auto log = LogWriter::create(folder / "log", content.header, content.site);
    std::vector<events::WrittenPartition> written;
    for (std::uint32_t number = 0; number < 3; ++number) {
      written.push_back(*write_partition(*log, number, content, ClientBatch::kEvents));
    }
    std::vector<events::WrittenPartition> partitions;
    for (const std::size_t number : listed) partitions.push_back(written[number]);
    spoil(partitions.back());
    REQUIRE(log->finish(partitions, interrupted));
    const auto reader = LogReader::open(folder / "log");
    if (reader) return std::string("sound");
    CHECK(reader.error().kind == Kind::corrupt);
    const std::string site = read_file(folder / "log" / "site.log");
    if (reader.error().offset) CHECK(reader.error().offset == frames_of(site).back().offset);
    return reader.error().what;
  };
  const auto as_it_is = [](events::WrittenPartition&) {};
  const std::string start = "the end frame contradicts itself: ";
  CHECK(refusal({0, 1, 2}, false, as_it_is) == "sound");
  CHECK(refusal({0, 1, 2}, true, as_it_is) == "sound");
  for (const bool interrupted : {true, false}) {
    INFO(interrupted);
    CHECK(refusal({0, 1, 1}, interrupted, as_it_is) == start + "partitions are out of order");
    CHECK(refusal({0, 2, 1}, interrupted, as_it_is) == start + "partitions are out of order");
    CHECK(refusal({0, 1, 2}, interrupted, [](auto& last) { last.partition = 3; }) ==
          start + "a partition has no clients");
    CHECK(refusal({0, 1, 2}, interrupted, [](auto& last) { last.clients = 2; }) ==
          start + "a partition has too many clients");
    CHECK(refusal({0, 1}, interrupted, [](auto& last) { last.clients = 1'025; }) ==
          start + "a partition has too many clients");
  }
  CHECK(refusal({0, 1}, false, as_it_is) == start + "the run is complete, but clients are missing");
  CHECK(refusal({0, 1}, true, as_it_is) == "the file is not listed in site.log");
}

TEST_CASE("an end frame that miscounts events is refused") {
  const Files whole = there_and_back(small_log());
  const auto refusal = [&](std::size_t at, int by) {
    Files files = whole;
    std::string& site = files["site.log"];
    char& count = site[frames_of(site).back().payload() + 16 + at];
    count = static_cast<char>(count + by);
    resign(files);
    const LogError error = error_in(files);
    CHECK(error.kind == Kind::corrupt);
    return error.what;
  };
  for (const int by : {-1, 1}) {
    CHECK(refusal(8, by) == "the end frame contradicts itself: the site's events do not add up");
    CHECK(refusal(16, by) == "the end frame contradicts itself: the clients' events do not add up");
  }
}

TEST_CASE("an end frame that miscounts the kinds of events is refused by who counts them") {
  Files files = there_and_back(small_log());
  std::string& site = files["site.log"];
  const FramePlace end = frames_of(site).back();
  char& installed = site[end.digest() - 33 * std::size_t{8}];  // the kinds come last, in 33 words
  CHECK(installed == 5);
  installed = 6;
  resign(files);
  const TemporaryFolder folder;
  write_folder(folder / "log", files);
  const LogReader log = LogReader::open(folder / "log").value();
  CHECK(events::told_facts(log)->of_kind[0] == 6);
  const auto facts = events::verify(log);
  REQUIRE_FALSE(facts.has_value());
  CHECK(facts.error().kind == Kind::corrupt);
  CHECK(facts.error().what == "the end frame miscounts the kinds of events");
}

// ---- Frames ------------------------------------------------------------------------------------

TEST_CASE("any number of site events comes back, 4,096 in a frame") {
  const auto frames = [](std::size_t count) {
    LogContent content = registered_clients(1);
    content.site.resize(1);
    while (content.site.size() < count) {
      const auto seq = static_cast<std::uint32_t>(content.site.size());
      SiteEvent event = EndpointDown{Endpoint::mp};
      if (seq % 2 == 0) event = EndpointUp{Endpoint::mp};
      content.site.push_back({at(Duration{seq}), seq, {CauseKind::action, seq}, event});
    }
    return frames_of_type(there_and_back(content).at("site.log"), 2);
  };
  CHECK(frames(1) == 1);
  CHECK(frames(4'095) == 1);
  CHECK(frames(4'096) == 1);
  CHECK(frames(4'097) == 2);
  CHECK(frames(8'192) == 2);
  CHECK(frames(8'193) == 3);
}

TEST_CASE("a batch is full with 65,536 events, also with the longest, and then another begins",
          "[slow]") {
  ClientBatch batch;
  batch.begin(0, 0);
  for (int i = 0; i < 65'535; ++i) batch.append({}, {CauseKind::agent_start}, AgentRestarted{});
  CHECK_FALSE(batch.full());
  batch.append({}, {CauseKind::agent_start}, AgentRestarted{});
  CHECK(batch.full());
  CHECK(batch.size() == 65'536);

  const auto batches = [](std::size_t count) {
    LogContent content = registered_clients(1);
    Telling telling(0);
    while (telling.stream().size() < count) {
      telling.tell(Duration{7}, {CauseKind::request, 4'294'967'295},
                   TokenRenewed{Endpoint::cmg, telling.token(2, Duration{3}), telling.serial(1)});
    }
    content.clients = {telling.stream()};
    return first_stretches(there_and_back(content).at("clients-00000.log"));
  };
  CHECK(batches(65'535) == 1);
  CHECK(batches(65'536) == 1);
  CHECK(batches(65'537) == 2);
}

TEST_CASE("a frame's length is a multiple of 8, from 8 to 2^30") {
  const Files whole = there_and_back(small_log());
  const auto error_with = [&](std::uint32_t length) {
    Files files = whole;
    std::memcpy(files["site.log"].data() + frames_of(whole.at("site.log"))[1].offset, &length, 4);
    return error_in(files);
  };
  for (const std::uint32_t bad :
       {0U, 1U, 4U, 7U, 9U, 12U, 1'073'741'823U, 1'073'741'832U, 4'294'967'288U, 4'294'967'295U}) {
    const LogError error = error_with(bad);
    CHECK(error.kind == Kind::corrupt);
    CHECK(error.what ==
          "this frame (block of the file) has the invalid length " + std::to_string(bad));
  }
  CHECK(error_with(8).what == "the digest of this frame (block of the file) is wrong");
  // Good as such; that it goes beyond the end of the file is another matter.
  CHECK(error_with(1'073'741'824).what ==
        "the length of this frame (block of the file) goes beyond the file's end");
}

TEST_CASE("columns of one batch of format 1 are of the same length") {
  // FORMAT.md takes these bytes apart: the lengths of kinds, causes, details and times.
  const Files whole = read_folder("tests/events/golden/format-1-example");
  for (const std::size_t column : {0x94U, 0x9cU, 0xa4U, 0xacU}) {
    for (const int by : {-8, 8}) {  // one entry
      Files files = whole;
      char& length = files["clients-00000.log"][column];
      length = static_cast<char>(length + by);
      resign(files);
      INFO(std::hex << column << std::dec << " " << by);
      const LogError error = error_in(files);
      CHECK(error.kind == Kind::corrupt);
      CHECK(error.offset == 0x70);
      CHECK(error.what == "the columns are of different lengths");
    }
  }
}

TEST_CASE("a message that stands for more work than twice its size is refused") {
  // A struct with one pointer, to 8,000 bytes.
  std::vector<std::uint64_t> payload(1 + 2 + 1'000);
  payload[0] = std::uint64_t{payload.size() - 1} << 32;
  payload[1] = std::uint64_t{1} << 48;
  payload[2] = (std::uint64_t{8'000 << 3 | 2} << 32) | 1;
  const auto got = [&](int times) {
    return events::read_message(payload, [&](capnp::MessageReader& message) {
      const auto root = message.getRoot<capnp::AnyPointer>().getAs<capnp::AnyStruct>();
      for (int i = 0; i < times; ++i) {
        if (root.getPointerSection()[0].getAs<capnp::Data>().size() != 8'000) {
          throw events::Malformed{"another message"};
        }
      }
    });
  };
  CHECK_FALSE(got(2));
  REQUIRE(got(3));
  CHECK(got(3)->kind == Kind::corrupt);
  CHECK(got(3)->what.starts_with("the message cannot be decoded: "));
}

// ---- Numbers -----------------------------------------------------------------------------------

TEST_CASE("durations and starts go to 2^48 seconds") {
  LogContent content = small_log();
  content.site = {};
  content.clients = {};
  const auto is_read = [&] {
    content.header.clients = 0;
    content.header.cohorts = {};
    const TemporaryFolder folder;
    REQUIRE(write_log(folder / "log", content));
    const auto log = LogReader::open(folder / "log");
    if (!log) CHECK(log.error().what.ends_with(" is out of range"));
    return log.has_value();
  };
  const std::int64_t limit = 281'474'976'710'656;
  SECTION("the duration of the run") {
    content.header.duration = Duration{limit};
    CHECK(is_read());
    content.header.duration = Duration{limit + 1};
    CHECK_FALSE(is_read());
  }
  SECTION("the tick") {
    content.header.tick = Duration{0};
    CHECK(is_read());
    content.header.tick = Duration{-1};
    CHECK_FALSE(is_read());
  }
  SECTION("the start") {
    for (const std::int64_t sign : {-1, 1}) {
      content.header.start_unix_seconds = sign * limit;
      CHECK(is_read());
      content.header.start_unix_seconds = sign * (limit + 1);
      CHECK_FALSE(is_read());
    }
  }
  SECTION("when a bulk token ends") {
    content.site = small_site();
    auto& issued = std::get<BulkTokenIssued>(content.site[1].event);
    issued.expires = at(Duration{limit});
    CHECK(is_read());
    issued.expires = at(Duration{limit + 1});
    CHECK_FALSE(is_read());
  }
}

TEST_CASE("frames are read in any order, also after some in a row") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", registered_clients(40), 20));
  const std::string file = read_file(folder / "log" / "clients-00000.log");
  const std::vector<FramePlace> places = frames_of(file);
  REQUIRE(places.size() > 5);
  const std::string site = read_file(folder / "log" / "site.log");
  events::Digest first;
  std::memcpy(first.bytes.data(), site.data() + frames_of(site).front().digest(), 32);
  auto reader = events::FrameReader::open(folder / "log" / "clients-00000.log",
                                          events::kPartitionMagic, first, std::nullopt);
  REQUIRE(reader);
  for (std::size_t i = 0; i < 3; ++i) CHECK(reader->next()->offset == places[i].offset);
  CHECK(reader->frame_at(places[1].offset)->type == places[1].type);
  CHECK(reader->next()->offset == places[2].offset);
  CHECK(reader->frame_at(places[4].offset)->offset == places[4].offset);
  CHECK(reader->next()->offset == places[5].offset);
}

TEST_CASE("times of events have 32 bits") {
  const Instant last = at(Duration{4'294'967'295});
  LogContent content = registered_clients(1);
  content.site.back().time = last;
  Telling telling(0);
  content.clients = {telling.tell(Duration{4'294'967'295}, {}, AgentRestarted{}).stream()};
  there_and_back(content);
  for (const Instant bad : {last + Duration{1}, at(Duration{-1})}) {
    content.site.back().time = bad;
    CHECK_THROWS_AS(write_log(std::nullopt, content), std::logic_error);
  }
}
