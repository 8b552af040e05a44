// What is known of a client's future when its run ends.
#pragma once

#include "core/client.hpp"
#include "core/spell_cause.hpp"
#include "core/time.hpp"

namespace tokenlife::sim {

// What a client has before it.
struct Outlook {
  Service service = Service::served;
  Instant renewal_due = kNever;           // of the token that it holds
  Instant silent_until = Instant::min();  // it asks nothing before
  Instant answer_at = kNever;             // to the request that is under way
  Instant restarts_at = kNever;           // its agent, by itself
  Instant credential_ends = kNever;       // of a PKI or Entra client
  Instant last_contact = Instant::min();  // none is known
  Instant gives_up_at = kNever;           // waiting for the answer, if it has not come by then
};

// A client at the end of its run.
struct EndOfLife {
  Client client;
  Outlook outlook;
};

}  // namespace tokenlife::sim
