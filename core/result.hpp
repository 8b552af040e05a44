// The outcome of something that an ordinary world can deny: a value, or why there is none.
#pragma once

#include <tl/expected.hpp>

namespace tokenlife {

template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
using Failed = tl::unexpected<E>;

}  // namespace tokenlife
