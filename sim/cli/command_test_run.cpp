#include "sim/cli/command_test_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <span>

#include "sim/cli/set_argument.hpp"
#include "sim/engine/expectations.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/soak/sample.hpp"
#include "sim/soak/soak.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/show_error.hpp"

namespace tokenlife::sim {
namespace {

// A word that a shell, pasted to, hands on as it is. Bytes that do not show are written as bash,
// ksh and zsh write them.
std::string shell_word(const std::string& word) {
  constexpr std::string_view kHarmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+%@-";
  if (!word.empty() && word.find_first_not_of(kHarmless) == std::string::npos) return word;
  const bool shows = escape_text(word) == word;
  std::string quoted = shows ? "'" : "$'";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (shows) {
      quoted += c == '\'' ? "'\\''" : std::string(1, c);
    } else if (byte < 0x20 || byte >= 0x7f || c == '\'' || c == '\\') {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// A path that begins like an option is none.
std::string shell_path(const std::string& path) {
  return shell_word(path.starts_with('-') ? "./" + path : path);
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
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

// One file with one seed.
class TestRun {
 public:
  TestRun(const TestTarget& target, std::optional<std::uint64_t> seed, RunControl& control)
      : target_(target), seed_(seed), control_(control) {
    report_.name = with_seed(target.path, seed);
  }

  TestReport run() && {
    const Stopwatch watch;
    const auto scenario = load();
    if (!scenario) {
      add_whole(watch, {}, show_error(scenario.error()));
      return std::move(report_);
    }
    for (const Error& warning : scenario->warnings) {
      report_.warnings.push_back(show_warning(warning));
    }
    if (target_.expectations && !run_whole(*scenario, watch)) return std::move(report_);
    if (target_.properties.empty() || !why_to_end().empty()) {
      return std::move(*this).skip(why_to_end());
    }
    Scenario sample = sample_of(*scenario);
    // Properties are of events, which real tokens do not change; and each runs the sample anew.
    sample.real_crypto = false;
    for (const SoakProperty& property : target_.properties) {
      if (!why_to_end().empty()) break;
      hold(property.cost > 1 ? cheaper(sample, property.cost) : sample, property);
    }
    return std::move(*this).skip(why_to_end());
  }

  // All tests but those that were run already.
  TestReport skip(const std::string& why) && {
    std::vector<std::string> names;
    if (target_.expectations) names.push_back(report_.name);
    for (const SoakProperty& property : target_.properties) {
      names.push_back(property_name(report_.name, property.name));
    }
    for (std::size_t i = report_.tests.size(); i < names.size(); ++i) {
      TestCase test = test_called(names[i]);
      test.skipped = why;
      test.of_property = i > 0 || !target_.expectations;
      report_.tests.push_back(std::move(test));
    }
    return std::move(report_);
  }

 private:
  Result<Scenario, Error> load() const {
    const ScenarioOptions options{seed_, 1};
    const auto settings = settings_of(target_.set);
    return target_.text ? parse_scenario_with(*target_.text, target_.path, options, settings)
                        : load_scenario_with(target_.path, options, settings);
  }

  // A soak asks some scenarios only about what costs more. Here every file is asked, of fewer
  // events.
  static Scenario cheaper(const Scenario& sample, std::uint32_t cost) {
    SampleBounds bounds;
    bounds.events_max /= cost;
    return sample_of(sample, bounds);
  }

  // Empty, if the next test is to be run.
  std::string why_to_end() const {
    const bool failed = !report_.tests.empty() && report_.tests.back().failed();
    if (control_.stop) return "interrupted";
    return target_.fail_fast && failed ? "--fail-fast" : "";
  }

  bool run_whole(const Scenario& scenario, const Stopwatch& watch) {
    const auto result = sim::run(scenario, {1, {}}, control_);
    if (!result) {
      add_whole(watch, {}, show_error(result.error()));
      return false;
    }
    if (!result->log.complete) return true;  // it is skipped with those behind it
    add_whole(watch, broken_expectations(scenario, judge_expectations(scenario, *result)), {});
    if (target_.coverage) report_.coverage.emplace().see(scenario);
    return true;
  }

  TestCase test_called(std::string name) const {
    TestCase test;
    test.suite = target_.path;
    test.name = std::move(name);
    test.seed = seed_;
    return test;
  }

  void add_whole(const Stopwatch& watch, std::string failure, std::string error) {
    TestCase test = test_called(report_.name);
    test.seconds = watch.seconds();
    test.failure = std::move(failure);
    test.error = std::move(error);
    const std::string seed = seed_ ? fmt::format(" --seed {}", *seed_) : "";
    add(std::move(test),
        fmt::format("tokenlife run {}{}{}", shell_path(target_.path), seed, set_words()));
  }

  void hold(const Scenario& sample, const SoakProperty& property) {
    const Stopwatch watch;
    TestCase test = test_called(property_name(report_.name, property.name));
    test.of_property = true;
    if (const auto broken = first_broken(sample, std::span(&property, 1))) {
      const bool is_bug = broken->property != property.name;
      test.failure = is_bug ? "a bug in the program: " + broken->what
                            : fmt::format("{}\nbut: {}", broken->what, property.claim);
    }
    test.seconds = watch.seconds();
    const std::string seeds = seed_ ? fmt::format(" --seeds {0}..{0}", *seed_) : "";
    add(std::move(test),
        fmt::format("tokenlife test {}{}{} --filter {}", shell_path(target_.path), seeds,
                    set_words(), shell_word(fmt::format(": {}$", property.name))));
  }

  void add(TestCase test, std::string reproduce) {
    if (test.failed()) test.reproduce = std::move(reproduce);
    report_.tests.push_back(std::move(test));
  }

  // " --set site.leeway=5m"
  std::string set_words() const {
    std::string words;
    for (const std::string& set : target_.set) words += " --set " + shell_word(set);
    return words;
  }

  const TestTarget& target_;
  std::optional<std::uint64_t> seed_;
  RunControl& control_;
  TestReport report_;
};

}  // namespace

std::string property_name(const std::string& path, std::string_view property) {
  return fmt::format("{}: {}", path, property);
}

std::string with_seed(const std::string& path, std::optional<std::uint64_t> seed) {
  return seed ? fmt::format("{} seed {}", path, *seed) : path;
}

TestReport run_test(const TestTarget& target, std::optional<std::uint64_t> seed,
                    RunControl& control) {
  return TestRun(target, seed, control).run();
}

TestReport skip_test(const TestTarget& target, std::optional<std::uint64_t> seed,
                     const std::string& why) {
  RunControl control;
  return TestRun(target, seed, control).skip(why);
}

}  // namespace tokenlife::sim
