#include "events/run_on_threads.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tokenlife::events {
namespace {

// The threads of one call, and what they share.
class Crew {
 public:
  Crew(unsigned threads, std::size_t count, std::atomic<bool>& stop, const Work& work)
      : count_(count),
        stop_(stop),
        work_(work),
        workers_(std::min(std::max<std::size_t>(threads, 1), count)),
        working_(workers_) {}

  // Starts the workers from `first` on; the caller's thread does something else meanwhile.
  template <class Meanwhile>
  void run(std::size_t first, const Meanwhile& meanwhile) {
    {
      std::vector<std::jthread> threads;  // joined even if one cannot be started
      guard([&] {
        for (std::size_t i = first; i < workers_; ++i) threads.emplace_back([this, i] { work(i); });
        meanwhile();
      });
    }
    if (bug_) std::rethrow_exception(bug_);
  }

  void work(std::size_t number) {
    guard([&] {
      Worker worker(number, count_, next_, stop_);
      work_(worker);
    });
    const std::lock_guard lock(mutex_);
    if (--working_ == 0) idle_.notify_one();
  }

  void watch(const Watch& watch) {
    std::unique_lock lock(mutex_);
    while (!idle_.wait_for(lock, watch.every, [this] { return working_ == 0; })) {
      lock.unlock();
      if (!watch.go_on()) stop_ = true;
      lock.lock();
    }
  }

 private:
  // What is thrown is kept until it can be thrown where somebody can catch it.
  template <class Do>
  void guard(const Do& something) {
    try {
      something();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!bug_) bug_ = std::current_exception();
      stop_ = true;
    }
  }

  const std::size_t count_;
  std::atomic<bool>& stop_;
  const Work& work_;
  const std::size_t workers_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // guards all that follows
  std::condition_variable idle_;
  std::size_t working_;
  std::exception_ptr bug_;
};

}  // namespace

void run_on_threads(unsigned threads, std::size_t count, const Work& work) {
  if (count == 0) return;
  std::atomic<bool> stop{false};
  Crew crew(threads, count, stop, work);
  crew.run(1, [&] { crew.work(0); });
}

void watch_threads(unsigned threads, std::size_t count, const Watch& watch, const Work& work) {
  if (count == 0) return;
  Crew crew(threads, count, watch.stop, work);
  crew.run(0, [&] { crew.watch(watch); });
}

}  // namespace tokenlife::events
