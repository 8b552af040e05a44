#include "sim/conform/client_model.hpp"
#include "sim/conform/site_model.hpp"

namespace tokenlife::sim {

std::unique_ptr<Model> make_model(Role role, const Hello& hello) {
  if (role == Role::site) return std::make_unique<SiteModel>(hello);
  return std::make_unique<ClientModel>(hello);
}

}  // namespace tokenlife::sim
