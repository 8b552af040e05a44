// The main() of all test programs.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdlib>

int main(int argc, char** argv) {
  // The same random cases in every run, unless the caller asks for others.
  constexpr int keep = 0;
  setenv("RC_PARAMS", "seed=20260101 max_success=200", keep);
  return Catch::Session().run(argc, argv);
}
