// Memory for what is long.
#pragma once

#include <cstddef>

namespace tokenlife::events {

// Memory that nobody has written to yet: where the kernel has pages of 2 MiB, it clears and maps
// those in a fraction of the time that it takes for as many small ones.
void prefer_huge_pages(void* memory, std::size_t bytes);

}  // namespace tokenlife::events
