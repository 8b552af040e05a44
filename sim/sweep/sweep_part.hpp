// A sweep in parts, on as many machines: what each part found, as a text, and all of them together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/sweep/sweep.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// More runs than this no sweep has: their numbers are kept in memory.
inline constexpr std::size_t kSweepRunsMax = 10'000'000;

struct SweepPart {
  std::uint32_t part = 0;  // from 0
  std::uint32_t parts = 1;
  SweepRuns runs;  // of runs_of_part()
};

// One line of JSON, and one with its digest. Precondition: all its runs are done.
std::string part_text(const SweepRuns& runs, std::uint32_t part, std::uint32_t parts);
// The line, with its digest behind it.
std::string with_part_digest(const std::string& line);
// The text that part_text() gave, and no other; `name` is what errors call it.
Result<SweepPart, Error> read_part(const std::string& text, const std::string& name);

struct PartText {
  std::string name;
  std::string text;
};
// The runs of the whole sweep, as one process would have found them. An error names what is
// missing, there twice, of another sweep, or damaged. Precondition: there is a text.
Result<SweepRuns, Error> join_parts(const std::vector<PartText>& texts);

}  // namespace tokenlife::sim
