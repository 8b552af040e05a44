// What a run's log says of the run before its events.
#include <algorithm>

#include "core/lifecycle.hpp"
#include "core/token/sha256.hpp"
#include "events/log_format.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/time_zone.hpp"

namespace tokenlife::sim {
namespace {

std::vector<std::string> devices_of(const Cohort& cohort) {
  std::vector<std::string> devices;
  if (cohort.inventory == nullptr) return devices;
  devices.reserve(cohort.clients);
  for (std::uint32_t i = 0; i < cohort.clients; ++i) {
    devices.push_back(cohort.inventory->clients[i].device);
  }
  return devices;
}

// Whether its clients can have events of the schema that brought limits of endpoints.
bool is_under_load(const Scenario& scenario) {
  return has_capacity(scenario) ||
         std::any_of(scenario.actions.begin(), scenario.actions.end(), [](const Action& action) {
           // Also one that is left out: without it, the log is to be the same but for what it does.
           const auto* set = action_if<SetPolicy>(action);
           const bool sets =
               set != nullptr &&
               (set->clients.retry_backoff || set->clients.retry_max || set->clients.retry_jitter);
           return sets || action_if<AskToRenew>(action) != nullptr ||
                  action_if<SetCapacity>(action) != nullptr;
         });
}

}  // namespace

events::LogHeader header_of(const Scenario& scenario) {
  events::LogHeader header;
  header.scenario_name = scenario.name;
  header.scenario_text = scenario.text;
  const auto add_input = [&](const events::LogInput& input) {
    if (std::find(header.inputs.begin(), header.inputs.end(), input) == header.inputs.end()) {
      header.inputs.push_back(input);
    }
  };
  for (const Cohort& cohort : scenario.cohorts) {
    if (cohort.inventory) add_input({cohort.inventory->file, cohort.inventory->digest});
    for_each_model(cohort.network, [&](const auto& model) {
      if constexpr (requires { model.trace; }) add_input({model.file, model.trace->digest});
      if constexpr (requires { model.offsets; }) {
        if (model.offsets == nullptr) return;
        add_input({"time-zone " + model.time_zone, {sha256(lines_of(*model.offsets))}});
      }
    });
  }
  header.seed = scenario.seed;
  header.clients_scale = scenario.clients_scale;
  header.start_unix_seconds = scenario.start.time_since_epoch().count();
  header.tick = scenario.tick;
  header.duration = scenario.duration;
  for (const Cohort& cohort : scenario.cohorts) {
    header.cohorts.push_back({cohort.name, cohort.first, cohort.clients, devices_of(cohort)});
  }
  header.clients = scenario.clients;
  header.lifecycle_fingerprint = lifecycle_fingerprint();
  if (is_under_load(scenario)) header.client_schema = events::kSchemaVersionOfLoad;
  return header;
}

}  // namespace tokenlife::sim
