#include "sim/scenario/inventory_text.hpp"

#include <fmt/format.h>

#include "core/names.hpp"
#include "sim/scenario/inventory_reader.hpp"
#include "sim/text/csv.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {

std::string inventory_text(const Scenario& scenario, const Cohort& cohort) {
  std::string text =
      "device,state,token-issued,token-expires,network,version,credential,credential-expires,"
      "cmg-allowed,bulk-token,blocked,trace\n";
  const Trace* trace = trace_of(cohort.network);
  const auto date = [&](Instant moment) { return rfc3339(scenario.start, moment); };
  for (std::uint32_t i = 0; i < cohort.clients; ++i) {
    const AdoptedClient& client = cohort.inventory->clients[i];
    text += fmt::format("{},{},", csv_field(client.device), name(client.state));
    text += client.token ? date(client.token->issued) + "," + date(client.token->expires) : ",";
    text += fmt::format(",{},{},{},", name(client.last_connected), name(client.version),
                        name(client.credential));
    if (client.credential_expires) text += date(*client.credential_expires);
    text += client.cmg_allowed ? ",true," : ",false,";
    if (client.bulk_token) text += csv_field(scenario.bulk_tokens[*client.bulk_token].name);
    text += client.blocked ? ",true," : ",false,";
    if (client.trace_device && trace != nullptr)
      text += csv_field(trace->devices[*client.trace_device].name);
    text += "\n";
  }
  return text;
}

}  // namespace tokenlife::sim
