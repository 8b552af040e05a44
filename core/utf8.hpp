// Text from outside is UTF-8 or it is refused.
#pragma once

#include <string_view>

namespace tokenlife {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace tokenlife
