#include "sim/cli/seed_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {

Result<SeedRange, Error> parse_seeds(const std::string& text) {
  constexpr std::uint64_t kSeedsMax = 1'000'000;
  const auto whole = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
  };
  const std::size_t dots = std::min(text.find(".."), text.size());
  const auto first = whole(std::string_view(text).substr(0, dots));
  const auto last = whole(std::string_view(text).substr(std::min(dots + 2, text.size())));
  if (first && last && *last < *first) {
    return usage_error(
        fmt::format("--seeds {} is not a range: it ends before it begins", in_quotes(text)),
        fmt::format("write {}..{}", *last, *first));
  }
  if (!first || !last) {
    return usage_error(fmt::format("--seeds {} is not a range", in_quotes(text)),
                       "write it like 1..100");
  }
  if (*last - *first >= kSeedsMax) {
    return usage_error(fmt::format("--seeds {} is more than a million seeds", in_quotes(text)));
  }
  return SeedRange{*first, *last};
}

}  // namespace tokenlife::sim
