// The clients of a log by their names: cohorts, devices and GUIDs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/id.hpp"
#include "events/log.hpp"

namespace tokenlife::sim {

// Where the client's cohort stands among the header's. Precondition, here and below: the header
// counts the client.
std::size_t cohort_of(const events::LogHeader& header, ClientNumber client);

// "commuters/17"
std::string client_name(const events::LogHeader& header, ClientNumber client);

// A client's GUID follows from the seed, its cohort and its number in it.
Guid client_guid(const events::LogHeader& header, ClientNumber client);
// Of a run's client alone: one on disk has no scenario, and a certificate instead.
std::optional<Guid> known_guid(const events::LogHeader& header, ClientNumber client);

// The client that has it, if there is one.
std::optional<ClientNumber> client_of_guid(const events::LogHeader& header, Guid wanted);

// The name of a client's device; nothing if its cohort has none.
inline std::optional<std::string_view> device_of(const events::LogCohort& cohort,
                                                 ClientNumber client) {
  const std::uint32_t number = client.value - cohort.first.value;
  if (number >= cohort.devices.size()) return std::nullopt;
  return cohort.devices[number];
}

}  // namespace tokenlife::sim
