// All events, of clients and of the site, and their names.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <variant>

#include "client_event.hpp"
#include "names.hpp"
#include "site_event.hpp"

namespace tokenlife {

inline constexpr std::size_t kEventKinds = kClientKinds + std::variant_size_v<SiteEvent>;

// All of clients are: of a site's, each says it of itself.
constexpr bool is_of_runs(EventKind kind) {
  constexpr auto of_site = []<class... Events>(std::type_identity<std::variant<Events...>>) {
    return std::array{Events::is_of_runs...};
  }(std::type_identity<SiteEvent>{});
  const auto number = static_cast<std::size_t>(kind);
  return number < kClientKinds || (number < kEventKinds && of_site[number - kClientKinds]);
}

template <>
struct Names<EventKind> {
  static constexpr std::array<std::string_view, kEventKinds> values = [] {
    std::array<std::string_view, kEventKinds> names{};
    std::size_t i = 0;
    for (const std::string_view name : EventList<ClientEvent>::names) names[i++] = name;
    for (const std::string_view name : EventList<SiteEvent>::names) names[i++] = name;
    return names;
  }();
};

}  // namespace tokenlife
