// GUIDs for what is made once and for all on disk. They are left to chance, and so for commands
// alone; a run's come from its seed: guid_of_seed.hpp.
#pragma once

#include <unistd.h>

#include <array>
#include <cstdint>

#include "core/ensure.hpp"
#include "core/id.hpp"

namespace tokenlife::sim {

inline Guid generate_guid() {
  std::array<std::uint64_t, 2> bits{};
  ensure(::getentropy(bits.data(), sizeof bits) == 0, "the system to have random bytes");
  return random_guid(bits[0], bits[1]);
}

}  // namespace tokenlife::sim
