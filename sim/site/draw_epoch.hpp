// Where a site's next epoch begins: drawn at random, so that it cannot have given the numbers
// before and forgotten it.
#pragma once

#include <string>

#include "core/result.hpp"
#include "core/site_event.hpp"
#include "sim/text/error.hpp"

namespace tokenlife {
struct Site;  // core/site.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

// Can happen now. An error, which names the folder, if the site has no room left.
Result<EpochBegun, Error> draw_epoch(const std::string& folder, const Site& site);

}  // namespace tokenlife::sim
