// What a fuzzing target is: libFuzzer's entry point, and a way to say that something is not true.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

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

}  // namespace tokenlife::test
