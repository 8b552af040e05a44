#include "sim/cli/shard_argument.hpp"

#include <fmt/format.h>

#include <charconv>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {

Result<Shard, Error> parse_shard(const std::string& text, const char* whole) {
  std::uint32_t number = 0;
  std::uint32_t parts = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, number);
  const bool has_slash = first.ec == std::errc{} && first.ptr != end && *first.ptr == '/';
  const auto second = has_slash ? std::from_chars(first.ptr + 1, end, parts) : first;
  if (has_slash && second.ec == std::errc{} && second.ptr == end && number >= 1 &&
      number <= parts) {
    return Shard{number - 1, parts};
  }
  return usage_error(fmt::format("--shard {} is not a part of {}", in_quotes(text), whole),
                     "write I/N with I from 1 to N: --shard 2/5 is the second of five parts");
}

}  // namespace tokenlife::sim
