// GUIDs for what is made once and for all on disk. They are left to chance, and so for commands
// alone; a run's come from its seed: guid_of_seed.hpp.
#pragma once

#include <unistd.h>

#include <array>
#include <cstdint>

#include "core/id.hpp"
#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

inline Result<Guid, Error> generate_guid() {
  std::array<std::uint64_t, 2> bits{};
  if (::getentropy(bits.data(), sizeof bits) == 0) return random_guid(bits[0], bits[1]);
  return file_error("the system", "gives no random bytes", "try again");
}

}  // namespace tokenlife::sim
