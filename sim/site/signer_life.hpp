// A9: what a site on disk signs ends with its signing certificate, which does not last for ever: in
// time its operator has to be told.
#pragma once

#include <chrono>
#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// The first moment at which the certificate that signs now is over: no token lasts longer.
Instant signer_ends(const SiteFolder& site);

// An error if it is over. To be asked before anything is issued.
Result<void, Error> check_signer(const SiteFolder& site, std::chrono::sys_seconds now);

// A sentence for the operator from 30 days before that on; empty before.
std::string signer_warning(const SiteFolder& site, std::chrono::sys_seconds now);

}  // namespace tokenlife::sim
