// Runs many scenarios, holds them to what must hold of every run, and reports like a test runner.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <regex>
#include <thread>

#include "sim/cli/command_test.hpp"
#include "sim/cli/command_test_run.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

// ---- What to run -------------------------------------------------------------------------------

// Every scenario file below the paths, each once, in the order of their names.
Result<std::vector<std::string>, Error> find_scenarios(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error))
        return usage_error(fmt::format("there is no {}", in_quotes(path)));
      found.push_back(path);
      continue;
    }
    fs::recursive_directory_iterator entry(path, error);
    for (; !error && entry != fs::end(entry); entry.increment(error)) {
      if (entry->path().extension() == ".toml") found.push_back(entry->path().string());
    }
    if (error)
      return usage_error(fmt::format("cannot look into {}: {}", in_quotes(path), error.message()));
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
    return usage_error(fmt::format("--seeds {} is no range", in_quotes(text)),
                       "write it like 1..100");
  }
  if (*last - *first >= kSeedsMax) {
    return usage_error(fmt::format("--seeds {} is more than a million seeds", in_quotes(text)));
  }
  return SeedRange{*first, *last};
}

// The tests are these targets with each of these seeds, or with their own.
struct Plan {
  std::vector<TestTarget> targets;
  std::optional<SeedRange> seeds;

  std::size_t seeds_each() const {
    return seeds ? static_cast<std::size_t>(seeds->last - seeds->first) + 1 : 1;
  }
  std::size_t size() const { return targets.size() * seeds_each(); }
  TestReport run(std::size_t i) const {
    const TestTarget& target = targets[i / seeds_each()];
    return run_test(target, seeds ? std::optional(seeds->first + i % seeds_each()) : std::nullopt);
  }
};

TestTarget target_of(const std::string& path, const TestCommand& command,
                     const std::optional<std::regex>& filter) {
  const auto is_wanted = [&](const std::string& name) {
    return !filter || std::regex_search(name, *filter);
  };
  TestTarget target{path, is_wanted(path), {}, command.coverage};
  if (command.scenarios_only) return target;
  for (SoakProperty& property : soak_properties()) {
    if (is_wanted(property_name(path, property.name))) {
      target.properties.push_back(std::move(property));
    }
  }
  return target;
}

Result<Plan, Error> plan_of(const TestCommand& command) {
  const auto paths = find_scenarios(command.paths);
  if (!paths) return Failed<Error>(paths.error());
  if (paths->empty()) {
    return usage_error("no scenario to run", "give files, or folders with .toml files in them");
  }
  Plan plan;
  if (command.seeds) {
    const auto range = parse_seeds(*command.seeds);
    if (!range) return Failed<Error>(range.error());
    plan.seeds = *range;
  }
  std::optional<std::regex> filter;
  try {
    if (command.filter) filter.emplace(*command.filter, std::regex::ECMAScript);
  } catch (const std::regex_error&) {
    return usage_error(
        fmt::format("--filter {} is no regular expression", in_quotes(*command.filter)));
  }
  for (const std::string& path : *paths) {
    TestTarget target = target_of(path, command, filter);
    if (target.expectations || !target.properties.empty()) plan.targets.push_back(target);
  }
  if (plan.targets.empty()) {
    return usage_error(
        fmt::format("--filter {} finds no test", in_quotes(*command.filter)),
        fmt::format("tests are called like {}{}", in_quotes(paths->front()),
                    command.scenarios_only
                        ? ""
                        : " and " + in_quotes(property_name(paths->front(), "replay"))));
  }
  return plan;
}

// ---- Running it --------------------------------------------------------------------------------

std::string line_of(std::string_view verdict, const std::string& name, double seconds) {
  return fmt::format("{}  {}  {:.2f} s\n", verdict, escape_text(name), seconds);
}

