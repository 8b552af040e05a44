// Whether two logs are of one run, and if not, in words why.
#pragma once

#include <string>

#include "events/log.hpp"

namespace tokenlife::events {

inline bool is_of_same_run(const LogHeader& a, LogHeader b) {
  b.client_schema = a.client_schema;
  return a == b;
}

// Precondition: they are not. Of the first of what differs, as "its seed is 7, and not 8": of
// `there`, and not of `header`.
inline std::string difference(const LogHeader& there, const LogHeader& header) {
  if (there.seed != header.seed) {
    return "its seed is " + std::to_string(there.seed) + ", and not " + std::to_string(header.seed);
  }
  if (there.scenario_text != header.scenario_text) return "its scenario is different";
  if (there.clients != header.clients) {
    return "it has " + std::to_string(there.clients) + " clients, and not " +
           std::to_string(header.clients);
  }
  if (there.inputs != header.inputs) return "a file that its scenario names was different";
  if (there.lifecycle_fingerprint != header.lifecycle_fingerprint) {
    return "the program that wrote it has different rules";
  }
  return "its header is different";
}

}  // namespace tokenlife::events
