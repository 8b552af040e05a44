// Whom an action on clients concerns: the keys that all of them have.
#include "sim/scenario/reading.hpp"

namespace tokenlife::sim {
namespace {

std::optional<Target> cohort_target(Reading& reading, Keys& keys) {
  const auto cohort = reading.reference(keys, "cohort", Need::optional, "cohort", reading.cohorts);
  return cohort ? std::optional(Target{{*cohort}}) : std::nullopt;
}

void read_selectors(Keys& keys, Target& target) {
  if (const auto share = keys.share("share")) target.share = to_share(*share);
  target.state = keys.word<StateWord>("state");
  target.over = keys.duration("over", Sign::not_negative).value_or(Duration{0});
}

}  // namespace

std::optional<Target> read_target(Reading& reading, Keys& keys) {
  const auto cohort = cohort_target(reading, keys);
  const auto client = client_target(reading, keys);
  if (keys.has("cohort") && keys.has("client")) {
    keys.wrong("client", "does not go with `cohort`", "give one of them");
  } else if (!keys.has("cohort") && !keys.has("client")) {
    keys.missing("cohort", "give either `cohort` or `client`");
  }
  std::optional<Target> target = client ? client : cohort;
  Target unknown;
  read_selectors(keys, target ? *target : unknown);
  return target;
}

void forbid_selectors(Keys& keys) {
  for (const std::string_view key : {"cohort", "client", "share", "state", "over"}) {
    if (keys.knows(key) || !keys.has(key)) continue;
    keys.forbid(key, "an action on the site", "drop it: only actions on clients choose whom");
  }
}

}  // namespace tokenlife::sim
