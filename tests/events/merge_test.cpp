#include "events/merge.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "events/forged_log.hpp"
#include "events/random_content.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::EventFilter;
using events::LogReader;

namespace {

// An event where it is printed: the site is stream -1.
struct Line {
  Instant time;
  std::int64_t stream;
  std::uint32_t seq;
  EventKind kind;
  friend auto operator<=>(const Line&, const Line&) = default;
};

std::vector<Line> lines_of(const LogReader& log, const EventFilter& filter,
                           std::size_t events_in_memory = events::kEventsInMemory,
                           std::size_t lines_max = SIZE_MAX) {
  std::vector<Line> lines;
  const events::EventSink sink{
      [&](const Recorded<SiteEvent>& recorded) {
        lines.push_back({recorded.time, -1, recorded.seq, kind_of(recorded.event)});
        return lines.size() < lines_max;
      },
      [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
        lines.push_back({recorded.time, client.value, recorded.seq, kind_of(recorded.event)});
        return lines.size() < lines_max;
      }};
  const auto read = events::read_ordered(log, filter, sink, events_in_memory);
  if (!read) throw std::runtime_error(read.error().what);
  return lines;
}

// The same by sorting everything.
std::vector<Line> expected_lines(const LogContent& content, const EventFilter& filter) {
  std::vector<Line> lines;
  for (const auto& recorded : content.site) {
    lines.push_back({recorded.time, -1, recorded.seq, kind_of(recorded.event)});
  }
  if (!filter.site) lines.clear();
  for (std::uint32_t client = 0; client < content.clients.size(); ++client) {
    if (filter.clients &&
        std::count(filter.clients->begin(), filter.clients->end(), ClientNumber{client}) == 0) {
      continue;
    }
    for (const auto& recorded : content.clients[client]) {
      lines.push_back({recorded.time, client, recorded.seq, kind_of(recorded.event)});
    }
  }
  std::erase_if(lines, [&](const Line& line) {
    return line.time < filter.from || line.time > filter.until ||
           !filter.kinds[static_cast<std::size_t>(line.kind)];
  });
  std::sort(lines.begin(), lines.end());  // by time, stream and number, in this order
  return lines;
}

EventFilter any_filter(int clients) {
  EventFilter filter;
  filter.site = any_below(3) != 0;
  if (any_below(2) == 0) filter.from = at(Duration{any_below(100'000)});
  if (any_below(2) == 0) filter.until = at(Duration{any_below(1'000'000)});
  if (any_below(3) == 0) {
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) filter.kinds[kind] = any_below(2) == 0;
  }
  if (any_below(3) == 0) {
    filter.clients.emplace();
    for (int client = 0; client < clients; ++client) {
      if (any_below(2) == 0) filter.clients->push_back({static_cast<std::uint32_t>(client)});
    }
  }
  return filter;
}

}  // namespace

TEST_CASE("events come in the order of time, the site's first, then clients by number") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", small_log()));
  const std::vector<Line> lines = lines_of(LogReader::open(folder / "log").value(), {});
  REQUIRE(lines.size() == 41);
  using enum EventKind;
  const Instant start{};
  CHECK(std::vector<Line>(lines.begin(), lines.begin() + 6) ==
        std::vector<Line>{{start, -1, 0, site_established},
                          {start, -1, 1, bulk_token_issued},
                          {start, 0, 0, client_installed},
                          {start, 0, 1, registration_requested},
                          {start, 1, 0, client_installed},
                          {start, 1, 1, registration_requested}});
  CHECK(lines.back() == Line{at(std::chrono::days{119}), 4, 3, renewal_requested});
}

TEST_CASE("any filter and any memory give what sorting everything gives", "[slow]") {
  property("ordered reading is sorting", [] {
    LogContent content = *any_content(8, 60);
    content.site = small_site();
    const TemporaryFolder folder;
    RC_ASSERT(write_log(folder / "log", content).has_value());
    const LogReader log = LogReader::open(folder / "log").value();
    const EventFilter filter = any_filter(static_cast<int>(content.clients.size()));
    const auto memory = static_cast<std::size_t>(any_below(12));
    const std::vector<Line> expected = expected_lines(content, filter);
    RC_ASSERT(lines_of(log, filter) == expected);
    RC_ASSERT(lines_of(log, filter, memory) == expected);
    const auto some = static_cast<std::size_t>(1 + any_below(10));
    const std::vector<Line> first = lines_of(log, filter, memory, some);
    RC_ASSERT(first.size() == std::min(some, expected.size()));
    RC_ASSERT(std::equal(first.begin(), first.end(), expected.begin()));
  });
}

TEST_CASE("events come out as they went in, through a temporary file, of both formats") {
  const LogContent content = small_log();
  const TemporaryFolder folder;
  write_folder(folder / "1", log_of_format_1(content));
  write_folder(folder / "2", log_of_stretches(content, stretches_of(content)));
  for (const char* format : {"1", "2"}) {
    for (const std::size_t memory : {std::size_t{1}, std::size_t{3}, std::size_t{1'000}}) {
      INFO(format << " " << memory);
      std::vector<Stream> streams(content.clients.size());
      Instant last;
      const auto read =
          events::read_ordered(LogReader::open(folder / format).value(), {},
                               {[](const auto&) { return true; },
                                [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
                                  CHECK(recorded.time >= last);
                                  last = recorded.time;
                                  streams[client.value].push_back(recorded);
                                  return true;
                                }},
                               memory);
      REQUIRE(read);
      CHECK((streams == content.clients));
    }
  }
}

TEST_CASE("a folder without room for a temporary file is an error that names it") {
  const LogContent content = small_log();
  const TemporaryFolder folder;
  write_folder(folder / "log", log_of_stretches(content, stretches_of(content)));
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", (folder / "nowhere").c_str(), 1);
  const auto read = events::read_ordered(
      LogReader::open(folder / "log").value(), {},
      {[](const auto&) { return true; }, [](ClientNumber, const auto&) { return true; }}, 1);
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().kind == events::LogError::Kind::io);
  CHECK(read.error().file == (folder / "nowhere").string());
  CHECK(read.error().what ==
        "cannot make a temporary file there (TMPDIR names another folder): No such file or "
        "directory");
}

TEST_CASE("more events at one moment than fit into memory still come in order") {
  LogContent content{header_for(3'000), small_site(), {}};
  for (std::uint32_t client = 0; client < 3'000; ++client) {
    content.clients.push_back(
        Telling(client).registered(cohort_of(content.header, client)).stream());
  }
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  CHECK(lines_of(LogReader::open(folder / "log").value(), {}, 100) == expected_lines(content, {}));
}

TEST_CASE("clients at the edges of partitions are found, alone and together") {
  LogContent content{header_for(2'049), small_site(), {}};
  for (std::uint32_t client = 0; client < 2'049; ++client) {
    content.clients.push_back(
        Telling(client).registered(cohort_of(content.header, client)).stream());
  }
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  const LogReader log = LogReader::open(folder / "log").value();
  const std::vector<std::vector<ClientNumber>> wanted{
      {{0}},     {{1'023}},          {{1'024}},      {{2'047}},
      {{2'048}}, {{1'023}, {1'024}}, {{0}, {2'048}}, {{1'022}, {1'025}, {2'047}}};
  for (const std::vector<ClientNumber>& clients : wanted) {
    EventFilter filter;
    filter.site = false;
    filter.clients = clients;
    const std::vector<Line> lines = lines_of(log, filter);
    INFO(clients.front().value);
    CHECK(lines.size() == 3 * clients.size());
    CHECK(lines == expected_lines(content, filter));
  }
  EventFilter nobody;
  nobody.site = false;
  nobody.clients = {ClientNumber{2'049}};
  CHECK(lines_of(log, nobody).empty());
}

TEST_CASE("times at and beyond the end of the run come in order") {
  LogContent content{header_for(2), small_site(), {}};
  content.header.duration = Duration{163'839};
  for (std::uint32_t client = 0; client < 2; ++client) {
    Telling telling(client);
    for (const std::int64_t time : {0L, 9L, 10L, 19L, 163'829L, 163'830L, 163'839L, 163'840L,
                                    500'000L, 4'294'967'294L, 4'294'967'295L}) {
      telling.tell(Duration{time}, {CauseKind::agent_start}, AgentRestarted{});
    }
    content.clients.push_back(telling.stream());
  }
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  const LogReader log = LogReader::open(folder / "log").value();
  for (const std::size_t memory : {0U, 1U, 2U, 3U, 21U, 22U}) {
    INFO(memory);
    CHECK(lines_of(log, {}, memory) == expected_lines(content, {}));
  }
}

TEST_CASE("events wait for a stretch that begins when they happen") {
  LogContent content{header_for(1'025), small_site(), {}};
  content.clients.resize(1'025);
  const std::chrono::days day{1};
  // Of the first partition the only stretch begins when that of the second one ends.
  content.clients[0] = Telling(0).tell(day, {CauseKind::agent_start}, AgentRestarted{}).stream();
  content.clients[1'024] = Telling(1'024)
                               .tell(Duration{0}, {CauseKind::agent_start}, AgentRestarted{})
                               .tell(day, {CauseKind::agent_start}, AgentRestarted{})
                               .stream();
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  const LogReader log = LogReader::open(folder / "log").value();
  for (const std::size_t memory : {1U, 2U, 1'000U}) {
    CHECK(lines_of(log, {}, memory) == expected_lines(content, {}));
  }
}

TEST_CASE("for a stretch of time only the stretches that overlap it are read") {
  LogContent content{header_for(100), small_site(), {}};
  for (std::uint32_t client = 0; client < 100; ++client) {
    Telling telling(client);
    telling.registered(cohort_of(content.header, client));
    for (int day = 1; day <= 90; ++day) {
      telling.tell(std::chrono::days{day}, {CauseKind::agent_start}, AgentRestarted{});
    }
    content.clients.push_back(telling.stream());
  }
  const std::vector<events::Stretch> stretches = stretches_of(content);
  REQUIRE(stretches.size() == 5);
  Files files = log_of_stretches(content, stretches);
  // The third stretch of five is damaged: the third frame behind the header.
  std::string& clients = files.at("clients-00000.log");
  char& byte = clients[frames_of(clients)[3].payload() + 100];
  byte = static_cast<char>(byte ^ 1);
  const TemporaryFolder folder;
  write_folder(folder / "log", files);
  const LogReader log = LogReader::open(folder / "log").value();
  const auto is_read = [&](std::uint32_t from, std::uint32_t until) {
    EventFilter filter;
    filter.from = at(Duration{from});
    filter.until = at(Duration{until});
    std::vector<Line> lines;
    try {
      lines = lines_of(log, filter);
    } catch (const std::runtime_error& error) {
      CHECK(std::string(error.what()) == "the digest of this frame (block of the file) is wrong");
      return false;
    }
    CHECK((lines == expected_lines(content, filter)));
    return true;
  };
  const events::StretchHead& damaged = stretches[2].head;
  CHECK(is_read(0, stretches[1].head.until));
  CHECK(is_read(stretches[3].head.from, 4'294'967'295));
  CHECK(is_read(0, damaged.from - 1));
  CHECK_FALSE(is_read(0, damaged.from));
  CHECK_FALSE(is_read(damaged.until, damaged.until));
  CHECK(is_read(damaged.until + 1, damaged.until + 1));
}

TEST_CASE("for one client only its partition is read") {
  LogContent content{header_for(3'000), small_site(), {}};
  for (std::uint32_t client = 0; client < 3'000; ++client) {
    content.clients.push_back(
        Telling(client).registered(cohort_of(content.header, client)).stream());
  }
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  const LogReader log = LogReader::open(folder / "log").value();
  std::filesystem::remove(folder / "log" / "clients-00000.log");
  std::filesystem::remove(folder / "log" / "clients-00002.log");
  EventFilter filter;
  filter.clients = {ClientNumber{1'500}};
  filter.site = false;
  CHECK(lines_of(log, filter).size() == 3);
}
