// A property, checked on random cases within a TEST_CASE.
#pragma once

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

namespace tokenlife::test {

// Fails with the smallest counterexample found; the program then prints an RC_PARAMS that repeats
// it. `name` is unique in the program. Every property draws from a seed of its own, so that a case
// added to one leaves the others' as they were.
// `times`: how many times the usual number of cases.
template <class Testable>
void property(const std::string& name, Testable&& testable, int times = 1) {
  const rc::detail::Configuration& configuration = rc::detail::configuration();
  const rc::detail::TestMetadata metadata{name, name};
  rc::detail::TestParams params = configuration.testParams;
  for (const char c : name) {
    params.seed = (params.seed ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  params.maxSuccess *= times;
  const rc::detail::TestResult result =
      rc::detail::checkTestable(std::forward<Testable>(testable), metadata, params);

  std::ostringstream report;
  rc::detail::printResultMessage(result, report);
  INFO(name << "\n" << report.str());
  rc::detail::SuccessResult success{};
  const bool holds = result.match(success);
  REQUIRE(holds);
  if (success.numSuccess == 0) WARN("no case was tried: RC_PARAMS repeats another property");
}

}  // namespace tokenlife::test
