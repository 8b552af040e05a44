// What key.hpp hides. Included by what works on keys: key.cpp and certificate.cpp.
#pragma once

#include "core/token/key.hpp"
#include "core/token/openssl_handle.hpp"

namespace tokenlife {

// A context that is made ready costs a fifth of a verification; a copy of one costs nothing. The
// one kept here is copied from, and never used itself, so that threads need not wait.
struct PublicKey::Impl {
  EvpKey key;
  EvpContext ready;
  KeyKind kind;
};

struct PrivateKey::Impl {
  EvpKey key;
  EvpContext ready;
};

// The key, if it is of a kind and size that this project uses and passes OpenSSL's check.
Result<std::shared_ptr<const PublicKey::Impl>, KeyFault> checked(EvpKey key);

}  // namespace tokenlife
