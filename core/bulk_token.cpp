#include "core/bulk_token.hpp"

#include "core/bulk_token_terms.hpp"

namespace tokenlife {

BulkTokenTerms BulkToken::terms() const { return {not_before, expires, blocked}; }

}  // namespace tokenlife
