// A packed log of any bytes is refused, or read; what is read is what those bytes say, and packed
// again it is the same bytes. The input is a packed log, or, if it begins with an `s`, one behind
// that byte whose index is given a digest that fits.
#include <algorithm>
#include <cstring>
#include <string>

#include "core/token/sha256.hpp"
#include "events/pack.hpp"
#include "events/verify.hpp"
#include "fuzz/log_of_bytes.hpp"
#include "fuzz/target.hpp"

namespace tokenlife::test {
namespace {

constexpr std::size_t kIndexHead = 24;

std::string with_digest(std::string bytes) {
  std::uint64_t partitions = 0;
  if (bytes.size() < kIndexHead) return bytes;
  std::memcpy(&partitions, bytes.data() + 8, sizeof partitions);
  if (partitions > (bytes.size() - kIndexHead) / 16) return bytes;
  const std::size_t end = kIndexHead + partitions * 16;
  if (bytes.size() - end < 32) return bytes;
  const auto digest = sha256(bytes.substr(0, end));
  std::copy(digest.begin(), digest.end(), bytes.begin() + static_cast<std::ptrdiff_t>(end));
  return bytes;
}

void check_packed(const std::string& bytes) {
  const auto log = log_of_bytes(bytes);
  if (!log) return;
  std::string again;
  const auto packed =
      events::pack(*log, [&](std::span<const std::byte> some) -> Result<void, events::LogError> {
        again.append(reinterpret_cast<const char*>(some.data()), some.size());
        return {};
      });
  require(packed.has_value(), "what can be opened can be packed");
  require(again == bytes, "it is the same file again");
  const auto facts = events::verify(*log);
  require(!facts || facts->files == 1 + log->partitions().size(), "every file is counted");
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokenlife::test;
  const std::string input(text_of(data, size));
  const bool is_signed = input.starts_with('s');
  check_packed(is_signed ? with_digest(input.substr(1)) : input);
  return 0;
}
