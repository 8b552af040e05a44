// The rules: what a client asks, what the site answers, and which events follow.
//
//   contact --ask--> request --judge--> verdict --hear--> events --evolve--> client
//    (client's side)          (site's side)     (client's side)
//
// Pure: the time, the policy and what is known of the site are arguments, nothing is changed.
#pragma once

#include <cstdint>
#include <optional>

#include "client.hpp"
#include "client_event.hpp"
#include "policy.hpp"
#include "refusal.hpp"
#include "request.hpp"
#include "result.hpp"
#include "site.hpp"

namespace tokenlife {

// ---- The client's side: what it asks at a contact ----------------------------------------------

// Why a client says nothing at a contact.
enum class NoRequest : std::uint8_t {
  not_installed,
  offline,             // A12
  cmg_not_allowed,     // R10, R11
  no_credential,       // R19, R20: nothing that would let it register over the CMG.
  waits_for_intranet,  // R60: only an MP on the intranet can help it.
  answer_under_way,    // One request at a time.
};
template <>
struct Names<NoRequest> {
  static constexpr std::array<std::string_view, 6> values{"not-installed",      "offline",
                                                          "cmg-not-allowed",    "no-credential",
                                                          "waits-for-intranet", "answer-under-way"};
};

// What the client knows at a contact besides its own state.
struct Contact {
  bool renewal_is_due;   // by the client's own clock: see renewal_due()
  bool at_agent_start;   // made at an installation's or restart's own tick (A2)
  bool mp_down = false;  // on the intranet: there is no MP that answers (A16)
};

Result<Request, NoRequest> ask(const Client& client, const Contact& contact, const Policy& policy);

// ---- The site's side: its verdict --------------------------------------------------------------

// What verify() and verify_proof() made of what a client showed.
struct TokenVerdict {
  std::optional<RefusalReason> refusal;  // nothing if it is good
};

// What the site knows that bears on one request.
struct SiteView {
  bool endpoint_up = true;  // the endpoint that was asked
  bool sts_up = true;
  KeyNumber signer;                     // signs now
  bool token_signer_trusted = true;     // the signer of the client's token has not been retired
  std::optional<BulkToken> bulk_token;  // the one shown, if the site knows its GUID
  bool bulk_signer_trusted = true;      // so is the signer of that one
  // Of a real token and proof of possession: what the verifier said. Absent: tokens are modelled,
  // and judged by what is known of them.
  std::optional<TokenVerdict> verified;
};

struct Verdict {
  enum class Kind : std::uint8_t { granted, refused, failed };
  Kind kind = Kind::granted;
  RefusalReason refusal{};  // if refused
  FailureReason failure{};  // if failed
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// D2, A5, A6, A9: whether the bulk token that is shown is accepted, and if not, why.
std::optional<RefusalReason> refusal_of_bulk_token(const SiteView& site, const Policy& policy,
                                                   Instant now);

// Judges at the tick at which the request is sent. For a registration or renewal `granted` means
// that a token is issued: see issue().
Verdict judge(const Client& client, const Request& request, const SiteView& site,
              const Policy& policy, Instant now);

// R14, R57, D7: the token that a granted request brings.
constexpr ClientToken issue(const Policy& policy, TokenSerial serial, KeyNumber signer,
                            Instant now) {
  return {serial, now, expiry(policy, now), signer};
}

// ---- The client's side: what it hears ----------------------------------------------------------

// A request and what the site made of it, on its way back.
struct Answer {
  Request request;
  Verdict verdict;
  ClientToken token;  // if a registration or renewal was granted
  bool lost = false;  // The site acted, but its answer does not arrive.
};

// The events of an answer, oldest first: none for an exchange that went well or was lost, otherwise
// one, or two where a refusal ends the token as well.
struct AnswerEffects {
  std::optional<ClientEvent> first;
  std::optional<ReRegistrationRequired> then;
};
AnswerEffects apply_answer(const Client& client, const Answer& answer);

// A15: whether the client hears with it what has been set for it in the meantime.
constexpr bool tells_of_settings(const Answer& answer) {
  return answer.verdict.kind == Verdict::Kind::granted && !answer.lost;
}

// From when on a client asks again, if at all something other than its next contact decides that.
// `sent` is when the request was sent. Exchanges start no wait.
Instant silent_until(const Answer& answer, const Policy& policy, Instant sent);

// R57, A6: when the token that the client holds expires by the site's clock; never if there is none
// or its expiry has been recorded.
constexpr Instant next_expiry(const Client& client, const Policy& policy) {
  const bool live = client.state == LifecycleState::registered ||
                    client.state == LifecycleState::roaming ||
                    client.state == LifecycleState::renewing;
  return live ? refused_from(policy, client.token.expires) : kNever;
}

}  // namespace tokenlife
