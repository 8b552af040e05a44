// What signs the tokens of a site on disk: for sign_token().
#pragma once

#include "core/token/certificate.hpp"
#include "core/token/key.hpp"

namespace tokenlife::sim {

struct SigningPair {
  PrivateKey key;
  Certificate certificate;
};

}  // namespace tokenlife::sim
