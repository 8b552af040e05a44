// Runs many scenarios, holds them to what must hold of every run, and reports like a test runner.
#include "sim/cli/command_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/cli/annotation.hpp"
#include "sim/cli/command_test_plan.hpp"
#include "sim/cli/command_test_runner.hpp"
#include "sim/cli/command_test_watch.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/junit.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/progress.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;

// ---- For people --------------------------------------------------------------------------------

std::string passed_line(const std::string& name, double seconds, const Console& console) {
  return fmt::format("{}  {}  {:.2f} s\n", console.paint("ok   ", Tone::good), escape_text(name),
                     seconds);
}

std::string skipped_line(const std::string& name, const std::string& why, const Console& console) {
  return fmt::format("{}  {}  ({})\n", console.paint("skip ", Tone::dim), escape_text(name), why);
}

std::string failed_lines(const TestCase& test, const Console& console) {
  std::string text = fmt::format("{}  {}  {:.2f} s\n",
                                 console.paint(test.error.empty() ? "FAIL " : "ERROR", Tone::bad),
                                 escape_text(test.name), test.seconds);
  const std::string& trouble = test.trouble();
  // Errors stand at the margin, where editors and CI look for a file and a line.
  const std::string_view margin = test.error.empty() ? "         " : "";
  for (std::size_t begin = 0; begin < trouble.size();) {
    const std::size_t end = std::min(trouble.find('\n', begin), trouble.size());
    text += margin;
    text += escape_text(trouble.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return text;
}

// One line for all properties that hold, or nobody would see the others; and for all skipped.
std::string report_text(const TestReport& report, const Console& console) {
  std::string text;
  std::vector<const TestCase*> held;
  std::vector<const TestCase*> skipped;
  double seconds = 0;
  for (const TestCase& test : report.tests) {
    if (test.failed()) {
      text += failed_lines(test, console);
    } else if (!test.skipped.empty()) {
      skipped.push_back(&test);
    } else if (test.of_property) {
      held.push_back(&test);
      seconds += test.seconds;
    } else {
      text += passed_line(test.name, test.seconds, console);
    }
  }
  const auto name_of = [&](const std::vector<const TestCase*>& tests) {
    return tests.size() == 1 || !tests.front()->of_property
               ? tests.front()->name
               : property_name(report.name, fmt::format("{} properties", tests.size()));
  };
  if (!held.empty()) text += passed_line(name_of(held), seconds, console);
  if (!skipped.empty()) text += skipped_line(name_of(skipped), skipped.front()->skipped, console);
  return text;
}

// ---- For machines ------------------------------------------------------------------------------

std::string_view verdict_of(const TestCase& test) {
  if (!test.error.empty()) return "error";
  if (!test.failure.empty()) return "failed";
  return test.skipped.empty() ? "passed" : "skipped";
}

Json json_of(const TestCase& test) {
  Json json;
  json["file"] = test.suite;
  json["name"] = test.name;
  if (test.seed) json["seed"] = *test.seed;
  json["verdict"] = verdict_of(test);
  json["seconds"] = test.seconds;
  if (test.failed()) json["message"] = test.trouble();
  if (!test.skipped.empty()) json["message"] = test.skipped;
  if (test.failed()) json["reproduce"] = test.reproduce;
  return json;
}

// ---- What came of it ---------------------------------------------------------------------------

// Counts tests, says what came of each, and keeps them if they are asked for later. Soaks take
// millions of tests.
class Results {
 public:
  Results(const TestCommand& command, Console& console)
      : command_(command), console_(console), annotates_(annotations_wanted()) {}

  void take(TestReport report) {
    // Every seed of a file has the same warnings.
    for (const std::string& warning : report.warnings) {
      if (warned_.insert(warning).second) console_.say(warning);
    }
    if (!command_.json) console_.print(report_text(report, console_));
    if (report.coverage) coverage_.add(*report.coverage);
    for (TestCase& test : report.tests) {
      if (annotates_ && test.failed()) {
        for (const std::string& line : annotations(test)) console_.say(line);
      }
      count(std::move(test));
    }
  }

  void pass_over(const std::vector<std::string>& paths, const std::string& why) {
    for (const std::string& path : paths) {
      TestCase test;
      test.suite = path;
      test.name = path;
      test.skipped = why;
      if (!command_.json) console_.print(skipped_line(path, test.skipped, console_));
      count(std::move(test));
    }
  }

  // What was not run, from there on: a line for each file.
  void skip_rest(const TestPlan& plan, std::size_t from, const std::string& why) {
    for (std::size_t i = from; i < plan.size(); ++i) {
      const TestTarget& target = plan.target(i);
      const bool is_first = i == from || &plan.target(i - 1) != &target;
      if (is_first && !command_.json) {
        const auto first = plan.seed(i);
        const std::string name =
            first && *first < plan.seeds->last
                ? fmt::format("{} seeds {}..{}", target.path, *first, plan.seeds->last)
                : with_seed(target.path, first);
        console_.print(skipped_line(name, why, console_));
      }
      for (TestCase& test : skip_test(target, plan.seed(i), why).tests) count(std::move(test));
    }
  }

  bool failed() const { return failed_ > 0; }
  bool errors() const { return errors_; }
  const std::vector<TestCase>& tests() const { return tests_; }

  std::string text() const {
    std::string text = command_.coverage ? coverage_text(coverage_) : "";
    text += fmt::format("{} passed, {} failed", passed_, failed_);
    if (skipped_ > 0) text += fmt::format(", {} skipped", skipped_);
    return text + (failed() ? "\nreproduce: " + reproduce_ + "\n" : "\n");
  }

  Json json(double wall_seconds) const {
    Json json;
    json["passed"] = passed_;
    json["failed"] = failed_;
    json["skipped"] = skipped_;
    json["interrupted"] = interrupted();
    auto& tests = json["tests"] = Json::array();
    for (const TestCase& test : tests_) tests.push_back(json_of(test));
    json["wall-seconds"] = wall_seconds;
    return json;
  }

 private:
  void count(TestCase test) {
    ++(test.failed() ? failed_ : test.passed() ? passed_ : skipped_);
    errors_ = errors_ || !test.error.empty();
    if (reproduce_.empty()) reproduce_ = test.reproduce;
    if (command_.junit || command_.json) tests_.push_back(std::move(test));
  }

  const TestCommand& command_;
  Console& console_;
  bool annotates_;
  std::set<std::string> warned_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  std::size_t skipped_ = 0;
  bool errors_ = false;
  std::string reproduce_;  // the first failure
  Coverage coverage_;
  std::vector<TestCase> tests_;
};

ExitStatus list_tests(const TestPlan& plan, bool as_json, Console& console) {
  Json tests = Json::array();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    for (const TestCase& test : skip_test(plan.target(i), plan.seed(i), "listed").tests) {
      if (as_json) {
        tests.push_back({{"file", test.suite}, {"name", test.name}});
      } else {
        console.print(escape_text(test.name) + "\n");
      }
    }
  }
  if (as_json) console.print(json_text({{"tests", tests}}) + "\n");
  return 0;
}

ExitStatus test_once(const TestCommand& command, Console& console) {
  const auto plan = plan_tests(command);
  if (!plan) return Failed<Error>(plan.error());
  if (command.list) return list_tests(*plan, command.json, console);
  if (command.junit) {
    if (auto writable = try_output(*command.junit); !writable) {
      return Failed<Error>(writable.error());
    }
  }
  const SignalWatch signals;  // until the reports are written
  const auto begin = std::chrono::steady_clock::now();
  Results results(command, console);
  results.pass_over(plan->others, "it has no `format` key");
  results.pass_over(plan->linked, "it is a link to a folder: give it by name");
  const auto take = [&](TestReport report) {
    results.take(std::move(report));
    return !command.fail_fast || !results.failed();
  };
  const std::size_t taken = run_tests(*plan, take, console);
  results.skip_rest(*plan, taken, interrupted() ? "interrupted" : "--fail-fast");
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  console.print(command.json ? json_text(results.json(wall.count())) + "\n" : results.text());
  if (command.junit) {
    if (auto written = replace_output(*command.junit, junit_xml(results.tests())); !written) {
      return Failed<Error>(written.error());
    }
  }
  if (interrupted()) {
    console.say("tokenlife: interrupted; what was not run counts as skipped");
    return kInterrupted;
  }
  return !results.failed() ? 0 : results.errors() ? static_cast<int>(ErrorKind::input) : 1;
}

}  // namespace

ExitStatus test_command(const TestCommand& command, Console& console) {
  if (!command.watch) return test_once(command, console);
  return watch_tests(
      command, [&] { return test_once(command, console); }, console);
}

}  // namespace tokenlife::sim
