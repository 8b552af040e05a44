#include "core/evolve.hpp"
#include "core/evolve_in_place.hpp"

namespace tokenlife {

Result<Client, EventError> evolve(const Client& client, const ClientEvent& event) {
  Client next = client;
  const EventError error =
      std::visit([&](const auto& fact) { return evolve_in_place(next, fact); }, event);
  if (error != EventError::none) return Failed<EventError>(error);
  return next;
}

}  // namespace tokenlife
