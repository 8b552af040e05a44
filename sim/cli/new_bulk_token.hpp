// A bulk token that has just been issued.
#pragma once

#include "core/site_event.hpp"
#include "core/token/secret.hpp"

namespace tokenlife::sim {

struct NewBulkToken {
  BulkTokenIssued issued;
  Secret token;  // which this alone ever holds (R22, R42)
};

}  // namespace tokenlife::sim
