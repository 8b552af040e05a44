// What a fuzzing target is: libFuzzer's entry point, and a way to say that something is not true.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/token/key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tokenlife::test {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the program: the fuzzer keeps the input. `truth` completes "not true: ".
inline void require(bool holds, const char* truth) {
  if (holds) return;
  std::fputs("not true: ", stderr);
  std::fputs(truth, stderr);
  std::fputs("\n", stderr);
  std::abort();
}

// OpenSSL tries a modulus with numbers drawn by chance: one that no honest key has, a product of
// many factors, can pass once and not again. Found by this fuzzer.
template <class T>
bool is_luck(const Result<T, KeyFault>& again) {
  return !again && again.error() == KeyFault::not_a_good_key;
}

}  // namespace tokenlife::test
