// What decides whether a bulk token is good.
#pragma once

#include "time.hpp"

namespace tokenlife {

// D2, A5: of the bulk token that is shown, as the site knows it.
struct BulkTokenTerms {
  Instant not_before;
  Instant expires;
  bool blocked = false;
};

}  // namespace tokenlife
