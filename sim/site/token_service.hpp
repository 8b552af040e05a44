// The side of a site on disk at which clients' requests come in: it verifies what they show, judges
// by core's rules, and issues what was granted.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/decide.hpp"
#include "core/token/possession.hpp"
#include "core/token/token.hpp"
#include "sim/site/site_store.hpp"

namespace tokenlife::sim {

// A request with all that goes with it.
struct SignedRequest {
  const Client&
      client;  // what it says of itself: its version. Whether it is blocked, the site knows.
  Request request;
  Evidence evidence;
};

struct SiteAnswer {
  Verdict verdict;
  std::optional<TokenFault> fault;  // the verifier's, if it found one
  // Of a registration or renewal that was granted; its times are instants of the site's.
  ClientToken issued;
  Secret token;
};

// Precondition: the site is opened to write, unless the request is an exchange.
Result<SiteAnswer, Error> answer(SiteFolder& site, const SignedRequest& shown, Challenge& challenge,
                                 std::chrono::sys_seconds now);

// What verify() needs to know of a site: borrowed from it, except for the signers.
TokenChecks checks_of(const SiteFolder& site, std::span<const Signer> signers,
                      std::string_view issuer, std::chrono::sys_seconds now);

}  // namespace tokenlife::sim
