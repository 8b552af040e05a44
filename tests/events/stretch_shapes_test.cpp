// Stretches walked by their shapes: the same events as the other walk hands over, and the same
// faults of all that is looked at.
#include "events/stretch_shapes.hpp"

#include <algorithm>
#include <tuple>

#include "events/batch_reader.hpp"
#include "events/forged_log.hpp"
#include "events/small_log.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::Stretch;

namespace {

using Seen = std::tuple<std::uint32_t, std::uint32_t, EventKind>;  // client, second, kind

struct ByShapes {
  std::vector<Seen> seen{};
  std::uint32_t client = 0;
  const events::ShapeTable* shapes = nullptr;

  bool begin(ClientNumber) {
    FAIL("stretches with codes alone to be walked by shapes");
    return false;
  }
  template <class Event>
  bool on(const Recorded<Event>&) {
    return false;
  }
};
struct Walked {
  ByShapes& to;
  void begin(const events::StretchView& view) { to.shapes = view.shapes; }
  void begin(ClientNumber client) { to.client = client.value; }
  void on(std::uint8_t code, std::uint32_t time) {
    to.seen.emplace_back(to.client, time, static_cast<EventKind>((*to.shapes)[code].kind));
  }
};
events::WalkResult walk(std::span<events::StretchCursor> stretches,
                        events::StreamPosition& position, ByShapes& visitor) {
  for (const events::StretchCursor& cursor : stretches) {
    if (!events::has_codes_alone(cursor.view)) {
      return events::walk<ByShapes>(stretches, position, visitor);
    }
  }
  Walked walked{visitor};
  return events::walk_shapes(stretches, position, walked);
}

// Twice a day: several stretches.
LogContent walkers() {
  LogContent content{header_for(40), small_site(), {}};
  for (std::uint32_t client = 0; client < 40; ++client) {
    Telling telling(client);
    telling.registered(cohort_of(content.header, client));
    for (int day = 1; client % 7 != 3 && day <= 180; ++day) {
      const bool out = day % 2 != 0;
      telling.tell(std::chrono::hours{12} * day, {CauseKind::network},
                   NetworkChanged{out ? Network::intranet : Network::offline,
                                  out ? Network::offline : Network::intranet});
    }
    content.clients.push_back(telling.stream());
  }
  return content;
}

// What is seen, or why nothing is.
Result<std::vector<Seen>, std::string> seen_by_shapes(const Files& files) {
  const TemporaryFolder folder;
  write_folder(folder / "log", files);
  const auto log = events::LogReader::open(folder / "log").value();
  ByShapes visitor;
  const auto visited = events::visit_batches(log, log.partitions().front(), visitor);
  if (!visited) return Failed<std::string>(visited.error().what);
  std::sort(visitor.seen.begin(), visitor.seen.end());
  return visitor.seen;
}

struct FoundRefusal {
  RefusalReason reason{};
  Endpoint via{};
  bool on(const Recorded<RenewalRefused>& recorded) {
    reason = recorded.event.reason;
    via = recorded.event.via;
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>&) {
    return false;
  }
};

std::string refusal_of(const std::function<void(std::vector<Stretch>&)>& spoil) {
  const LogContent content = walkers();
  std::vector<Stretch> stretches = stretches_of(content);
  REQUIRE(stretches.size() >= 3);
  spoil(stretches);
  const auto seen = seen_by_shapes(log_of_stretches(content, stretches));
  return seen ? "" : seen.error().substr(0, seen.error().find(" (at"));
}

}  // namespace

TEST_CASE("a walk by shapes hands over every event") {
  const LogContent content = walkers();
  std::vector<Seen> all;
  for (std::uint32_t client = 0; client < content.clients.size(); ++client) {
    for (const auto& recorded : content.clients[client]) {
      all.emplace_back(client, static_cast<std::uint32_t>(recorded.time.time_since_epoch().count()),
                       kind_of(recorded.event));
    }
  }
  std::sort(all.begin(), all.end());
  CHECK(seen_by_shapes(log_of_stretches(content, stretches_of(content))).value() == all);
}

TEST_CASE("a walk by shapes refuses what does not add up") {
  const std::string slices = "the slices of the streams do not add up to the events of the batch";
  const std::string gap = "the numbering of a client's events has a gap";
  CHECK(refusal_of([](auto& s) { ++s[1].streams[1]; }) == gap);
  CHECK(refusal_of([](auto& s) { s[1].streams.push_back(0); }) == slices);
  CHECK(refusal_of([](auto& s) { s[0].streams.pop_back(); }) == "a column has too few entries");
  CHECK(refusal_of([](auto& s) { s[0].streams.back() = 0x7f; }) == gap);
  CHECK(refusal_of([](auto& s) { s[2].steps[0] = 65'535; }) == "a column has too few entries");
  CHECK(refusal_of([](auto& s) { s[1].head.until = s[1].head.from; }) ==
        "an event is later than its stretch of time");
  CHECK(refusal_of([](auto& s) { s[1].head.time_unit = UINT32_MAX; }) ==
        "an event is later than its stretch of time");
  CHECK(refusal_of([](auto& s) {
          for (Stretch& stretch : s) stretch.head.first_client = 1;
        }) == "a client is missing, out of order or in the wrong partition");
  CHECK(refusal_of([](auto& s) {
          for (Stretch& stretch : s) stretch.head.clients = UINT32_MAX;
        }) == "a client is missing, out of order or in the wrong partition");
}

TEST_CASE("the event of a shape has what the detail says") {
  FoundRefusal found;
  // Two bits of the endpoint, then five of the reason.
  const auto reason = static_cast<std::uint8_t>(RefusalReason::expired);
  events::visit_shape(events::Shape{static_cast<std::uint8_t>(EventKind::renewal_refused), 0,
                                    static_cast<std::uint8_t>(reason << 2 | 1), 0},
                      found);
  CHECK(found.reason == RefusalReason::expired);
  CHECK(found.via == Endpoint::cmg);
}
