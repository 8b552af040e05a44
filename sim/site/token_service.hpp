// The side of a site on disk at which clients' requests come in: it verifies what they show, judges
// by core's rules, and issues what was granted.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/request.hpp"
#include "core/token/possession.hpp"
#include "core/token/secret.hpp"
#include "core/token/token.hpp"
#include "core/verdict.hpp"
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
  // The verifier's, if it found one; also of a credential that has expired, where the site does
  // without it (A14).
  std::optional<TokenFault> fault;
  // Of a registration or renewal that was granted; its times are instants of the site's.
  ClientToken issued;
  Secret token;
  // Of a client that the site had forgotten, and knows from now on: the newest token that it has
  // had.
  TokenSerial recognised;  // 0: nothing was forgotten
  // What it showed is replaced by a token that has been used: see is_replaced().
  bool is_clone = false;
};

// Whether the site hears nothing new when the client shows the token that it holds: it remembers
// all that the client has had of it, by that and by the client's own word, which counts for nothing
// but its own serials; and has seen this token.
bool has_seen(const SiteFolder& site, const Certificate& certificate, const Client& client,
              const Secret& token);

// Precondition: the site is opened to write, and the certificate that signs now is good (see
// check_signer()), unless the request is an exchange with a token that it has seen. A client with a
// good token that it has forgotten is recognised: its request is granted. One with a token that is
// replaced is refused if it `refuses_clones`.
Result<SiteAnswer, Error> answer(SiteFolder& site, const SignedRequest& shown, Challenge& challenge,
                                 std::chrono::sys_seconds now, bool refuses_clones = false);

}  // namespace tokenlife::sim
