#include "sim/parquet/encoding.hpp"

#include <algorithm>

#include "sim/parquet/thrift.hpp"

namespace tokenlife::sim::parquet {
namespace {

constexpr std::size_t kGroup = 8;         // values that lie side by side
constexpr std::size_t kDeltaBlock = 128;  // a multiple of 128
constexpr std::size_t kDeltaMini = 32;    // a multiple of 32
constexpr int kDeltaBits = 64;

// A run of the hybrid: `count` times the same, or the values themselves.
class Hybrid {
 public:
  Hybrid(std::string& out, int width) : out_(out), width_(width) {}

  void repeat(std::uint32_t value, std::uint64_t count) {
    put_number(out_, count << 1);
    append_plain(out_, value, (width_ + 7) / 8);
  }
  // Of a last run the group that is not full ends in zeros.
  void pack(std::span<const std::uint32_t> values) {
    const std::size_t groups = (values.size() + kGroup - 1) / kGroup;
    put_number(out_, groups << 1 | 1);
    std::uint64_t bits = 0;
    int held = 0;
    for (std::size_t i = 0; i < groups * kGroup; ++i) {
      bits |= std::uint64_t{i < values.size() ? values[i] : 0} << held;
      for (held += width_; held >= 8; held -= 8, bits >>= 8) out_ += static_cast<char>(bits);
    }
  }

 private:
  std::string& out_;
  int width_;
};

}  // namespace

void append_hybrid(std::string& out, std::span<const std::uint32_t> values, int width) {
  Hybrid hybrid(out, width);
  std::size_t packed = 0;  // from here on values wait to be packed
  std::size_t i = 0;
  while (i < values.size()) {
    const auto differs = [&](std::uint32_t value) { return value != values[i]; };
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i);
    const auto run = static_cast<std::size_t>(std::find_if(begin, values.end(), differs) - begin);
    // What waits becomes whole groups with the first of the run.
    const std::size_t lacking = (kGroup - (i - packed) % kGroup) % kGroup;
    if (run < lacking + kGroup) {
      i += run;
      continue;
    }
    if (i + lacking > packed) hybrid.pack(values.subspan(packed, i + lacking - packed));
    hybrid.repeat(values[i], run - lacking);
    i += run;
    packed = i;
  }
  if (packed < values.size()) hybrid.pack(values.subspan(packed));
}

void append_levels(std::string& out, std::uint32_t full_rows,
                   std::span<const std::uint32_t> with_value, std::uint32_t rows) {
  std::vector<std::uint32_t> levels(rows, 0);
  std::fill_n(levels.begin(), full_rows, 1);
  for (const std::uint32_t row : with_value) levels[row] = 1;
  append_hybrid(out, levels, 1);
}

void append_deltas(std::string& out, std::span<const std::int64_t> values) {
  put_number(out, kDeltaBlock);
  put_number(out, kDeltaBlock / kDeltaMini);
  put_number(out, values.size());
  put_number(out, zigzag(values.empty() ? 0 : values[0]));
  for (std::size_t block = 1; block < values.size(); block += kDeltaBlock) {
    const std::size_t count = std::min(kDeltaBlock, values.size() - block);
    put_number(out, zigzag(0));  // what is taken from each
    for (std::size_t mini = 0; mini < kDeltaBlock; mini += kDeltaMini) {
      out += static_cast<char>(mini < count ? kDeltaBits : 0);
    }
    for (std::size_t i = block; i < block + count; ++i) {
      const std::uint64_t delta =
          static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(values[i - 1]);
      append_plain(out, static_cast<std::int64_t>(delta), kDeltaBits / 8);
    }
    out.append((kDeltaMini - count % kDeltaMini) % kDeltaMini * 8, '\0');
  }
}

void append_booleans(std::string& out, std::span<const std::int64_t> values) {
  for (std::size_t i = 0; i < values.size(); i += kGroup) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < kGroup && i + k < values.size(); ++k) {
      bits |= static_cast<unsigned>(values[i + k] != 0) << k;
    }
    out += static_cast<char>(bits);
  }
}

void append_plain(std::string& out, std::int64_t value, int bytes) {
  char little[8];
  for (int i = 0; i < bytes; ++i) little[i] = static_cast<char>(value >> (8 * i));
  out.append(little, static_cast<std::size_t>(bytes));
}

}  // namespace tokenlife::sim::parquet
