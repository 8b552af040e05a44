// What a site on disk has to tell that is no error, on standard error.
#pragma once

#include <string>

#include "sim/cli/console.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {

// Before a change, and after it, also if that failed: it may have something to tell itself.
inline void say_warning(SiteFolder& site, Console& console, const char* who = "tokenlife: ") {
  const std::string warning = site.take_warning();
  if (!warning.empty()) console.say(who + escape_text(warning));
}

}  // namespace tokenlife::sim
