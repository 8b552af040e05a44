#include "events/huge_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace tokenlife::events {

void prefer_huge_pages(void* memory, std::size_t bytes) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t skipped = (page - begin % page) % page;
  if (bytes <= skipped) return;
  // Where there are none, all goes on as it would have.
  static_cast<void>(
      ::madvise(static_cast<std::byte*>(memory) + skipped, bytes - skipped, MADV_HUGEPAGE));
}

}  // namespace tokenlife::events
