// Clients and where they stand, as rows: what `run --stranded` writes and `replay --state` lists.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "events/replay.hpp"

namespace tokenlife::sim {

// RFC 4180, with a header. What is not known, or not there, is empty.
std::string standings_csv(std::span<const events::ClientStanding> standings,
                          const events::LogHeader& header);
// An object in each line, and all of them in an array. What is not known is null.
std::string standings_jsonl(std::span<const events::ClientStanding> standings,
                            const events::LogHeader& header);
nlohmann::ordered_json standings_json(std::span<const events::ClientStanding> standings,
                                      const events::LogHeader& header);
// In columns.
std::string standings_text(std::span<const events::ClientStanding> standings,
                           const events::LogHeader& header);

}  // namespace tokenlife::sim
