// Makes one log of those of the parts of a run.
#pragma once

#include <filesystem>
#include <vector>

#include "../core/result.hpp"
#include "log.hpp"

namespace tokenlife::events {

// Writes a log of all partitions that these logs hold to a new folder: byte for byte that of the
// run in one piece, with its digest. Every event of every log is checked. Misuse: a log is of
// another run, a partition is in two of them, or clients are in none.
Result<LogSummary, LogError> join(const std::vector<std::filesystem::path>& logs,
                                  const std::filesystem::path& to);

}  // namespace tokenlife::events
