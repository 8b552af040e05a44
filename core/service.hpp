// A13: what a client has of the service. The rules answer it: see spell.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "client.hpp"
#include "names.hpp"

namespace tokenlife {

// What a client has of the service at a moment. Stranded clients are out of service too.
enum class Service : std::uint8_t {
  served,          // it holds a good token, or is not installed
  out_of_service,  // it holds none
  stranded,        // and nothing that it does by itself, where it is, would bring it one
};
template <>
struct Names<Service> {
  static constexpr std::array<std::string_view, 3> values{"served", "out-of-service", "stranded"};
};

constexpr bool is_out_of_service(LifecycleState state) {
  constexpr auto bit = [](LifecycleState s) { return 1U << static_cast<unsigned>(s); };
  constexpr unsigned without = bit(LifecycleState::installed) | bit(LifecycleState::expired) |
                               bit(LifecycleState::re_registration_required);
  return (without & bit(state)) != 0;
}

}  // namespace tokenlife
