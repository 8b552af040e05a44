// What is said where a log does not tell why spells began.
#pragma once

#include "events/log.hpp"
#include "sim/analysis/reckoned_causes.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {

// Why that is not known, if somebody asked for it. The log of a client on disk never says it.
inline void say_if_unknown(const ReckonedCauses& causes, const events::LogReader& log,
                           Console& console) {
  if (causes.why_not().empty() || events::is_of_client(log.header())) return;
  console.say(
      "tokenlife: this log does not say why every spell began, and that cannot be worked out: " +
      escape_text(causes.why_not()));
}

}  // namespace tokenlife::sim
