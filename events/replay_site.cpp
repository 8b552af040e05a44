#include <string>

#include "core/site.hpp"
#include "core/site_command.hpp"
#include "events/log_format.hpp"
#include "events/replay.hpp"

namespace tokenlife::events {

Result<Site, LogError> replay_site(const LogReader& log, Instant at) {
  Site site;
  for (const Recorded<SiteEvent>& recorded : log.site_events()) {
    if (recorded.time > at) break;
    const auto refused = [&](std::string_view why) {
      return Failed<LogError>(
          LogError{LogError::Kind::corrupt, (log.folder() / kSiteFile).string(), std::nullopt,
                   "an event cannot have happened: event " + std::to_string(recorded.seq) +
                       " of the site, " + std::string(name(kind_of(recorded.event))) + ": " +
                       std::string(why)});
    };
    if (!site.established && !std::holds_alternative<SiteEstablished>(recorded.event)) {
      return refused("the site is not established yet");
    }
    auto next = evolve(site, recorded.event);
    if (!next) return refused(name(next.error()));
    site = std::move(*next);
  }
  return site;
}

Result<void, LogError> check_site(const LogReader& log) {
  if (const auto site = replay_site(log); !site) return Failed<LogError>(site.error());
  return {};
}

}  // namespace tokenlife::events
