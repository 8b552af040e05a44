// Holds random scenarios to what must hold of every run, for as long as one likes.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/commands.hpp"
#include "sim/duration_text.hpp"
#include "sim/number_text.hpp"
#include "sim/plain_text.hpp"
#include "sim/progress.hpp"
#include "sim/soak.hpp"
#include "sim/time_text.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Takes scenarios, seed after seed, until the time is over, one fails or somebody asks for the end.
class Soak {
 public:
  Soak(std::uint64_t first_seed, Duration length)
      : next_(first_seed), deadline_(Clock::now() + length), properties_(soak_properties()) {}

  void run(Console& console) {
    const SignalWatch signals;
    std::vector<std::thread> workers;
    const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
    working_ = threads;
    for (unsigned i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
    for (int looks = 1; working_.load() > 0; ++looks) {
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
      if (interrupted() || Clock::now() >= deadline_) stop_ = true;
      if (looks % 10 == 0) console.show_progress(fmt::format("{} scenarios", grouped(done())));
    }
    for (std::thread& worker : workers) worker.join();
    console.show_progress("");
    if (bug_) std::rethrow_exception(bug_);
  }

  std::uint64_t done() const { return done_.load(); }
  std::size_t properties() const { return properties_.size(); }
  const std::optional<SoakFailure>& failure() const { return failure_; }

 private:
  // Each worker takes at least one.
  void work() {
    try {
      do {
        const std::uint64_t seed = next_.fetch_add(1);
        auto failure = soak_one(seed, properties_);
        ++done_;
        if (!failure) continue;
        stop_ = true;
        const std::lock_guard lock(mutex_);
        if (!failure_ || failure->seed < failure_->seed) failure_ = std::move(failure);
      } while (!stop_);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      bug_ = std::current_exception();
      stop_ = true;
    }
    --working_;
  }

  std::atomic<std::uint64_t> next_;
  Clock::time_point deadline_;
  std::vector<SoakProperty> properties_;
  std::atomic<std::uint64_t> done_{0};
  std::atomic<unsigned> working_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::optional<SoakFailure> failure_;
  std::exception_ptr bug_;
};

Result<void, Error> write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return {};
  return Failed<Error>(Error{ErrorKind::file, path.string(), "the file cannot be written",
                             "choose another folder with --out"});
}

// As a file that reads back as the trace, each device from its first row on.
std::string trace_text(const Trace& trace, std::chrono::sys_seconds start) {
  std::string text = "device,time,network\n";
  for (const Trace::Device& device : trace.devices) {
    const auto row = [&](Duration after_start, Network on) {
      text += fmt::format("{},{},{}\n", device.name, rfc3339(start + after_start), name(on));
    };
    const TraceRow* last = nullptr;
    for (std::uint32_t i = 0; i < device.row_count; ++i) {
      last = &trace.rows[device.first_row + i];
      row(last->at, last->on);
    }
    if (device.period > last->at) row(device.period, last->on);
  }
  return text;
}

// The scenario's file, with its traces beside it.
Result<fs::path, Error> write_failure(SoakFailure failure, const fs::path& folder) {
  const std::string stem = fmt::format("soak-{}-{}", failure.property, failure.seed);
  for (Cohort& cohort : failure.scenario.cohorts) {
    auto* network = std::get_if<TraceNetwork>(&cohort.network);
    if (network == nullptr) continue;
    network->file = fmt::format("{}-{}.csv", stem, cohort.name);
    auto written =
        write_file(folder / network->file, trace_text(*network->trace, failure.scenario.start));
    if (!written) return Failed<Error>(written.error());
  }
  const fs::path path = folder / (stem + ".toml");
  auto written = write_file(path, failure_text(failure));
  if (!written) return Failed<Error>(written.error());
  return path;
}

}  // namespace

ExitStatus soak_command(const SoakCommand& command, Console& console) {
  const auto length = parse_duration(command.length);
  if (!length || *length <= Duration{0}) {
    return Failed<Error>(Error{ErrorKind::input, "",
                               fmt::format("--for {} {}", in_quotes(command.length),
                                           length ? "is no time at all" : length.error()),
                               "write it like 10m or 1h30m"});
  }
  std::error_code error;
  if (!fs::is_directory(command.out, error)) {
    return Failed<Error>(Error{ErrorKind::input, "",
                               fmt::format("--out {} is no folder", in_quotes(command.out)),
                               "make it first"});
  }
  Soak soak(command.seed, *length);
  soak.run(console);
  console.print(fmt::format("{} scenarios from seed {} on, {} properties of each\n",
                            grouped(soak.done()), command.seed, soak.properties()));
  if (soak.failure()) {
    const SoakFailure& failure = *soak.failure();
    const auto path = write_failure(failure, command.out);
    if (!path) return Failed<Error>(path.error());
    console.print(fmt::format("{}  {}\n      {}\nwritten to {}\n", console.paint("FAIL", Tone::bad),
                              failure.property, plain_text(failure.what),
                              plain_text(path->string())));
    console.print(fmt::format("reproduce: tokenlife soak --for 1s --seed {}\n", failure.seed));
    return 1;
  }
  if (interrupted()) return kInterrupted;
  return 0;
}

}  // namespace tokenlife::sim
