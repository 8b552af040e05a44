// Runs a scenario with the installed libraries.
#include <iostream>

#include <tokenlife/events/log_writer.hpp>
#include <tokenlife/sim/engine/simulation.hpp>
#include <tokenlife/sim/scenario/scenario.hpp>

int main() {
  constexpr auto text = R"(
    format = 1
    [run]
    name = "downstream"
    duration = "100d"
    [[cohort]]
    name = "desks"
    clients = 3
    [cohort.network]
    model = "fixed"
    on = "intranet"
  )";
  const auto scenario = tokenlife::sim::parse_scenario(text, "downstream.toml", {});
  if (!scenario) {
    std::cerr << to_string(scenario.error()) << '\n';
    return 1;
  }
  tokenlife::sim::RunControl control;
  const auto result = tokenlife::sim::run(*scenario, {}, control);
  if (!result) {
    std::cerr << to_string(result.error()) << '\n';
    return 1;
  }
  std::cout << result->log.events << " events, digest "
            << tokenlife::events::to_string(result->log.digest) << '\n';
  return result->log.events > 0 ? 0 : 1;
}
