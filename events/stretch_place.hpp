// What the end of a partition's file says of each of its stretches.
#pragma once

#include <cstdint>

namespace tokenlife::events {

struct StretchPlace {
  std::uint64_t offset = 0;  // of its frame in the file
  std::uint32_t first_client = 0;
  std::uint32_t clients = 0;
  std::uint32_t from = 0;   // seconds after the start of the run; no event is earlier,
  std::uint32_t until = 0;  // and none is later
  std::uint32_t events = 0;
  friend bool operator==(const StretchPlace&, const StretchPlace&) = default;
};

}  // namespace tokenlife::events
