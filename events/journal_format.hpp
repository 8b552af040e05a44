// What a journal's writer and its reader share.
#pragma once

#include <cstddef>
#include <vector>

#include "core/site.hpp"
#include "core/site_event.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

// The longest frame of a journal: one event. What is longer at the end of a file was not torn.
inline constexpr std::size_t kJournalFrameBytesMax = 64 * 1024;

// Precondition: the events can happen, in this order.
Site site_after(const std::vector<Recorded<SiteEvent>>& events);

}  // namespace tokenlife::events
