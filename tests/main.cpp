// The main() of all test programs.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdlib>
#include <iostream>

namespace {

// ctest takes the names apart at these; tests would be joined, and pass without having run.
bool names_are_plain(Catch::Session& session) {
  for (const Catch::TestCase& test : Catch::getAllTestCasesSorted(session.config())) {
    if (test.name.find_first_of("[];\\") == std::string::npos) continue;
    std::cerr << test.lineInfo << ": a test's name holds a bracket, semicolon or backslash\n";
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  // The same random cases in every run, unless the caller asks for others.
  constexpr int keep = 0;
  setenv("RC_PARAMS", "seed=20260101 max_success=200", keep);

  Catch::Session session;
  if (const int wrong = session.applyCommandLine(argc, argv); wrong != 0) return wrong;
  const int failed = session.run();
  return failed == 0 && !names_are_plain(session) ? 1 : failed;
}
