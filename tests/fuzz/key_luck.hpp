// Keys that OpenSSL takes or refuses by chance.
#pragma once

#include "core/result.hpp"
#include "core/token/key.hpp"

namespace tokenlife::test {

// OpenSSL tries a modulus with numbers drawn by chance: one that no honest key has, a product of
// many factors, can pass once and not again. Found by this fuzzer.
template <class T>
bool is_luck(const Result<T, KeyFault>& again) {
  return !again && again.error() == KeyFault::not_a_good_key;
}

}  // namespace tokenlife::test
