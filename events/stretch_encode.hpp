// Cuts the events of a batch into stretches of time and codes them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/time.hpp"
#include "events/client_batch.hpp"
#include "events/stretch.hpp"

namespace tokenlife::events {

class StretchEncoder {
 public:
  // Times are expected to be multiples of the tick; a batch where one is not takes more bytes.
  explicit StretchEncoder(Duration tick);

  // In the order of time, and valid until the next call. Together they hold the batch, whose slices
  // must be of clients that follow each other. At least one.
  std::span<const Stretch> encode(const ClientBatch& batch);

 private:
  void plan(const ClientBatch& batch);
  bool code(const ClientBatch& batch, std::uint32_t unit);
  std::uint8_t code_of(const Shape& shape);

  std::uint32_t tick_;
  std::size_t count_ = 0;    // of the stretches in use
  std::uint64_t width_ = 1;  // of each, seconds
  std::vector<Stretch> stretches_;
  std::vector<Shape> shapes_;
  std::vector<std::uint8_t> codes_;  // [kind][cause][flags][detail]: kOtherShape, or its code
};

}  // namespace tokenlife::events
