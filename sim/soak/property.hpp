// What holds of every run, whatever the scenario: claims over recorded events, each with a few
// lines of logic of its own and nothing of the rules in core/decide.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/memory_run.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// How a property runs scenarios of its own.
using Runs = std::function<Result<RunResult, Error>(const Scenario&, const RunOptions&)>;
Result<RunResult, Error> run_uncontrolled(const Scenario& scenario, const RunOptions& options);

// A scenario and what came of it.
struct SoakCase {
  const Scenario& scenario;
  const EngineRun& run;
  const RunResult& result;  // of the same scenario, on one thread
  Runs runs = run_uncontrolled;
};

struct SoakProperty {
  std::string_view name;
  std::string_view claim;
  // What speaks against it; empty if it holds.
  std::function<std::string(const SoakCase&)> broken;
  // It takes so many times as long as others: a soak asks it of every so many-th scenario only.
  std::uint32_t cost = 1;
};

// Of streams, counts and prefixes; of tokens; of requests and their answers; of who is without a
// good token; and of all events beside the naive simulator's.
std::vector<SoakProperty> stream_properties();
std::vector<SoakProperty> token_properties();
std::vector<SoakProperty> request_properties();
std::vector<SoakProperty> service_properties();
std::vector<SoakProperty> naive_properties();
// All of them.
std::vector<SoakProperty> soak_properties();

using ClientStream = std::vector<Recorded<ClientEvent>>;

// "client 3 at 2d, event 17 (token-renewed): what"
std::string broken_at(std::uint32_t client, const Recorded<ClientEvent>& recorded,
                      std::string_view what);

// Asks about each client's stream until one breaks the claim.
template <class Check>
std::string for_each_stream(const SoakCase& run, Check check) {
  for (std::uint32_t i = 0; i < run.run.clients.size(); ++i) {
    const std::string what = check(i, run.run.clients[i]);
    if (!what.empty()) return what;
  }
  return "";
}

// The client's cohort.
const Cohort& cohort_of(const Scenario& scenario, std::uint32_t client);

// What the client goes by from beginning to end; nothing if that may change, or its clock is drawn.
std::optional<Policy> fixed_policy_of(const Scenario& scenario, std::uint32_t client);

}  // namespace tokenlife::sim
