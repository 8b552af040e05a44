// `tokenlife token new`, `list`, `block` and `unblock`, and what the bulk token tool has in common
// with them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bulk_lifetime.hpp"
#include "core/result.hpp"
#include "core/site_event.hpp"
#include "sim/cli/command.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct NewBulkToken;  // new_bulk_token.hpp

// R44-R46, A4: a whole number of minutes, 1 to 10,080; never clamped. `option` is for the error.
Result<std::int64_t, Error> lifetime_of(std::string_view text, std::string_view option);

// Issues and signs it. The event is on the disk before the token is anywhere.
Result<NewBulkToken, Error> issue_bulk_token(SiteFolder& site, const std::string& name,
                                             std::int64_t lifetime_minutes,
                                             std::chrono::sys_seconds now);

// Whether the new token, which was printed last, has arrived. One that nobody may have seen, or
// that went to nobody knows where, is blocked: the error names its GUID.
Result<void, Error> finish_or_block(SiteFolder& site, Guid guid, std::chrono::sys_seconds now,
                                    Console& console);

// On standard error, if the signing certificate is near its end or over.
void say_signer_warning(const SiteFolder& site, std::chrono::sys_seconds now, Console& console);

// R41: GUID and validity, as lines before the token's.
std::string heading_of(const NewBulkToken& fresh, const SiteFolder& site);

// ---- The commands; `at` is for time_of_command() ------------------------------------------------

struct TokenNewCommand {
  std::string site;
  std::string lifetime = std::to_string(kBulkLifetimeMinutesDefault);  // in minutes
  std::string name;
  bool json = false;
  std::optional<std::string> at;
};
ExitStatus token_new_command(const TokenNewCommand& command, Console& console);

struct TokenListCommand {
  std::string site;
  bool json = false;
  std::optional<std::string> at;
};
ExitStatus token_list_command(const TokenListCommand& command, Console& console);

struct TokenBlockCommand {
  std::string site;
  std::string guid;
  std::optional<std::string> at;
};
ExitStatus token_block_command(const TokenBlockCommand& command, Console& console);
ExitStatus token_unblock_command(const TokenBlockCommand& command, Console& console);

}  // namespace tokenlife::sim
