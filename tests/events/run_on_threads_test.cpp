// Work that several threads share.
#include "events/run_on_threads.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tokenlife::test {
namespace {

using events::run_on_threads;
using events::watch_threads;
using events::Worker;

constexpr std::size_t kIndices = 1000;

// How often each index was taken; calls of the work, by worker.
struct Taken {
  explicit Taken(unsigned threads) : times(kIndices), calls(threads) {}

  void take(Worker& worker) {
    ++calls.at(worker.number());
    while (const auto i = worker.next()) ++times.at(*i);
  }
  bool all_once() const {
    return std::all_of(times.begin(), times.end(), [](int n) { return n == 1; });
  }

  std::vector<std::atomic<int>> times;
  std::vector<std::atomic<int>> calls;
};

void wait_until(const std::atomic<bool>& is_so) {
  while (!is_so) std::this_thread::yield();
}

TEST_CASE("each index is taken once, on any number of threads") {
  const unsigned threads = GENERATE(1U, 3U, 8U);
  CAPTURE(threads);
  Taken alone(threads);
  run_on_threads(threads, kIndices, [&](Worker& worker) { alone.take(worker); });
  CHECK(alone.all_once());
  Taken watched(threads);
  std::atomic<bool> stop{false};
  watch_threads(threads, kIndices, {[] { return true; }, stop},
                [&](Worker& worker) { watched.take(worker); });
  CHECK(watched.all_once());
  CHECK_FALSE(stop);
  for (const auto& calls : alone.calls) CHECK(calls == 1);
  for (const auto& calls : watched.calls) CHECK(calls == 1);
}

TEST_CASE("there are no more workers than indices, and at least one if there is any") {
  std::atomic<int> calls{0};
  const auto count = [&](Worker&) { ++calls; };
  run_on_threads(8, 3, count);
  CHECK(calls.exchange(0) == 3);
  run_on_threads(0, 3, count);
  CHECK(calls.exchange(0) == 1);
  run_on_threads(8, 0, count);
  CHECK(calls == 0);
}

TEST_CASE("work for one thread is done on the caller's, unless that one watches") {
  std::thread::id id;
  const auto note = [&](Worker&) { id = std::this_thread::get_id(); };
  run_on_threads(1, kIndices, note);
  CHECK(id == std::this_thread::get_id());
  std::atomic<bool> stop{false};
  watch_threads(1, kIndices, {[] { return true; }, stop}, note);
  CHECK(id != std::this_thread::get_id());
}

TEST_CASE("one worker takes indices in rising order") {
  std::vector<std::size_t> taken;
  run_on_threads(1, 4, [&](Worker& worker) {
    while (const auto i = worker.next()) taken.push_back(*i);
  });
  CHECK(taken == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("what a worker throws comes out, and nothing is taken any more") {
  const unsigned threads = GENERATE(1U, 3U, 8U);
  CAPTURE(threads);
  std::atomic<unsigned> taken{0};
  std::atomic<bool> stop{false};
  const auto work = [&](Worker& worker) {
    while (const auto i = worker.next()) {
      ++taken;
      if (*i == 0) throw std::runtime_error("at 0");
      wait_until(stop);
    }
  };
  CHECK_THROWS_WITH(watch_threads(threads, kIndices, {[] { return true; }, stop}, work), "at 0");
  CHECK(taken >= 1);
  CHECK(taken <= threads);
}

TEST_CASE("what is thrown on another thread comes out on the caller's, and ends its work") {
  std::atomic<bool> has_begun{false};
  const auto work = [&](Worker& worker) {
    if (worker.number() == 1) {
      wait_until(has_begun);
      throw std::runtime_error("at 1");
    }
    // The caller's: without end if the exception were not one.
    has_begun = true;
    while (worker.next()) std::this_thread::yield();
  };
  constexpr auto kEndless = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_WITH(run_on_threads(2, kEndless, work), "at 1");
}

TEST_CASE("of several exceptions the first comes out, after all have ended") {
  std::atomic<int> ended{0};
  struct AtEnd {
    std::atomic<int>& ended;
    ~AtEnd() { ++ended; }
  };
  std::atomic<bool> stop{false};
  const auto work = [&](Worker& worker) {
    const AtEnd at_end{ended};
    if (worker.number() == 1) throw std::runtime_error("first");
    wait_until(stop);
    throw std::runtime_error("later");
  };
  CHECK_THROWS_WITH(watch_threads(3, 3, {[] { return true; }, stop}, work), "first");
  CHECK(ended == 3);
}

TEST_CASE("a watch that says no ends the work") {
  std::atomic<bool> stop{false};
  std::atomic<bool> is_begun{false};
  int looks = 0;
  const auto go_on = [&] {
    ++looks;
    return !is_begun;
  };
  std::atomic<std::size_t> taken{0};
  watch_threads(3, kIndices, {go_on, stop, std::chrono::milliseconds{1}}, [&](Worker& worker) {
    while (worker.next()) {
      ++taken;
      is_begun = true;
      wait_until(stop);
    }
  });
  CHECK(looks >= 1);
  CHECK(stop);
  CHECK(taken >= 1);
  CHECK(taken <= 3);
}

TEST_CASE("work that is stopped before it begins takes nothing") {
  std::atomic<bool> stop{true};
  std::atomic<int> taken{0};
  watch_threads(3, kIndices, {[] { return true; }, stop}, [&](Worker& worker) {
    while (worker.next()) ++taken;
  });
  CHECK(taken == 0);
}

TEST_CASE("what a watch throws comes out, and ends the work") {
  std::atomic<bool> stop{false};
  const auto go_on = []() -> bool { throw std::runtime_error("watch"); };
  const auto work = [&](Worker& worker) {
    while (worker.next()) wait_until(stop);
  };
  CHECK_THROWS_WITH(watch_threads(2, kIndices, {go_on, stop, std::chrono::milliseconds{1}}, work),
                    "watch");
}

}  // namespace
}  // namespace tokenlife::test
