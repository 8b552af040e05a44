// Why spells began, of logs that do not say it: those of before schema 4. The scenario in their
// header is run again for each client that it is asked of.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "events/log_reader.hpp"
#include "events/replay.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class SiteTimeline;  // sim/engine/site_timeline.hpp

class ReckonedCauses {
 public:
  // `inputs`: see scenario_of(). The log must outlive it.
  ReckonedCauses(const events::LogReader& log, std::optional<std::string> inputs);
  ~ReckonedCauses();

  // The client's events with why its spells began, in place of those that the log has; these
  // unchanged if they say it, or if the scenario gives others.
  ClientEvents complete(ClientNumber client, ClientEvents events);

  // Puts in what was not recorded of the spells of clients at a moment. In order of their numbers.
  Result<void, events::LogError> complete(std::vector<events::ClientStanding>& standings,
                                          Instant at);

  // Why something is not known that was asked for: "its scenario gives other events today". Empty:
  // all is known.
  const std::string& why_not() const { return why_not_; }

 private:
  const Scenario* scenario();

  const events::LogReader& log_;
  std::optional<std::string> inputs_;
  bool is_read_ = false;
  std::optional<Scenario> scenario_;
  std::unique_ptr<SiteTimeline> site_;
  std::string why_not_;
};

// The same for events one by one, in whatever order they come.
class ReckonedEvents {
 public:
  ReckonedEvents(const events::LogReader& log, std::optional<std::string> inputs)
      : log_(log), causes_(log, std::move(inputs)) {}

  // Whether the event may begin a spell and not say why. Most cannot, whose time counts.
  static bool may_lack_cause(const ClientEvent& event) {
    if (const auto* expired = std::get_if<TokenExpired>(&event)) {
      return expired->spell_cause == SpellCause::not_recorded;
    }
    if (const auto* required = std::get_if<ReRegistrationRequired>(&event)) {
      return !required->begins_spell;
    }
    const auto* reinstalled = std::get_if<ClientReinstalled>(&event);
    return reinstalled != nullptr && !reinstalled->begins_spell;
  }
  // The event, or in its place the one that says why the spell that it begins did so. The reference
  // is good until the next call.
  Result<const Recorded<ClientEvent>*, events::LogError> complete(
      ClientNumber client, const Recorded<ClientEvent>& recorded);
  const ReckonedCauses& causes() const { return causes_; }

 private:
  const events::LogReader& log_;
  ReckonedCauses causes_;
  // Of each client that was asked for, the events in whose place another stands.
  std::map<ClientNumber, std::map<std::uint32_t, Recorded<ClientEvent>>> found_;
};

}  // namespace tokenlife::sim
