#include "sim/site/draw_epoch.hpp"

#include "core/site.hpp"
#include "core/site_command.hpp"
#include "sim/site/generate_guid.hpp"

namespace tokenlife::sim {

Result<EpochBegun, Error> draw_epoch(const std::string& folder, const Site& site) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    const auto drawn = generate_guid();
    if (!drawn) return Failed<Error>(drawn.error());
    const BeginEpoch command{{static_cast<std::uint32_t>(drawn->low)}};
    if (const auto begun = decide(site, command, Instant{})) return std::get<EpochBegun>(*begun);
  }
  return file_error(folder, "has no numbers left for clients");
}

}  // namespace tokenlife::sim
