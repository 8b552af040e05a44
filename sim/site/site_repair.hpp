// What to do with a site whose journal is damaged, or does not go as far as its head: it is opened
// by nothing else. What can be read stays, what cannot is given up; both are said, and become an
// event. The files as they were are kept beside it, as site.log.damaged-1 and so on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/site_event.hpp"
#include "events/journal.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct SiteRepair {
  // In words, what was wrong; empty: nothing, and nothing was done.
  std::string damage;
  std::int64_t start_unix_seconds = 0;  // from which the times of events count
  JournalRepaired repaired{};
  std::chrono::sys_seconds last{};  // the time of the last event before the damage
  // Behind the damage, as far as they could be read: those that go on from what is left, and those
  // that do not, because something between them is lost.
  std::vector<Recorded<SiteEvent>> saved;
  std::vector<Recorded<SiteEvent>> unfit;
  // Every event that was acknowledged is before the damage.
  bool is_whole = false;
  std::vector<std::string> copies;  // of the files as they were
};

// Behind damage in the middle of a journal events may follow that can be read: `salvage` says that
// they are to be taken over, as far as they fit; without it there is an error that says so. The
// clock is asked when nobody else changes the site any more.
Result<SiteRepair, Error> repair_site(
    const std::string& folder, bool salvage,
    const std::function<Result<std::chrono::sys_seconds, Error>()>& clock);

}  // namespace tokenlife::sim
