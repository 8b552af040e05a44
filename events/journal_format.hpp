// What tells the end of a journal that a crash cut off from damage.
#pragma once

#include <cstddef>

namespace tokenlife::events {

// The longest frame of a journal: one event. What is longer at the end of a file was not torn.
inline constexpr std::size_t kJournalFrameBytesMax = 64 * 1024;

}  // namespace tokenlife::events
