// Saves what is whole of a log whose writer never finished it, or that was damaged since.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "../core/result.hpp"
#include "log.hpp"

namespace tokenlife::events {

// Clients that follow each other and whose streams are not whole any more, and why.
struct LostClients {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  LogError why;
};

struct Salvaged {
  LogSummary log;             // that was written
  std::uint32_t clients = 0;  // in it, each with all of its events
  std::vector<LostClients> lost;
};

// Writes a log of all clients whose streams are whole to a new folder, by LogWriter: what it holds
// is what a run holds that was interrupted just there, and of a sound log all of it, with its
// digest. A partition counts up to its first damage, as a log can leave out no client before
// others. Error: site.log does not say which run it was, or what the site did.
Result<Salvaged, LogError> salvage(const std::filesystem::path& from,
                                   const std::filesystem::path& to);

}  // namespace tokenlife::events
