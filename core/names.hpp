// The words by which enumerators are known in scenario files, logs, JSON and reports.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace tokenlife {

// Specialised beside each enum with `static constexpr std::array values{...}`, in the order of the
// enumerators, which count from 0.
template <class Enum>
struct Names;

template <class Enum>
constexpr std::string_view name(Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < Names<Enum>::values.size() ? Names<Enum>::values[index] : "?";
}

// The enumerator of that name, or nothing.
template <class Enum>
constexpr std::optional<Enum> from_name(std::string_view word) {
  for (std::size_t i = 0; i < Names<Enum>::values.size(); ++i) {
    if (Names<Enum>::values[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

template <class Enum>
inline constexpr std::size_t kCount = Names<Enum>::values.size();

}  // namespace tokenlife
