// What is no error, and is told to the user of a site or client on disk all the same.
#pragma once

#include <string>

namespace tokenlife::sim {

// "kiosk: warning: it is ...", as scenarios' warnings are told.
inline std::string warning_at(const std::string& place, const std::string& what) {
  return place + ": warning: " + what;
}

}  // namespace tokenlife::sim
