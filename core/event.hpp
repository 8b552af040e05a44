// All events, of clients and of the site, and their names.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <variant>

#include "client_event.hpp"
#include "names.hpp"
#include "site_event.hpp"

namespace tokenlife {

inline constexpr std::size_t kEventKinds = kClientKinds + std::variant_size_v<SiteEvent>;
// Sites on disk alone have the others, and no simulated run.
constexpr bool is_of_runs(EventKind kind) {
  return (kind != ClientTokenIssued::kind && kind <= PolicyChanged::kind) ||
         kind == CapacityChanged::kind;
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
