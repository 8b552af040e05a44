// Holds random scenarios to what must hold of every run, for as long as one likes.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "events/run_on_threads.hpp"
#include "sim/cli/command_soak.hpp"
#include "sim/cli/progress.hpp"
#include "sim/soak/failure_file.hpp"
#include "sim/soak/soak.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

using Clock = std::chrono::steady_clock;

// Takes scenarios, seed after seed, until the time is over, one fails or somebody asks for the end.
class Soak {
 public:
  Soak(std::uint64_t first_seed, Duration length)
      : next_(first_seed), deadline_(Clock::now() + length), properties_(soak_properties()) {}

  void run(Console& console) {
    const SignalWatch signals;
    int looks = 0;
    const auto go_on = [&] {
      if (++looks % 10 == 0) console.show_progress(fmt::format("{} scenarios", grouped(done())));
      return !interrupted() && Clock::now() < deadline_;
    };
    const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
    events::watch_threads(threads, threads, {go_on, stop_, std::chrono::milliseconds{20}},
                          [this](events::Worker&) { work(); });
    console.show_progress("");
  }

  std::uint64_t done() const { return done_.load(); }
  std::size_t properties() const { return properties_.size(); }
  const std::optional<SoakFailure>& failure() const { return failure_; }

 private:
  // Each worker takes at least one.
  void work() {
    // A failure is made smaller beyond the deadline, but not beyond Ctrl-C.
    ShrinkLimits limits;
    limits.stop = interrupted;
    do {
      const std::uint64_t seed = next_.fetch_add(1);
      auto failure = soak_one(seed, properties_, limits);
      ++done_;
      if (!failure) continue;
      stop_ = true;
      const std::lock_guard lock(mutex_);
      keep_first(failure_, std::move(*failure));
    } while (!stop_);
  }

  std::atomic<std::uint64_t> next_;
  Clock::time_point deadline_;
  std::vector<SoakProperty> properties_;
  std::atomic<std::uint64_t> done_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::optional<SoakFailure> failure_;
};

}  // namespace

ExitStatus soak_command(const SoakCommand& command, Console& console) {
  const auto length = parse_duration(command.length);
  if (!length || *length <= Duration{0}) {
    return usage_error(fmt::format("--for {} {}", in_quotes(command.length),
                                   length ? "must be longer than zero" : length.error()),
                       "write it like 10m or 1h30m");
  }
  std::error_code error;
  if (!std::filesystem::is_directory(command.out, error)) {
    return usage_error(fmt::format("--out {} is not a folder", in_quotes(command.out)),
                       "create it first");
  }
  Soak soak(command.seed, *length);
  soak.run(console);
  console.print(fmt::format("{} scenarios from seed {} on, {} properties checked in each\n",
                            grouped(soak.done()), command.seed, soak.properties()));
  if (soak.failure()) {
    const SoakFailure& failure = *soak.failure();
    // First what must not be lost if the file cannot be written.
    console.print(fmt::format("{}  {}\n      {}\nreproduce: tokenlife soak --for 1s --seed {}\n",
                              console.paint("FAIL", Tone::bad), failure.property,
                              escape_text(failure.what), failure.seed));
    const auto path = write_failure(failure, command.out);
    if (!path) return Failed<Error>(path.error());
    console.print(fmt::format("written to {}\n", escape_text(path->string())));
    return 1;
  }
  if (interrupted()) return kInterrupted;
  return 0;
}

}  // namespace tokenlife::sim
