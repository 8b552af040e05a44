// Work that several threads share: what is to be done is numbered, and whoever is free takes the
// next number. Not installed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>

namespace tokenlife::events {

// One of the threads, as its work sees it.
class Worker {
 public:
  Worker(std::size_t number, std::size_t count, std::atomic<std::size_t>& next,
         const std::atomic<bool>& stop)
      : number_(number), count_(count), next_(next), stop_(stop) {}

  // From 0 on and below the threads that were asked for: for what each of them has for itself.
  std::size_t number() const { return number_; }

  // An index below the count that nobody has taken yet; they are taken in rising order. Nothing:
  // there are no more, or the work is to stop. Whatever is taken can therefore be brought to its
  // end, and then nothing is missing before what was taken last.
  std::optional<std::size_t> next() {
    if (stop_) return std::nullopt;
    const std::size_t index = next_++;
    return index < count_ ? std::optional(index) : std::nullopt;
  }

 private:
  std::size_t number_;
  std::size_t count_;
  std::atomic<std::size_t>& next_;
  const std::atomic<bool>& stop_;
};

// What one thread does from its beginning to its end: most often something that it alone has, and
// then a loop over next(). Which thread takes which index must play no part in what comes out.
using Work = std::function<void(Worker&)>;

// Calls `work` once on each of so many threads (0 is 1), but on no more than there are indices, and
// returns when all have ended. The caller's thread is one of them: for one no other is started.
// If any throws, no more indices are taken, and what was thrown first is thrown here.
void run_on_threads(unsigned threads, std::size_t count, const Work& work);

// What the caller's thread does while others work.
struct Watch {
  // Called every so often, for as long as any of them works; once it has said false no more indices
  // are taken.
  std::function<bool()> go_on;
  // Set then, and by an exception; the work may set it, too, and look at it to end sooner.
  std::atomic<bool>& stop;
  std::chrono::milliseconds every{50};
};

// The same, but all are threads of their own, even if it is only one.
void watch_threads(unsigned threads, std::size_t count, const Watch& watch, const Work& work);

}  // namespace tokenlife::events
