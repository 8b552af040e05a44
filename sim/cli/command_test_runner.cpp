#include "sim/cli/command_test_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/cli/progress.hpp"

namespace tokenlife::sim {
namespace {

class Runner {
 public:
  Runner(const TestPlan& plan, const TakeReport& take, Console& console)
      : plan_(plan), take_(take), console_(console) {}

  std::size_t run() && {
    std::vector<std::thread> workers;
    working_ = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = working_; i > 0; --i) workers.emplace_back([this] { work(); });
    wait();
    for (std::thread& worker : workers) worker.join();
    console_.show_progress("");
    if (bug_) std::rethrow_exception(bug_);
    return taken_;
  }

 private:
  void wait() {
    using namespace std::chrono_literals;
    std::unique_lock lock(mutex_);
    while (!idle_.wait_for(lock, 20ms, [this] { return working_ == 0; })) {
      if (interrupted()) end();
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    try {
      while (!ended_ && next_ < plan_.size()) {
        const std::size_t i = next_++;
        RunControl& control = running_[i];
        lock.unlock();
        TestReport report = run_test(plan_.target(i), plan_.seed(i), control);
        lock.lock();
        running_.erase(i);
        waiting_.emplace(i, std::move(report));
        take_in_order();
      }
    } catch (...) {
      if (!lock) lock.lock();
      bug_ = std::current_exception();
      end();
    }
    --working_;
    idle_.notify_one();
  }

  // Each report when it and all before it are there.
  void take_in_order() {
    while (!last_taken_ && !waiting_.empty() && waiting_.begin()->first == taken_) {
      ++taken_;
      last_taken_ = !take_(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
    }
    if (last_taken_) end();
    console_.show_progress(fmt::format("{} of {}", taken_, plan_.size()));
  }

  // Nothing more begins, and what runs stops soon.
  void end() {
    ended_ = true;
    for (auto& [i, control] : running_) control.stop = true;
  }

  const TestPlan& plan_;
  const TakeReport& take_;
  Console& console_;
  std::mutex mutex_;  // guards all that follows
  std::condition_variable idle_;
  unsigned working_ = 0;
  std::size_t next_ = 0;
  std::map<std::size_t, RunControl> running_;
  std::map<std::size_t, TestReport> waiting_;  // for those before them
  std::size_t taken_ = 0;
  bool last_taken_ = false;
  bool ended_ = false;
  std::exception_ptr bug_;
};

}  // namespace

std::size_t run_tests(const TestPlan& plan, const TakeReport& take, Console& console) {
  return Runner(plan, take, console).run();
}

}  // namespace tokenlife::sim
