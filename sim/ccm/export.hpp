// What happened, as the files that administrators of Configuration Manager know (R36-R38):
//
//   DIR/clients/17-LAPTOP-9/ccmsetup.log, ClientIDManagerStartup.log, LocationServices.log
//   DIR/site/CCM_STS.log, MP_RegistrationManager.log, ClientAuth.log, CMGService.log,
//            SMS_Cloud_ProxyConnector.log
//
// A file without a line is not there. Never a token in them (D4).
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "events/log_reader.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct CcmExport {
  std::optional<ClientNumber> client{};  // it alone, and what the site writes of it and of itself
  std::string host;                      // the CMG's. Precondition: is_host()
};

// Whether export_ccm() can go there: a folder that is none yet, or empty.
Result<void, Error> try_ccm(const std::filesystem::path& folder);

// The folder is there when it is whole. Of clients nothing is kept; what the site writes is sorted,
// outside of memory if there is much (TMPDIR). `on_step` hears what is done. False: `stop` said so,
// and there is no folder.
Result<bool, Error> export_ccm(const events::LogReader& log, const CcmExport& what,
                               const std::filesystem::path& folder,
                               const std::function<void(std::string_view)>& on_step,
                               const std::function<bool()>& stop);

}  // namespace tokenlife::sim
