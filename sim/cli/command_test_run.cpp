#include "sim/cli/command_test_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <span>

#include "sim/engine/expectations.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/soak/sample.hpp"
#include "sim/soak/soak.hpp"
#include "sim/text/escape.hpp"

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

std::string with_seed(const std::string& name, std::optional<std::uint64_t> seed) {
  return seed ? fmt::format("{} seed {}", name, *seed) : name;
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
  TestRun(const TestTarget& target, std::optional<std::uint64_t> seed)
      : target_(target), seed_(seed), report_{with_seed(target.path, seed), {}, {}} {}

  TestReport run() && {
    const Stopwatch watch;
    const auto scenario = load_scenario(target_.path, {seed_, 1});
    if (!scenario) {
      add_whole(watch, "", to_string(scenario.error()));
      return std::move(report_);
    }
    if (target_.expectations && !run_whole(*scenario, watch)) return std::move(report_);
    if (target_.properties.empty()) return std::move(report_);
    Scenario sample = sample_of(*scenario);
    // Properties are of events, which real tokens do not change; and each runs the sample anew.
    sample.real_crypto = false;
    for (const SoakProperty& property : target_.properties) {
      hold(property.cost > 1 ? cheaper(sample, property.cost) : sample, property);
    }
    return std::move(report_);
  }

 private:
  // A soak asks some scenarios only about what costs more. Here every file is asked, of fewer
  // events.
  static Scenario cheaper(const Scenario& sample, std::uint32_t cost) {
    SampleBounds bounds;
    bounds.events_max /= cost;
    return sample_of(sample, bounds);
  }

  bool run_whole(const Scenario& scenario, const Stopwatch& watch) {
    RunControl control;
    const auto result = sim::run(scenario, {1, {}}, control);
    if (!result) {
      add_whole(watch, "", to_string(result.error()));
      return false;
    }
    add_whole(watch, broken_expectations(scenario, judge_expectations(scenario, *result)), "");
    if (target_.coverage) report_.coverage.emplace().see(scenario);
    return true;
  }

  void add_whole(const Stopwatch& watch, std::string failure, std::string error) {
    const std::string seed = seed_ ? fmt::format(" --seed {}", *seed_) : "";
    add({{target_.path, report_.name, watch.seconds(), std::move(failure), std::move(error)},
         false,
         fmt::format("tokenlife run {}{}", shell_path(target_.path), seed)});
  }

  void hold(const Scenario& sample, const SoakProperty& property) {
    const Stopwatch watch;
    std::string failure;
    if (const auto broken = first_broken(sample, std::span(&property, 1))) {
      const bool is_bug = broken->property != property.name;
      failure = is_bug ? "a bug in the program: " + broken->what
                       : fmt::format("{}\nbut: {}", broken->what, property.claim);
    }
    const std::string seeds = seed_ ? fmt::format(" --seeds {0}..{0}", *seed_) : "";
    add({{target_.path, property_name(report_.name, property.name), watch.seconds(),
          std::move(failure), ""},
         true,
         fmt::format("tokenlife test {}{} --filter {}", shell_path(target_.path), seeds,
                     shell_word(fmt::format(": {}$", property.name)))});
  }

  void add(Verdict verdict) {
    if (verdict.passed()) verdict.reproduce.clear();
    report_.verdicts.push_back(std::move(verdict));
  }

  const TestTarget& target_;
  std::optional<std::uint64_t> seed_;
  TestReport report_;
};

}  // namespace

std::string property_name(const std::string& path, std::string_view property) {
  return fmt::format("{}: {}", path, property);
}

TestReport run_test(const TestTarget& target, std::optional<std::uint64_t> seed) {
  return TestRun(target, seed).run();
}

}  // namespace tokenlife::sim
