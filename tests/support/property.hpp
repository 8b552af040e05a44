// A property, checked on random cases within a TEST_CASE.
#pragma once

#include <errno.h>
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tokenlife::test {

// The share of cases that a property wants under a tag (RC_TAG, RC_CLASSIFY) at least: one that
// holds of cases in which nothing happens says nothing.
struct Floor {
  std::string tag;
  double share;
};

namespace property_detail {

// The floors that the cases stay below, in words.
inline std::string missed_floors(const rc::detail::SuccessResult& success,
                                 const std::vector<Floor>& floors) {
  std::ostringstream missed;
  for (const Floor& floor : floors) {
    int tagged = 0;
    for (const auto& [tags, count] : success.distribution) {
      if (std::find(tags.begin(), tags.end(), rc::toString(floor.tag)) != tags.end())
        tagged += count;
    }
    if (tagged >= floor.share * success.numSuccess) continue;
    missed << tagged << " of " << success.numSuccess << " cases are \"" << floor.tag
           << "\"; at least " << floor.share * 100 << " % should be\n";
  }
  return missed.str();
}

// A command that repeats the failure, and nothing but the failure.
inline std::string reproduce_line(const std::string& id, const rc::detail::Reproduce& reproduce) {
  rc::detail::Configuration configuration;
  configuration.reproduce.emplace(id, reproduce);
  return "reproduce: RC_PARAMS='" + rc::detail::configToMinimalString(configuration) + "' " +
         program_invocation_name + " \"" + Catch::getResultCapture().getCurrentTestName() + "\"";
}

}  // namespace property_detail

// Fails with the smallest counterexample found and a command that repeats it, and also if nothing
// was tried, or too little of what `floors` ask for. `name` is unique in the program. Every
// property draws from a seed of its own, so that a case added to one leaves the others' as they
// were. `times`: how many times the usual number of cases.
template <class Testable>
void property(const std::string& name, Testable&& testable, int times = 1,
              const std::vector<Floor>& floors = {}) {
  const rc::detail::Configuration& configuration = rc::detail::configuration();
  const rc::detail::TestMetadata metadata{name, name};
  rc::detail::TestParams params = configuration.testParams;
  for (const char c : name) {
    params.seed = (params.seed ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  params.maxSuccess *= times;
  const bool repeats = !configuration.reproduce.empty();
  const rc::detail::TestResult result =
      rc::detail::checkTestable(std::forward<Testable>(testable), metadata, params);

  std::ostringstream report;
  rc::detail::printResultMessage(result, report);
  INFO(name << "\n" << report.str());
  rc::detail::FailureResult failure{};
  if (result.match(failure)) {
    // Catch would break the line in two.
    std::cerr << property_detail::reproduce_line(name, failure.reproduce) << "\n";
    FAIL("falsified");
  }
  rc::detail::SuccessResult success{};
  const bool holds = result.match(success);
  REQUIRE(holds);
  if (repeats) return;  // one case, or none of this property's
  if (success.numSuccess == 0) FAIL("passed on nothing");
  const std::string missed = property_detail::missed_floors(success, floors);
  if (!missed.empty()) FAIL(missed);
}

}  // namespace tokenlife::test
