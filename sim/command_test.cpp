// Runs many scenarios and reports like a test runner.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <regex>
#include <thread>

#include "sim/commands.hpp"
#include "sim/coverage.hpp"
#include "sim/expectations.hpp"
#include "sim/junit.hpp"
#include "sim/plain_text.hpp"
#include "sim/simulation.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

Failed<Error> wrong(std::string what, std::string advice = "") {
  return Failed<Error>(Error{ErrorKind::input, "", std::move(what), std::move(advice)});
}

// ---- What to run -------------------------------------------------------------------------------

// Every scenario file below the paths, each once, in the order of their names.
Result<std::vector<std::string>, Error> find_scenarios(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error)) return wrong(fmt::format("there is no {}", in_quotes(path)));
      found.push_back(path);
      continue;
    }
    fs::recursive_directory_iterator entry(path, error);
    for (; !error && entry != fs::end(entry); entry.increment(error)) {
      if (entry->path().extension() == ".toml") found.push_back(entry->path().string());
    }
    if (error)
      return wrong(fmt::format("cannot look into {}: {}", in_quotes(path), error.message()));
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

struct SeedRange {
  std::uint64_t first;
  std::uint64_t last;
};
Result<SeedRange, Error> parse_seeds(const std::string& text) {
  constexpr std::uint64_t kSeedsMax = 1'000'000;
  const auto whole = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
  };
  const std::size_t dots = std::min(text.find(".."), text.size());
  const auto first = whole(std::string_view(text).substr(0, dots));
  const auto last = whole(std::string_view(text).substr(std::min(dots + 2, text.size())));
  if (!first || !last || *last < *first) {
    return wrong(fmt::format("--seeds {} is no range", in_quotes(text)), "write it like 1..100");
  }
  if (*last - *first >= kSeedsMax) {
    return wrong(fmt::format("--seeds {} is more than a million seeds", in_quotes(text)));
  }
  return SeedRange{*first, *last};
}

struct Job {
  std::string path;
  std::optional<std::uint64_t> seed;
};

// ---- Running it --------------------------------------------------------------------------------

struct Report {
  TestCase test;
  std::string reproduce;             // a command line
  std::optional<Coverage> coverage;  // if it was asked for and the scenario could run
};

std::string broken_expectations(const Scenario& scenario, const std::vector<Outcome>& outcomes) {
  std::string text;
  for (const Outcome& outcome : outcomes) {
    if (outcome.holds.value_or(true)) continue;
    text += fmt::format("{}:{}: expected {}; was {}\n", scenario.path, outcome.expectation->line,
                        outcome.expectation->text, actual_text(outcome));
  }
  return text;
}

Report run_job(const Job& job, bool wants_coverage) {
  const auto begin = std::chrono::steady_clock::now();
  Report report;
  report.test.suite = job.path;
  report.test.name = fs::path(job.path).stem().string();
  report.reproduce = "tokenlife run " + job.path;
  if (job.seed) {
    report.test.name += fmt::format(" seed {}", *job.seed);
    report.reproduce += fmt::format(" --seed {}", *job.seed);
  }
  const auto scenario = load_scenario(job.path, {job.seed, 1});
  if (!scenario) {
    report.test.error = to_string(scenario.error());
    return report;
  }
  RunControl control;
  const auto result = run(*scenario, {1, {}}, control);
  if (!result) {
    report.test.error = to_string(result.error());
    return report;
  }
  report.test.failure = broken_expectations(*scenario, judge_expectations(*scenario, *result));
  report.test.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (wants_coverage) report.coverage.emplace().see(*scenario);
  return report;
}

