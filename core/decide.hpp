// The rules: what a client asks, what the site answers, and which events follow.
//
//   contact --ask--> request --judge--> verdict --apply_answer--> events --evolve--> client
//    (client's side)          (site's side)       (client's side)
//
// Pure: the time, the policy and what is known of the site are arguments, nothing is changed.
#pragma once

#include <cstdint>
#include <optional>

#include "client.hpp"
#include "refusal.hpp"
#include "result.hpp"
#include "retry.hpp"
#include "site_policy.hpp"

namespace tokenlife {

struct Answer;                        // answer.hpp
struct AnswerEffects;                 // the same
struct Contact;                       // request.hpp, as are
struct Request;                       // this one
enum class NoRequest : std::uint8_t;  // and this
struct SiteView;                      // verdict.hpp
struct Verdict;                       // the same

// ---- The client's side: what it asks at a contact ----------------------------------------------

Result<Request, NoRequest> ask(const Client& client, const Contact& contact, const Policy& policy);

// ---- The site's side: its verdict --------------------------------------------------------------

// D2, A5, A6, A9: whether the bulk token that is shown is accepted, and if not, why.
std::optional<RefusalReason> refusal_of_bulk_token(const SiteView& site, const Policy& policy,
                                                   Instant now);

// Judges at the tick `now` at which the request is served: what it carries is as it was sent, and
// so is what `client` says of it (version, token); `site` and `client.blocked` are as it is now.
// For a registration or renewal `granted` means that a token is issued: see issue() in
// token_life.hpp.
Verdict judge(const Client& client, const Request& request, const SiteView& site,
              const Policy& policy, Instant now);

// ---- The client's side: what it hears ----------------------------------------------------------

// Which events follow from the answer.
AnswerEffects apply_answer(const Client& client, const Answer& answer);

// From when on a client asks again, if at all something other than its next contact decides that.
// `judged` is when the request was judged or failed. Exchanges start no wait.
Instant silent_until(const Answer& answer, const Policy& policy, Instant judged,
                     const Retry& retry = {});

}  // namespace tokenlife