std::string verdict_text(const Verdict& verdict, const Console& console) {
  const TestCase& test = verdict.test;
  if (verdict.passed()) {
    return line_of(console.paint("ok   ", Tone::good), test.name, test.seconds);
  }
  const bool is_error = !test.error.empty();
  std::string text =
      line_of(console.paint(is_error ? "ERROR" : "FAIL ", Tone::bad), test.name, test.seconds);
  const std::string& trouble = is_error ? test.error : test.failure;
  for (std::size_t begin = 0; begin < trouble.size();) {
    const std::size_t end = std::min(trouble.find('\n', begin), trouble.size());
    text += "         " + escape_text(trouble.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return text;
}

// One line for all properties that hold, or nobody would see the others.
std::string report_text(const TestReport& report, const Console& console) {
  std::string text;
  std::size_t held = 0;
  double seconds = 0;
  const Verdict* last_held = nullptr;
  for (const Verdict& verdict : report.verdicts) {
    if (!verdict.of_property || !verdict.passed()) {
      text += verdict_text(verdict, console);
      continue;
    }
    ++held;
    seconds += verdict.test.seconds;
    last_held = &verdict;
  }
  if (held == 0) return text;
  if (held == 1) return text + verdict_text(*last_held, console);
  return text + line_of(console.paint("ok   ", Tone::good),
                        property_name(report.name, fmt::format("{} properties", held)), seconds);
}

// Runs a plan on all cores.
class TestRunner {
 public:
  // What came of all tests, in the order of the plan. Tests that passed are only counted if nobody
  // wants a list of them: soaks take millions.
  struct Sum {
    std::size_t passed = 0;
    std::size_t failed = 0;
    bool errors = false;
    std::string reproduce;  // the first failure
    Coverage coverage;
    std::vector<TestCase> tests;
  };

  TestRunner(const Plan& plan, bool wants_list, Console& console)
      : plan_(plan), wants_list_(wants_list), console_(console) {}

  Sum run() && {
    std::vector<std::thread> others;
    for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) {
      others.emplace_back([this] { work(); });
    }
    work();
    for (std::thread& thread : others) thread.join();
    console_.show_progress("");
    if (bug_) std::rethrow_exception(bug_);
    return std::move(sum_);
  }

 private:
  void work() {
    try {
      for (std::size_t i = next_++; i < plan_.size(); i = next_++) {
        TestReport report = plan_.run(i);
        const std::lock_guard lock(mutex_);
        waiting_.emplace(i, std::move(report));
        take_in_order();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      bug_ = std::current_exception();
      next_ = plan_.size();
    }
  }

  // Each report when it and all before it are there.
  void take_in_order() {
    while (!waiting_.empty() && waiting_.begin()->first == taken_) {
      take(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
      ++taken_;
    }
    console_.show_progress(fmt::format("{} of {}", taken_, plan_.size()));
  }

  void take(TestReport report) {
    console_.print(report_text(report, console_));
    if (report.coverage) sum_.coverage.add(*report.coverage);
    for (Verdict& verdict : report.verdicts) {
      ++(verdict.passed() ? sum_.passed : sum_.failed);
      sum_.errors = sum_.errors || !verdict.test.error.empty();
      if (sum_.reproduce.empty()) sum_.reproduce = verdict.reproduce;
      if (wants_list_) sum_.tests.push_back(std::move(verdict.test));
    }
  }

  const Plan& plan_;
  bool wants_list_;
  Console& console_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::map<std::size_t, TestReport> waiting_;  // for those before them
  std::size_t taken_ = 0;
  Sum sum_;
  std::exception_ptr bug_;
};

Result<void, Error> write_junit(const std::string& path, const std::vector<TestCase>& tests) {
  std::ofstream file(path, std::ios::binary);
  file << junit_xml(tests);
  file.close();
  if (file) return {};
  return file_error(path, "the JUnit report cannot be written");
}

}  // namespace

ExitStatus test_command(const TestCommand& command, Console& console) {
  const auto plan = plan_of(command);
  if (!plan) return Failed<Error>(plan.error());
  const auto sum = TestRunner(*plan, command.junit.has_value(), console).run();
  if (command.coverage) console.print(coverage_text(sum.coverage));
  console.print(fmt::format("{} passed, {} failed\n", sum.passed, sum.failed));
  if (sum.failed > 0) console.print("reproduce: " + sum.reproduce + "\n");
  if (command.junit) {
    if (auto written = write_junit(*command.junit, sum.tests); !written) {
      return Failed<Error>(written.error());
    }
  }
  return sum.failed == 0 ? 0 : sum.errors ? static_cast<int>(ErrorKind::input) : 1;
}

}  // namespace tokenlife::sim
