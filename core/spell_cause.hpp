// A13: what a client has of the service, and of one that holds no good token, why and since when:
// its spell out of service. The rules answer it: see spell.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "client.hpp"
#include "names.hpp"
#include "refusal.hpp"
#include "time.hpp"

namespace tokenlife {

// What a client has of the service at a moment. Stranded clients are out of service too.
enum class Service : std::uint8_t {
  served,          // it holds a good token, or is not installed
  out_of_service,  // it holds none
  stranded,        // and it cannot get one by itself where it is
};
template <>
struct Names<Service> {
  static constexpr std::array<std::string_view, 3> values{"served", "out-of-service", "stranded"};
};

constexpr bool is_out_of_service(LifecycleState state) {
  constexpr auto bit = [](LifecycleState s) { return 1U << static_cast<unsigned>(s); };
  constexpr unsigned without = bit(LifecycleState::installed) | bit(LifecycleState::expired) |
                               bit(LifecycleState::re_registration_required);
  return (without & bit(state)) != 0;
}

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

// The cause of a spell that began with a refusal, or of one whose last renewal was refused.
constexpr SpellCause spell_cause_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::client_blocked: return SpellCause::blocked;
    case RefusalReason::unknown_signer: return SpellCause::signer_retired;
    case RefusalReason::client_outdated: return SpellCause::client_outdated;
    case RefusalReason::user_centric:
    case RefusalReason::internal_registration_off:
    case RefusalReason::credential_required:
    case RefusalReason::bulk_token_unknown:
    case RefusalReason::bulk_token_not_yet_valid:
    case RefusalReason::bulk_token_expired:
    case RefusalReason::bulk_token_blocked:
    case RefusalReason::expired:
    case RefusalReason::malformed:
    case RefusalReason::bad_signature:
    case RefusalReason::wrong_issuer:
    case RefusalReason::wrong_audience:
    case RefusalReason::wrong_type:
    case RefusalReason::certificate_mismatch:
    case RefusalReason::not_yet_valid: break;  // none that begins a spell in a run
  }
  return SpellCause::not_recorded;
}
constexpr SpellCause spell_cause_of(FailureReason reason) {
  switch (reason) {
    case FailureReason::endpoint_down: return SpellCause::endpoint_down;
    case FailureReason::sts_down: return SpellCause::sts_down;
    case FailureReason::answer_lost: return SpellCause::answer_lost;
    case FailureReason::busy: return SpellCause::busy;
    case FailureReason::timed_out: return SpellCause::timed_out;
  }
  return SpellCause::not_recorded;
}

// One spell of a client: from the event that began it to the one that brought a good token.
struct Spell {
  Instant begin;
  SpellCause cause = SpellCause::not_recorded;
  Duration since_contact{0};  // before `begin`; 0: there was none, or it is not known
  bool is_recorded = true;    // false: by a log that does not say why
  friend bool operator==(const Spell&, const Spell&) = default;
};

// How a spell ended: by what somebody did to the client or the site, or by itself.
struct EndedSpell {
  Spell spell;
  Instant end;
  bool by_action = false;
};

}  // namespace tokenlife
