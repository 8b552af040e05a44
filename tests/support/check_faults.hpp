// Faults in the rules, for the checker to find.
#pragma once

#include <string>
#include <vector>

#include "sim/check/explore.hpp"

namespace tokenlife::test {

struct Fault {
  std::string what;
  sim::checker::Rules rules;
  sim::checker::Options options;
  std::string breaks;   // the property that tells most
  std::size_t actions;  // of the shortest way to it
};

std::vector<Fault> faults();

}  // namespace tokenlife::test
