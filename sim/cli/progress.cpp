#include "sim/cli/progress.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "sim/cli/time_left.hpp"
#include "sim/engine/idle_actions.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

std::atomic<bool> signalled = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a handler writes it");

void on_signal(int) { signalled = true; }

// Looks every now and then at a run that other threads do.
class Watcher {
 public:
  Watcher(RunControl& control, const Scenario& scenario, Console& console)
      : control_(control),
        clients_(scenario.clients),
        duration_(scenario.duration),
        console_(console),
        thread_([this] { watch(); }) {}
  ~Watcher() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_one();
    thread_.join();
    console_.show_progress("");
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  void watch() {
    using namespace std::chrono_literals;
    std::unique_lock lock(mutex_);
    for (int looks = 1; !wake_.wait_for(lock, 50ms, [this] { return done_; }); ++looks) {
      if (interrupted()) control_.stop = true;
      if (looks % 4 == 0) show();
    }
  }
  void show() {
    const std::uint64_t clients = control_.clients_done.load() + control_.clients_elsewhere.load();
    if (const Duration until{control_.queues_until.load()}; clients == 0 && until > Duration{0}) {
      console_.show_progress(
          fmt::format("{:3} %  of the run's time, to find out who waits in queues",
                      until.count() * 100 / duration_.count()));
      return;
    }
    console_.show_progress(
        fmt::format("{:3} %  {} of {} clients, {} events", clients * 100 / clients_,
                    grouped(clients), grouped(clients_),
                    grouped(control_.events_done.load() + control_.events_elsewhere.load())) +
        left_.words(clients, clients_));
  }

  RunControl& control_;
  std::uint32_t clients_;
  Duration duration_;
  Console& console_;
  TimeLeft left_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace

SignalWatch::SignalWatch() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, &old_int_);
  sigaction(SIGTERM, &action, &old_term_);
  // `nohup` has it ignored.
  sigaction(SIGHUP, nullptr, &old_hup_);
  if (old_hup_.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
}

SignalWatch::~SignalWatch() {
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
  sigaction(SIGHUP, &old_hup_, nullptr);
}

bool interrupted() { return signalled; }

Result<WatchedRun, Error> run_watched(const Scenario& scenario, const RunOptions& options,
                                      Console& console) {
  const SignalWatch signals;
  RunControl control;
  const Watcher watcher(control, scenario, console);
  const auto begin = std::chrono::steady_clock::now();
  auto result = run(scenario, options, control);
  if (!result) return Failed<Error>(result.error());
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  result->idle = idle_actions(scenario, *result, control);
  return WatchedRun{std::move(*result), wall.count()};
}

Result<std::optional<Rerun>, Error> rerun_watched(const events::LogReader& log,
                                                  const Scenario& scenario, unsigned threads,
                                                  Console& console) {
  const SignalWatch signals;
  RunControl control;
  const Watcher watcher(control, scenario, console);
  return rerun(log, scenario, threads, control);
}

}  // namespace tokenlife::sim
