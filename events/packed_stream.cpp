#include "events/packed_stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace tokenlife::events {
namespace {

// What is copied at a time.
constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20;

}  // namespace

Result<std::size_t, LogError> PackedStream::read_some(std::span<std::byte> bytes) {
  while (true) {
    const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
    const int why = errno;
    if (count == -1 && why == EINTR) continue;
    if (count == -1) {
      return Failed<LogError>(
          LogError{LogError::Kind::io, name_, position_,
                   "cannot read the file: " + std::system_category().message(why)});
    }
    position_ += static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }
}

Result<void, LogError> PackedStream::read(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const auto count = read_some(bytes);
    if (!count) return Failed<LogError>(count.error());
    if (*count == 0) {
      return Failed<LogError>(LogError{LogError::Kind::corrupt, name_, position_,
                                       position_ == 0 ? "not a packed log: there is nothing in it"
                                                      : "the file is truncated to " +
                                                            std::to_string(position_) +
                                                            " bytes, but there were more"});
    }
    bytes = bytes.subspan(*count);
  }
  return {};
}

Result<void, LogError> PackedStream::copy(std::uint64_t bytes, const OnBytes& on_bytes) {
  std::vector<std::byte> piece(std::min(bytes, kPieceBytes));
  while (bytes != 0) {
    const auto some = std::span(piece).first(std::min<std::uint64_t>(bytes, piece.size()));
    auto done = read(some);
    if (done) done = on_bytes(some);
    if (!done) return done;
    bytes -= some.size();
  }
  return {};
}

Result<void, LogError> PackedStream::check_end() {
  std::byte more{};
  const std::uint64_t end = position_;
  const auto count = read_some(std::span(&more, 1));
  if (!count) return Failed<LogError>(count.error());
  if (*count == 0) return {};
  return Failed<LogError>(
      LogError{LogError::Kind::corrupt, name_, end,
               "bytes after the " + std::to_string(end) + " that were written"});
}

}  // namespace tokenlife::events
