// A packed log, read in one pass: from a file or from a pipe. Not installed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "core/result.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

class PackedStream {
 public:
  // `name` is for errors. The descriptor stays the caller's.
  PackedStream(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {}

  // The next bytes. That there are fewer is damage.
  Result<void, LogError> read(std::span<std::byte> bytes);
  // So many of the next bytes, piece by piece.
  using OnBytes = std::function<Result<void, LogError>(std::span<const std::byte>)>;
  Result<void, LogError> copy(std::uint64_t bytes, const OnBytes& on_bytes);
  // That nothing follows.
  Result<void, LogError> check_end();

  const std::string& name() const { return name_; }

 private:
  // 0: there are none.
  Result<std::size_t, LogError> read_some(std::span<std::byte> bytes);

  int descriptor_;
  std::string name_;
  std::uint64_t position_ = 0;
};

}  // namespace tokenlife::events
