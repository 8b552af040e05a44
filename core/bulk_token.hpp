// What is known of a bulk registration token. Never the token.
#pragma once

#include <string>

#include "id.hpp"
#include "time.hpp"

namespace tokenlife {

struct BulkTokenTerms;  // bulk_token_terms.hpp

// R50: what the site keeps of a bulk token. Never the token.
struct BulkToken {
  std::string name;
  Guid guid;
  Instant not_before;
  Instant expires;
  bool blocked = false;
  KeyNumber signer{};  // A9: with it the token ends
  BulkTokenTerms terms() const;

  friend bool operator==(const BulkToken&, const BulkToken&) = default;
};

}  // namespace tokenlife
