// A whole examination: history after history, until one differs, or enough of them did not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/conform/examiner.hpp"

namespace tokenlife::sim {

// The shortest history found that shows a difference.
struct ConformFailure {
  Difference difference;
  History history;
  Transcript transcript;
  std::string log;      // of the adapter
  bool repeats = true;  // false: it did not come again, and this is how it came first
};

struct ConformResult {
  std::uint64_t histories = 0;
  std::uint64_t last_seed = 0;
  std::optional<ConformFailure> failure;
  // The adapter was lost on the way, after these requests.
  std::optional<AdapterLoss> loss;
  History lost_in;
};

struct ConformPlan {
  std::uint64_t seed = 1;
  std::function<bool(std::uint64_t histories)> enough;  // asked before every history
  std::function<bool()> stop;  // asked while a difference is made smaller: it will do
};

ConformResult conform(Examiner& examiner, const ConformPlan& plan);

// One history, as it stands in a file.
ConformResult replay_history(Examiner& examiner, const History& history);

// The smallest history that still shows the difference: fewer steps, the policy of the product,
// fewer moments. Its steps are numbered anew, from 2 on.
History shrink_history(Examiner& examiner, const History& history, const Difference& difference,
                       const std::function<bool()>& stop);

// Without the steps that no longer make sense.
History mended(const History& history, Role role, const Hello& hello);
// Numbered from 2 on.
History renumbered(const History& history);

// ---- For people and files ----------------------------------------------------------------------

// A line for each request: what was asked, what has to come, what came.
std::string story_of(const ConformFailure& failure);
// JSON lines: the adapter's `hello`, then each request with what was expected and what came.
std::string file_of(const ConformFailure& failure, const Examiner& examiner);
std::string file_of(const History& lost_in, const Examiner& examiner);
// What --replay reads. The error completes "the file ...".
struct ReplayFile {
  Role role;
  History history;
};
Result<ReplayFile, std::string> read_replay(const std::string& text);

// ---- What was not examined ---------------------------------------------------------------------

struct UnmetRule {
  std::string_view id;
  std::string why;
};
// Of the rules that the role's histories can meet.
std::vector<UnmetRule> unmet_rules(Role role, const Hello& hello, const ConformCoverage& coverage);
std::vector<UnmetRule> unmet_reasons(Role role, const Hello& hello,
                                     const ConformCoverage& coverage);

}  // namespace tokenlife::sim
