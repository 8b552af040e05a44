// Why a client holds no good token: the cause of an out-of-service spell.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "names.hpp"

namespace tokenlife {

// Logs hold these numbers: append only.
enum class SpellCause : std::uint8_t {
  not_recorded,    // by logs of before schema 4
  not_enrolled,    // it began with an installation or reinstallation
  adopted,         // the client was without a good token when the run began
  blocked,         // A8
  signer_retired,  // A9
  endpoint_down,   // of a token that expired: what stopped the client at its last contact
  sts_down,
  answer_lost,
  client_outdated,  // R5
  cmg_not_allowed,  // R10
  no_agent_start,   // A2
  busy,
  timed_out,
  answer_late,  // its renewal was granted, and told after the expiry
  on_its_way,   // its renewal was under way: what came of it decides
  offline,      // there was no contact at which the token was due, and it was due
  never_due,
};
template <>
struct Names<SpellCause> {
  static constexpr std::array<std::string_view, 17> values{
      "not-recorded",   "not-enrolled", "adopted",     "blocked",         "signer-retired",
      "endpoint-down",  "sts-down",     "answer-lost", "client-outdated", "cmg-not-allowed",
      "no-agent-start", "busy",         "timed-out",   "answer-late",     "on-its-way",
      "offline",        "never-due"};
};

}  // namespace tokenlife
