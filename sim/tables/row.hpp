// Rows of tables, as values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tokenlife::sim {

// Times and days are texts of SQL, which has no types for them.
using SqlValue = std::variant<std::monostate, std::int64_t, std::string, std::chrono::sys_seconds,
                              std::chrono::sys_days>;
using SqlRow = std::vector<SqlValue>;

// Since 1970, where times are numbers.
inline std::int64_t milliseconds(std::chrono::sys_seconds time) {
  return time.time_since_epoch().count() * 1000;
}

}  // namespace tokenlife::sim