std::string report_text(const Report& report, const Console& console) {
  const TestCase& test = report.test;
  const bool passed = test.failure.empty() && test.error.empty();
  const std::string verdict = passed               ? console.paint("ok   ", Tone::good)
                              : test.error.empty() ? console.paint("FAIL ", Tone::bad)
                                                   : console.paint("ERROR", Tone::bad);
  std::string text = fmt::format(
      "{}  {}  {:.2f} s\n", verdict,
      plain_text(test.suite + test.name.substr(fs::path(test.suite).stem().string().size())),
      test.seconds);
  const std::string& trouble = test.error.empty() ? test.failure : test.error;
  for (std::size_t begin = 0; begin < trouble.size();) {
    const std::size_t end = std::min(trouble.find('\n', begin), trouble.size());
    text += "         " + plain_text(trouble.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return text;
}

// Runs the jobs on all cores and prints each report when it and all before it are there.
std::vector<Report> run_jobs(const std::vector<Job>& jobs, bool wants_coverage, Console& console) {
  std::vector<std::optional<Report>> reports(jobs.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t printed = 0;
  std::exception_ptr bug;
  const auto work = [&] {
    for (std::size_t i = next++; i < jobs.size(); i = next++) {
      try {
        Report report = run_job(jobs[i], wants_coverage);
        const std::lock_guard lock(mutex);
        reports[i] = std::move(report);
      } catch (...) {
        const std::lock_guard lock(mutex);
        bug = std::current_exception();
        next = jobs.size();
        return;
      }
      const std::lock_guard lock(mutex);
      for (; printed < jobs.size() && reports[printed]; ++printed) {
        console.print(report_text(*reports[printed], console));
      }
      console.show_progress(fmt::format("{} of {}", printed, jobs.size()));
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  console.show_progress("");
  if (bug) std::rethrow_exception(bug);
  std::vector<Report> all;
  for (auto& report : reports) all.push_back(std::move(*report));
  return all;
}

Result<void, Error> write_junit(const std::string& path, const std::vector<Report>& reports) {
  std::vector<TestCase> cases;
  for (const Report& report : reports) cases.push_back(report.test);
  std::ofstream file(path, std::ios::binary);
  file << junit_xml(cases);
  file.close();
  if (file) return {};
  return Failed<Error>(Error{ErrorKind::file, path, "the JUnit report cannot be written", ""});
}

Result<std::vector<Job>, Error> jobs_of(const TestCommand& command) {
  auto paths = find_scenarios(command.paths);
  if (!paths) return Failed<Error>(paths.error());
  if (command.filter) {
    try {
      const std::regex pattern(*command.filter, std::regex::ECMAScript);
      std::erase_if(*paths,
                    [&](const std::string& path) { return !std::regex_search(path, pattern); });
    } catch (const std::regex_error&) {
      return wrong(fmt::format("--filter {} is no regular expression", in_quotes(*command.filter)));
    }
  }
  if (paths->empty()) {
    return wrong("no scenario to run", "give files, or folders with .toml files in them");
  }
  std::vector<Job> jobs;
  for (const std::string& path : *paths) {
    if (!command.seeds) {
      jobs.push_back({path, {}});
      continue;
    }
    const auto range = parse_seeds(*command.seeds);
    if (!range) return Failed<Error>(range.error());
    for (std::uint64_t seed = range->first;; ++seed) {
      jobs.push_back({path, seed});
      if (seed == range->last) break;
    }
  }
  return jobs;
}

}  // namespace

ExitStatus test_command(const TestCommand& command, Console& console) {
  const auto jobs = jobs_of(command);
  if (!jobs) return Failed<Error>(jobs.error());
  const std::vector<Report> reports = run_jobs(*jobs, command.coverage, console);
  std::size_t failed = 0;
  bool errors = false;
  std::string reproduce;
  Coverage coverage;
  for (const Report& report : reports) {
    if (report.coverage) coverage.add(*report.coverage);
    if (report.test.failure.empty() && report.test.error.empty()) continue;
    ++failed;
    errors = errors || !report.test.error.empty();
    if (reproduce.empty()) reproduce = report.reproduce;
  }
  if (command.coverage) console.print(coverage_text(coverage));
  console.print(fmt::format("{} passed, {} failed\n", reports.size() - failed, failed));
  if (failed > 0) console.print("reproduce: " + plain_text(reproduce) + "\n");
  if (command.junit) {
    if (auto written = write_junit(*command.junit, reports); !written) {
      return Failed<Error>(written.error());
    }
  }
  return failed == 0 ? 0 : errors ? static_cast<int>(ErrorKind::input) : 1;
}

}  // namespace tokenlife::sim
