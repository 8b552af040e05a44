// A public key that a user hands over.
#pragma once

#include <optional>

#include "core/id.hpp"
#include "core/token/key.hpp"

namespace tokenlife::sim {

struct GivenKey {
  PublicKey key;
  std::optional<Sha1Thumbprint> thumbprint;  // of the certificate that it stood in
};

}  // namespace tokenlife::sim
