// What signs the tokens of a site on disk.
#pragma once

#include "core/token/certificate.hpp"
#include "core/token/key.hpp"

namespace tokenlife::sim {

// What signs tokens: for sign_token().
struct SigningPair {
  PrivateKey key;
  Certificate certificate;
};

}  // namespace tokenlife::sim
