// What those who make bulk tokens have in common: `tokenlife token new`, and the tool.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/site.hpp"
#include "core/token/secret.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// R44-R46, A4: a whole number of minutes, 1 to 10,080; never clamped. `option` is for the error.
Result<std::int64_t, Error> lifetime_of(std::string_view text, std::string_view option);

struct NewBulkToken {
  BulkTokenIssued issued;
  Secret token;  // which this alone ever holds (R22, R42)
};

// Issues and signs it. The event is on the disk before the token is anywhere.
Result<NewBulkToken, Error> issue_bulk_token(SiteFolder& site, const std::string& name,
                                             std::int64_t lifetime_minutes,
                                             std::chrono::sys_seconds now);

// R41: GUID and validity, as lines before the token's.
std::string heading_of(const NewBulkToken& fresh, const SiteFolder& site);

}  // namespace tokenlife::sim
