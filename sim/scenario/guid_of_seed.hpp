// GUIDs that a run gives to what its scenario does not: functions of the seed alone.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/id.hpp"
#include "sim/scenario/random.hpp"

namespace tokenlife::sim {

inline Guid guid_of_seed(std::uint64_t seed, Purpose purpose, std::string_view name,
                         std::uint64_t number = 0) {
  const auto bits = philox(mix(seed, name), static_cast<std::uint32_t>(purpose), 0, number);
  return random_guid(bits[0], bits[1]);
}

inline Guid tenant_of_seed(std::uint64_t seed) {
  return guid_of_seed(seed, Purpose::tenant_guid, "tenant");
}

// Of the token that is issued in that repetition of its action.
inline Guid bulk_token_of_seed(std::uint64_t seed, std::string_view name,
                               std::uint32_t repetition = 0) {
  return guid_of_seed(seed, Purpose::bulk_token_guid, name, repetition);
}

}  // namespace tokenlife::sim
