// `--shard I/N`: one of N parts, I from 1.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct Shard {
  std::uint32_t part = 0;  // from 0
  std::uint32_t parts = 1;
};

// `whole` is what it is a part of: "a run".
Result<Shard, Error> parse_shard(const std::string& text, const char* whole);

}  // namespace tokenlife::sim
