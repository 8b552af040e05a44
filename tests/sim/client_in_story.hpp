// Clients with a story, for tests of what is said of them: each a scenario of one client.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/analysis/alternatives.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/run_of_text.hpp"

namespace tokenlife::test {

inline std::string one_client(const std::string& network, const std::string& rest = "",
                              const std::string& cohort = "", const std::string& site = "") {
  return "[run]\nduration = \"200d\"\n[site]\n" + site +
         "\n[[cohort]]\nname = \"c\"\nclients = 1\n" + cohort + "\n[cohort.network]\n" + network +
         "\n" + rest;
}
// On the intranet for an hour, then on the internet; offline from day 20 to day 100.
inline const std::string kAway =
    "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
    "{ at = \"1h\", on = \"internet\" }, { at = \"20d\", on = \"offline\" }, "
    "{ at = \"100d\", on = \"internet\" } ]";
inline const std::string kLeaves =
    "model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
    "{ at = \"1h\", on = \"internet\" } ]";
inline const std::string kCmgDown =
    "[[action]]\ndo = \"outage\"\nendpoint = \"cmg\"\nat = \"25d\"\nfor = \"75d\"\n";

// A client of a scenario, with its last spell.
struct Story {
  explicit Story(const std::string& text, std::uint32_t number = 0)
      : scenario(scenario_of(text)),
        events(sim::simulate(scenario).clients.at(number)),
        spells(sim::spells_of(events, {})),
        client{number} {}

  sim::Alternatives alternatives() const {
    return sim::alternatives(scenario, client, events, spells.back(), at(scenario.duration));
  }
  std::vector<sim::Alternative> saved() const { return alternatives().helping; }
  // By kind, to be compared with what is reckoned.
  std::optional<sim::Alternative> saved_by(sim::Alternative::Kind kind) const {
    for (const sim::Alternative& change : saved()) {
      if (change.kind == kind) return change;
    }
    return std::nullopt;
  }

  sim::Scenario scenario;
  sim::ClientEvents events;
  std::vector<sim::StorySpell> spells;
  ClientNumber client;
};

}  // namespace tokenlife::test
