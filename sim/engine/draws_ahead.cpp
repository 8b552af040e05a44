#include "sim/engine/draws_ahead.hpp"

namespace tokenlife::sim {
namespace {

// Draw by draw within each round, not round by round within each draw.
template <std::size_t count>
void make(const Draws& draws, Purpose purpose, std::uint64_t number, DrawBlock& block) {
  std::uint32_t c0[count];
  std::uint32_t c1[count];
  std::uint32_t c2[count];
  std::uint32_t c3[count];
  for (std::size_t i = 0; i < count; ++i) {
    c0[i] = static_cast<std::uint32_t>(number + i);
    c1[i] = static_cast<std::uint32_t>((number + i) >> 32);
    c2[i] = draws.stream();
    c3[i] = static_cast<std::uint32_t>(purpose);
  }
  std::uint32_t k0 = static_cast<std::uint32_t>(draws.key());
  std::uint32_t k1 = static_cast<std::uint32_t>(draws.key() >> 32);
  for (int round = 0; round < kPhiloxRounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) philox_round(c0[i], c1[i], c2[i], c3[i], k0, k1);
    k0 += kPhiloxKeys[0];
    k1 += kPhiloxKeys[1];
  }
  for (std::size_t i = 0; i < count; ++i) {
    block.first[i] = (std::uint64_t{c1[i]} << 32) | c0[i];
    block.second[i] = (std::uint64_t{c3[i]} << 32) | c2[i];
  }
}

constexpr BlockMaker kMakers[] = {
    {"any machine", make<DrawBlock::kFew>, make<DrawBlock::kMany>},
};

void make_block(bool few, const Draws& draws, Purpose purpose, std::uint64_t number,
                DrawBlock& block) {
  static const BlockMaker& fastest = block_makers().back();
  (few ? fastest.few : fastest.many)(draws, purpose, number, block);
}

}  // namespace

std::span<const BlockMaker> block_makers() { return kMakers; }

void ExponentialDraws::make_more() {
  const bool few = number_ == 0;
  DrawBlock block;
  make_block(few, *draws_, purpose_, number_, block);
  made_ = few ? DrawBlock::kFew : DrawBlock::kMany;
  for (std::size_t i = 0; i < made_; ++i) {
    exponential_[i] = exponential(block.first[i]);
    bits_[i] = block.second[i];
  }
  number_ += made_;
  taken_ = 0;
}

void ShareDraws::make_around(std::uint64_t number) {
  const bool few = made_ == 0;
  first_ = number < 2 ? 0 : number - 2;
  DrawBlock block;
  make_block(few, *draws_, purpose_, first_, block);
  made_ = few ? DrawBlock::kFew : DrawBlock::kMany;
  below_ = 0;
  for (std::size_t i = 0; i < made_; ++i) {
    if (share_draw(block.first[i]) < share_.of_2_32) below_ |= std::uint32_t{1} << i;
  }
}

}  // namespace tokenlife::sim
