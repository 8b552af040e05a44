// JSON as the program prints it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tokenlife::sim {

// Indented. Bytes that are not UTF-8 (of file names, say) become U+FFFD.
inline std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// On one line, for streams.
inline std::string json_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace tokenlife::sim
