#include "core/evolve.hpp"

namespace tokenlife {

Result<Client, EventError> evolve(const Client& client, const ClientEvent& event) {
  Client next = client;
  const EventError legality =
      std::visit([&](const auto& fact) { return evolve_in_place(next, fact); }, event);
  if (legality != EventError::none) return Failed<EventError>(legality);
  return next;
}

}  // namespace tokenlife
