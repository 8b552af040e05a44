#include "sim/analysis/client_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/random.hpp"

namespace tokenlife::sim {
namespace {

Guid guid_of(std::uint64_t cohort_key, std::uint32_t client_in_cohort) {
  const auto bits = Draws(cohort_key, client_in_cohort).at(Purpose::client_guid, 0);
  return random_guid(bits[0], bits[1]);
}

}  // namespace

std::optional<ClientNumber> client_of_guid(const events::LogHeader& header, Guid wanted) {
  if (header.scenario_text.empty()) return std::nullopt;
  for (const events::LogCohort& cohort : header.cohorts) {
    const std::uint64_t key = mix(header.seed, cohort.name);
    for (std::uint32_t i = 0; i < cohort.clients; ++i) {
      if (guid_of(key, i) == wanted) return ClientNumber{cohort.first.value + i};
    }
  }
  return std::nullopt;
}

std::size_t cohort_of(const events::LogHeader& header, ClientNumber client) {
  const auto behind = std::upper_bound(
      header.cohorts.begin(), header.cohorts.end(), client,
      [](ClientNumber number, const events::LogCohort& cohort) { return number < cohort.first; });
  return static_cast<std::size_t>(behind - header.cohorts.begin()) - 1;
}

std::string client_name(const events::LogHeader& header, ClientNumber client) {
  const events::LogCohort& cohort = header.cohorts[cohort_of(header, client)];
  const std::uint32_t number = client.value - cohort.first.value;
  if (number < cohort.devices.size()) return cohort.name + "/" + cohort.devices[number];
  return fmt::format("{}/{}", cohort.name, number);
}

Guid client_guid(const events::LogHeader& header, ClientNumber client) {
  const events::LogCohort& cohort = header.cohorts[cohort_of(header, client)];
  return guid_of(mix(header.seed, cohort.name), client.value - cohort.first.value);
}

std::optional<Guid> known_guid(const events::LogHeader& header, ClientNumber client) {
  if (header.scenario_text.empty()) return std::nullopt;
  return client_guid(header, client);
}

}  // namespace tokenlife::sim
