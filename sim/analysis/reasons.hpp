// Why a client has no good token, in sentences, and what it has before it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/site_history.hpp"
#include "core/spell_cause.hpp"
#include "sim/analysis/chain.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/analysis/explain.hpp"
#include "sim/engine/outlook.hpp"

namespace tokenlife::sim {

// `due`: when the token that was lost was due for renewal, if that is known. `chain` is that of the
// spell, from the issue of the token on.
std::string why_of(const StorySpell& spell, std::optional<Instant> due,
                   std::span<const Recorded<ClientEvent>> events, const Background& background);

// By id, without doubles: behind the spell, and behind how the client stands.
std::vector<std::string_view> rules_of(const StorySpell& spell, const Client& client,
                                       Service service,
                                       std::span<const Recorded<ClientEvent>> events);

// What a client asks of the site at a moment.
struct AskedSite {
  const SiteHistory& site;
  Policy policy;  // the client's of that moment, with the site's part
  Instant now;
  bool is_due_known;  // False: when renewals are due, and what the client waits for, is not known.
  bool is_on_disk = false;  // the client is: it is not reinstalled, but another made in its place
};
std::vector<NextStep> next_steps(const Client& client, const Outlook& outlook,
                                 const AskedSite& asked);

}  // namespace tokenlife::sim
