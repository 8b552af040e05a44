#include "sim/engine/draws_ahead.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <cstring>

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

#ifdef __x86_64__

// Four draws to a register, a word of each in the lower half of its lane; what the upper halves
// hold does not matter to multiplications.
template <std::size_t count>
__attribute__((target("avx2"))) void make_avx2(const Draws& draws, Purpose purpose,
                                               std::uint64_t number, DrawBlock& block) {
  using Lanes = std::uint64_t __attribute__((vector_size(32)));
  constexpr std::size_t registers = count / 4;
  constexpr std::uint64_t lower_half = 0xffff'ffff;
  Lanes c0[registers];
  Lanes c1[registers];
  Lanes c2[registers];
  Lanes c3[registers];
  for (std::size_t i = 0; i < registers; ++i) {
    c0[i] = Lanes{0, 1, 2, 3} + (number + 4 * i);
    c1[i] = c0[i] >> 32;
    c2[i] = Lanes{} + draws.stream();
    c3[i] = Lanes{} + static_cast<std::uint32_t>(purpose);
  }
  const __m256i m0 = _mm256_set1_epi64x(kPhiloxMultipliers[0]);
  const __m256i m1 = _mm256_set1_epi64x(kPhiloxMultipliers[1]);
  std::uint32_t k0 = static_cast<std::uint32_t>(draws.key());
  std::uint32_t k1 = static_cast<std::uint32_t>(draws.key() >> 32);
  for (int round = 0; round < kPhiloxRounds; ++round) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < registers; ++i) {
      const auto p0 =
          reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(c0[i]), m0));
      const auto p1 =
          reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(c2[i]), m1));
      c0[i] = (p1 >> 32) ^ c1[i] ^ std::uint64_t{k0};
      c1[i] = p1;
      c2[i] = (p0 >> 32) ^ c3[i] ^ std::uint64_t{k1};
      c3[i] = p0;
    }
    k0 += kPhiloxKeys[0];
    k1 += kPhiloxKeys[1];
  }
  for (std::size_t i = 0; i < registers; ++i) {
    const Lanes first = (c1[i] << 32) | (c0[i] & lower_half);
    const Lanes second = (c3[i] << 32) | (c2[i] & lower_half);
    std::memcpy(&block.first[4 * i], &first, sizeof first);
    std::memcpy(&block.second[4 * i], &second, sizeof second);
  }
}

constexpr BlockMaker kMakers[] = {
    {"any machine", make<DrawBlock::kFew>, make<DrawBlock::kMany>},
    {"AVX2", make_avx2<DrawBlock::kFew>, make_avx2<DrawBlock::kMany>},
};
std::size_t makers_of_this_machine() { return __builtin_cpu_supports("avx2") != 0 ? 2 : 1; }

#else

constexpr BlockMaker kMakers[] = {
    {"any machine", make<DrawBlock::kFew>, make<DrawBlock::kMany>},
};
std::size_t makers_of_this_machine() { return 1; }

#endif

void make_block(bool few, const Draws& draws, Purpose purpose, std::uint64_t number,
                DrawBlock& block) {
  static const BlockMaker& fastest = block_makers().back();
  (few ? fastest.few : fastest.many)(draws, purpose, number, block);
}

}  // namespace

std::span<const BlockMaker> block_makers() {
  return std::span(kMakers).first(makers_of_this_machine());
}

void ExponentialDraws::make_more() {
  const bool few = number_ == 0;
  make_block(few, is_later_ ? draws_->later() : *draws_, purpose_, number_, bits_);
  made_ = few ? DrawBlock::kFew : DrawBlock::kMany;
  for (std::size_t i = 0; i < made_; ++i) exponential_[i] = exponential(bits_.first[i]);
  number_ += made_;
  taken_ = 0;
}

void ExponentialDraws::turn() {
  number_ = number();
  made_ = taken_ = 0;
  is_later_ = true;
  later_from_ = kNever;
}

void ShareDraws::make_around(std::uint64_t number) {
  const bool few = made_ == 0;
  first_ = number < 2 ? 0 : number - 2;
  made_ = few ? DrawBlock::kFew : DrawBlock::kMany;
  below_ = first_ < later_from_ ? below(few, *draws_) : below(few, draws_->later());
  if (first_ >= later_from_ || first_ + made_ <= later_from_) return;
  const std::uint32_t before = (std::uint32_t{1} << (later_from_ - first_)) - 1;
  below_ = (below_ & before) | (below(few, draws_->later()) & ~before);
}

std::uint32_t ShareDraws::below(bool few, const Draws& draws) const {
  DrawBlock block;
  make_block(few, draws, purpose_, first_, block);
  std::uint32_t found = 0;
  for (std::size_t i = 0; i < made_; ++i) {
    if (share_draw(block.first[i]) < share_.of_2_32) found |= std::uint32_t{1} << i;
  }
  return found;
}

}  // namespace tokenlife::sim
