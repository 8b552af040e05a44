// R44-R46: the lifetime of a bulk registration token, in whole minutes.
#pragma once

#include <cstdint>

namespace tokenlife {

inline constexpr std::int64_t kBulkLifetimeMinutesDefault = 4'320;
inline constexpr std::int64_t kBulkLifetimeMinutesMin = 1;
inline constexpr std::int64_t kBulkLifetimeMinutesMax = 10'080;

}  // namespace tokenlife
