// The policy and the rules that `tokenlife check` explores.
#pragma once

#include <cstdint>

#include "core/result.hpp"
#include "core/site_event.hpp"
#include "core/site_policy.hpp"
#include "sim/check/options.hpp"

namespace tokenlife {
struct Answer;                          // core/answer.hpp
struct AnswerEffects;                   // the same
struct Contact;                         // core/request.hpp, as are
struct Request;                         // this one
enum class NoRequest : std::uint8_t;    // and this
struct Site;                            // core/site.hpp
struct SiteCommand;                     // core/site_command.hpp
enum class SiteRefusal : std::uint8_t;  // the same
struct SiteView;                        // core/verdict.hpp
struct Verdict;                         // the same
}  // namespace tokenlife

namespace tokenlife::sim::checker {

// The product's policy, with the waits as short as the unit allows.
Policy policy_of(const Options& options);

// The rules that are checked: those of core, unless a test plants a fault. Each has the name of the
// function that it is.
struct Rules {
  Rules();

  Result<Request, NoRequest> (*ask)(const Client&, const Contact&, const Policy&);
  Verdict (*judge)(const Client&, const Request&, const SiteView&, const Policy&, Instant);
  ClientToken (*issue)(const Policy&, TokenSerial, KeyNumber, Instant);
  AnswerEffects (*apply_answer)(const Client&, const Answer&);
  bool (*tells_of_settings)(const Answer&);
  Instant (*next_expiry)(const Client&, const Policy&);
  Instant (*renewal_due)(const Policy&, Instant, Duration);
  Result<SiteEvent, SiteRefusal> (*decide)(const Site&, const SiteCommand&, Instant);
  Result<Site, SiteRefusal> (*evolve)(const Site&, const SiteEvent&);
};

}  // namespace tokenlife::sim::checker
