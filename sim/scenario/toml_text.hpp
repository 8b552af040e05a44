// Values as TOML has them, for whoever writes a scenario. Part of to_toml() only.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>

#include "core/names.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {

// TOML's basic strings. Names hold no other control characters: the reader refuses them.
inline std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

inline std::string toml_of(Duration duration) { return toml_string(to_text(duration)); }
inline std::string toml_of(Instant moment) { return toml_of(moment.time_since_epoch()); }
inline std::string toml_of(Thousandths value) {
  return fmt::format("{:.3f}", value.value / 1000.0);
}
inline std::string toml_of(bool value) { return value ? "true" : "false"; }
inline std::string toml_of(double value) {
  const std::string number = fmt::format("{:.17g}", value);
  return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
}
// In as few digits as read back as the share, or as one that is no further from it than `slack`.
inline std::string toml_of(Share share, std::uint64_t slack = 0) {
  const double exact = static_cast<double>(share.of_2_32) / static_cast<double>(Share::kWhole);
  for (int digits = 1; digits <= 10; ++digits) {
    // The reader rounds down.
    const double value = std::strtod(fmt::format("{:.{}f}", exact, digits).c_str(), nullptr);
    const auto read = static_cast<std::uint64_t>(std::ldexp(value, 32));
    const std::uint64_t off = read > share.of_2_32 ? read - share.of_2_32 : share.of_2_32 - read;
    if (off <= slack) return fmt::format("{:.{}f}", exact, digits);
  }
  return toml_of(exact);
}
template <class Enum>
std::string word(Enum value) {
  return toml_string(name(value));
}

// A local date.
inline std::string toml_of(std::chrono::sys_days day) { return rfc3339(day).substr(0, 10); }

// The tables [cohort.network].
void write_network(std::ostream& out, const NetworkModel& network);

}  // namespace tokenlife::sim
