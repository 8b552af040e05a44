// The queues that several processes find out together, each for its own clients.
#include <barrier>
#include <catch2/catch.hpp>
#include <thread>

#include "sim/engine/queues.hpp"
#include "sim/engine/run_ranks.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/soak/random_scenario.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

// What the ranks of one test have in common: threads in the place of processes.
struct Meeting {
  explicit Meeting(std::uint32_t ranks) : texts(ranks), all(ranks) {}
  std::vector<std::string> texts;
  std::barrier<> all;
};

class ThreadRank final : public RunRanks {
 public:
  ThreadRank(Meeting& meeting, std::uint32_t rank) : meeting_(meeting), rank_(rank) {}

  std::uint32_t rank() const override { return rank_; }
  std::uint32_t size() const override { return static_cast<std::uint32_t>(meeting_.texts.size()); }
  unsigned threads() const override { return 1; }
  Result<void, Error> agree(const Result<void, Error>& own) override { return own; }
  std::vector<std::string> gather(const std::string&) override { return {}; }
  std::vector<std::string> exchange(const std::string& own) override {
    meeting_.texts[rank_] = own;
    meeting_.all.arrive_and_wait();
    std::vector<std::string> texts = meeting_.texts;
    meeting_.all.arrive_and_wait();
    return texts;
  }
  void begin(RunControl&) override {}
  void end() override {}

 private:
  Meeting& meeting_;
  std::uint32_t rank_;
};

struct Found {
  OwnClients own{};
  std::optional<Timetable> timetable;
};

// Each rank has as many clients as the others, or one more; `stops`: that one is told to stop.
std::vector<Found> on_ranks(const Scenario& scenario, std::uint32_t ranks,
                            std::optional<std::uint32_t> stops = {}) {
  const SiteTimeline site(scenario);
  const ClientSchedule schedule(scenario);
  Meeting meeting(ranks);
  std::vector<Found> found(ranks);
  std::vector<std::thread> threads;
  for (std::uint32_t r = 0; r < ranks; ++r) {
    threads.emplace_back([&, r] {
      ThreadRank rank(meeting, r);
      const std::atomic<bool> stop{stops == r};
      const std::uint64_t clients = scenario.clients;
      found[r].own = {static_cast<std::uint32_t>(clients * r / ranks),
                      static_cast<std::uint32_t>(clients * (r + 1) / ranks), &rank};
      found[r].timetable = simulate_queues(scenario, site, schedule, {}, found[r].own, &stop);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return found;
}

std::string text_of(const Timetable& timetable, std::uint32_t client) {
  std::string text;
  for (const Delayed& one : timetable.of({client})) {
    text += std::to_string(one.request) + ":" + std::to_string(static_cast<int>(one.handling)) +
            "@" + std::to_string(one.at.time_since_epoch().count()) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("ranks find out what one process does, each of its own clients") {
  std::size_t delayed = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Scenario scenario = random_scenario_under_load(seed, 1'000);
    const SiteTimeline whole = timeline_of(scenario);
    delayed += whole.timetable()->size();
    for (const std::uint32_t ranks : {1U, 2U, 3U, 5U}) {
      INFO("random scenario " << seed << " on " << ranks);
      for (const Found& part : on_ranks(scenario, ranks)) {
        REQUIRE(part.timetable);
        CHECK(part.timetable->loads == whole.timetable()->loads);
        for (std::uint32_t client = 0; client < scenario.clients; ++client) {
          const bool is_own = client >= part.own.first && client < part.own.end;
          CHECK(text_of(*part.timetable, client) ==
                (is_own ? text_of(*whole.timetable(), client) : ""));
        }
      }
    }
  }
  CHECK(delayed > 0);
}

TEST_CASE("where one rank is told to stop, all do") {
  const Scenario scenario = random_scenario_under_load(0, 1'000);
  for (const Found& part : on_ranks(scenario, 3, 1)) CHECK_FALSE(part.timetable);
}

}  // namespace tokenlife::test
