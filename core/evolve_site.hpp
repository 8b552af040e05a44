// What an event changes of the site, in place: a site may know very many clients, and a journal
// have as many events. core/evolve.hpp has the same of a client.
#pragma once

#include <cstdint>
#include <optional>

#include "site_event.hpp"

namespace tokenlife {

struct Site;                            // site.hpp
enum class SiteRefusal : std::uint8_t;  // site_command.hpp

// Lets the event happen to the site. Why it cannot have happened, if so: the site stays as it was.
[[nodiscard]] std::optional<SiteRefusal> evolve_in_place(Site& site, const SiteEvent& event);

}  // namespace tokenlife
