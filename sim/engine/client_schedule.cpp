#include "sim/engine/client_schedule.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace tokenlife::sim {
namespace {

// How long after it begins the action ends, if it does.
template <class What>
std::optional<Duration> length_of(const What& what) {
  if constexpr (HasLength<What>) {
    return what.length;
  } else {
    return std::nullopt;
  }
}

}  // namespace

ClientSchedule::ClientSchedule(const Scenario& scenario) : for_all_(scenario.cohorts.size()) {
  for (std::uint32_t i = 0; i < scenario.actions.size(); ++i) {
    const Action& action = scenario.actions[i];
    const Target* target = target_of(action);
    if (target == nullptr) continue;
    std::vector<ClientStep>& steps = target->client ? for_one_[{target->cohort, *target->client}]
                                                    : for_all_[target->cohort.value];
    steps.push_back({action.at, true, i});
    const auto length = visit_action([](const auto& what) { return length_of(what); }, action);
    if (length) steps.push_back({action.at + *length, false, i});
  }
  for (auto& steps : for_all_) std::sort(steps.begin(), steps.end());
  for (auto& [client, steps] : for_one_) std::sort(steps.begin(), steps.end());
}

std::span<const ClientStep> ClientSchedule::of(CohortNumber cohort, std::uint32_t client_in_cohort,
                                               std::vector<ClientStep>& scratch) const {
  const std::vector<ClientStep>& all = for_all_[cohort.value];
  if (for_one_.empty()) return all;
  const auto own = for_one_.find({cohort, client_in_cohort});
  if (own == for_one_.end()) return all;
  scratch.clear();
  std::merge(all.begin(), all.end(), own->second.begin(), own->second.end(),
             std::back_inserter(scratch));
  return scratch;
}

}  // namespace tokenlife::sim
