#include "sim/tables/run_rows.hpp"

#include <fmt/format.h>

#include "events/journal.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {

std::vector<SqlRow> rows_of_run(const SqlSource& source) {
  std::vector<SqlRow> rows;
  const auto add = [&](const char* key, std::string value) {
    rows.push_back({std::string(key), std::move(value)});
  };
  const events::LogHeader& header = source.header();
  add("start", rfc3339(header.start()));
  add("events", std::to_string(source.events()));
  if (const auto* journal = source.journal()) {
    add("tenant", to_string(std::get<SiteEstablished>(journal->events.front().event).tenant));
    add("digest", events::to_string(journal->digest));
    return rows;
  }
  const events::LogSummary& summary = source.log()->summary();
  Scenario scenario;
  scenario.name = header.scenario_name;
  add("scenario", title(scenario));
  add("seed", std::to_string(header.seed));
  add("clients", std::to_string(header.clients));
  add("clients-scale", fmt::format("{}", header.clients_scale));
  add("end", rfc3339(header.start() + header.duration));
  add("duration", std::to_string(header.duration.count()));
  add("tick", std::to_string(header.tick.count()));
  add("complete", summary.complete ? "1" : "0");
  if (summary.finished) add("digest", events::to_string(summary.digest));
  add("lifecycle", fmt::format("{:016x}", header.lifecycle_fingerprint));
  add("scenario-text", header.scenario_text);
  for (const events::LogInput& input : header.inputs) {
    rows.push_back({"input " + input.name, events::to_string(input.digest)});
  }
  return rows;
}

}  // namespace tokenlife::sim
