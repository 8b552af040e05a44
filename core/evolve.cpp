#include "core/evolve.hpp"

namespace tokenlife {

Result<Client, Legality> evolve(const Client& client, const ClientEvent& event) {
  Client next = client;
  const Legality legality =
      std::visit([&](const auto& fact) { return evolve_in_place(next, fact); }, event);
  if (legality != Legality::legal) return Failed<Legality>(legality);
  return next;
}

}  // namespace tokenlife
