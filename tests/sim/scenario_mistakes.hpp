// Mistakes of scenarios as tables: what is changed in the scenario that has every key, and what the
// error must then say.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "scenario_example.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

struct Mistake {
  std::string_view mark;                // Behind this text of the scenario ...
  std::string_view from;                // ... this is replaced ...
  std::string_view to;                  // ... by this.
  std::string_view place;               // the line and column that the error names
  std::vector<std::string_view> words;  // what it says, among others
};

inline void check_text(const std::string& text, const ScenarioFolder& folder,
                       const Mistake& mistake) {
  const auto scenario = parse_scenario(text, folder.path("s.toml"), {});
  CAPTURE(mistake.mark, mistake.from, mistake.to);
  if (scenario) {
    FAIL_CHECK("no mistake was found");
    return;
  }
  CHECK(scenario.error().kind == ErrorKind::input);
  // Nothing is told that only follows from it.
  for (const Error& other : scenario.error().others) UNSCOPED_INFO(to_string(other));
  CHECK(scenario.error().others.empty());
  CHECK(scenario.error().place == folder.path("s.toml") + ":" + std::string(mistake.place));
  const std::string said = scenario.error().what + "; " + scenario.error().advice;
  for (const std::string_view words : mistake.words) {
    CHECK_THAT(said, Catch::Contains(std::string(words)));
  }
}

inline void check(const std::vector<Mistake>& mistakes) {
  const ScenarioFolder folder;
  for (const Mistake& mistake : mistakes) {
    check_text(with(kEverything, mistake.mark, mistake.from, mistake.to), folder, mistake);
  }
}

}  // namespace tokenlife::sim
