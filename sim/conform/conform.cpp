#include "sim/conform/conform.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/token/sha256.hpp"
#include "sim/conform/draw_history.hpp"

namespace tokenlife::sim {
namespace {

// Half a digest for each, which no accident makes the same: sorted, but for the newest.
class RunTokens final : public GrantedTokens {
 public:
  bool add(const std::string& token) override {
    const Sha256Bytes digest = sha256(token);
    Key key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    if (newest_.contains(key) || std::binary_search(sorted_.begin(), sorted_.end(), key)) {
      return false;
    }
    newest_.insert(key);
    if (newest_.size() * 16 > sorted_.size() && newest_.size() > 4'096) {
      const auto middle = static_cast<std::ptrdiff_t>(sorted_.size());
      sorted_.insert(sorted_.end(), newest_.begin(), newest_.end());
      std::inplace_merge(sorted_.begin(), sorted_.begin() + middle, sorted_.end());
      newest_.clear();
    }
    return true;
  }

 private:
  using Key = std::array<unsigned char, 16>;
  std::vector<Key> sorted_;
  std::set<Key> newest_;
};

// Runs it once more, for what was said.
ConformFailure failure_of(Examiner& examiner, const Difference& difference, const History& history,
                          Transcript first) {
  ConformFailure failure{difference, history, std::move(first), "", false};
  Transcript again;
  if (auto differs = examiner.examine(history, nullptr, &again); differs && *differs) {
    failure.difference = **differs;
    failure.transcript = std::move(again);
    failure.repeats = true;
  }
  failure.log = examiner.log();
  return failure;
}

// A token that two histories of the run have in common: both, one after the other.
std::optional<History> both_histories(Examiner& examiner, const Difference& difference,
                                      const History& history, const ConformPlan& plan,
                                      std::uint64_t seed) {
  if (difference.kind != "token of another history") return std::nullopt;
  for (std::uint64_t other = plan.seed; other < seed && !plan.stop(); ++other) {
    History all = draw_history(examiner.role(), examiner.hello(), other);
    all.insert(all.end(), history.begin(), history.end());
    all = renumbered(mended(all, examiner.role(), examiner.hello()));
    const auto differs = examiner.examine(all);
    if (!differs) return std::nullopt;
    if (*differs) return all;
  }
  return std::nullopt;
}

void look_closer(Examiner& examiner, const ConformPlan& plan, std::uint64_t seed,
                 const History& history, const Difference& difference, Transcript transcript,
                 ConformResult& result) {
  History smallest = history;
  if (difference.out_of_step && !examiner.restart()) {
    result.failure = ConformFailure{difference, history, std::move(transcript), "", false};
    return;
  }
  if (const auto both = both_histories(examiner, difference, history, plan, seed)) {
    smallest = *both;
    const auto differs = examiner.examine(smallest);
    if (differs && *differs) {
      smallest = shrink_history(examiner, smallest, **differs, plan.stop);
    }
  } else {
    smallest = shrink_history(examiner, history, difference, plan.stop);
  }
  result.failure = failure_of(examiner, difference, smallest, std::move(transcript));
}

}  // namespace

ConformResult conform(Examiner& examiner, const ConformPlan& plan) {
  ConformResult result;
  RunTokens tokens;
  for (std::uint64_t seed = plan.seed; !plan.enough(result.histories); ++seed) {
    const History history = draw_history(examiner.role(), examiner.hello(), seed);
    Transcript transcript;
    const auto differs = examiner.examine(history, &tokens, &transcript);
    result.last_seed = seed;
    ++result.histories;
    if (!differs) {
      result.loss = differs.error();
      result.lost_in = history;
      return result;
    }
    if (!*differs) continue;
    look_closer(examiner, plan, seed, history, **differs, std::move(transcript), result);
    return result;
  }
  return result;
}

ConformResult replay_history(Examiner& examiner, const History& history) {
  ConformResult result;
  Transcript transcript;
  const auto differs = examiner.examine(history, nullptr, &transcript);
  result.histories = 1;
  if (!differs) {
    result.loss = differs.error();
    result.lost_in = history;
  } else if (*differs) {
    result.failure = ConformFailure{**differs, history, std::move(transcript), examiner.log()};
  }
  return result;
}

}  // namespace tokenlife::sim
