#include "events/move_column.hpp"

#include <span>

#if defined(__x86_64__)
#include <tmmintrin.h>
#endif

namespace tokenlife::events {
namespace {

// By code.
using CodeMoves = std::array<std::uint8_t, 256>;

CodeMoves moves_of(const ShapeTable& shapes) {
  CodeMoves moves;
  moves.fill(kNoMove | kAlone);
  for (std::size_t i = 0; shapes[i].kind != kClientKinds; ++i) {
    const std::uint8_t move = move_of(shapes[i]);
    const bool leads_on = move < kRestart && (move & 3) != move >> 2;
    moves[i] = leads_on ? move : move | kAlone;
  }
  return moves;
}

// Those of sixteen events at once, where no code is larger; says of how many events.
#if defined(__x86_64__)
constexpr std::size_t kFew = sizeof(__m128i);
__m128i sixteen_at(const std::uint8_t* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}
[[gnu::target("ssse3")]] std::size_t find_few(const CodeMoves& by_code,
                                              std::span<const std::uint8_t> codes,
                                              std::uint8_t* moves) {
  const __m128i table = sixteen_at(by_code.data());
  __m128i all = _mm_setzero_si128();
  std::size_t i = 0;
  for (; i + kFew <= codes.size(); i += kFew) {
    const __m128i some = sixteen_at(codes.data() + i);
    all = _mm_or_si128(all, some);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(moves + i), _mm_shuffle_epi8(table, some));
  }
  const __m128i too_large = _mm_and_si128(all, _mm_set1_epi8(static_cast<char>(0xf0)));
  return _mm_movemask_epi8(_mm_cmpeq_epi8(too_large, _mm_setzero_si128())) == 0xffff ? i : 0;
}
std::size_t find_some(const CodeMoves& by_code, std::span<const std::uint8_t> codes,
                      std::uint8_t* moves) {
  return __builtin_cpu_supports("ssse3") != 0 ? find_few(by_code, codes, moves) : 0;
}
#else
std::size_t find_some(const CodeMoves&, std::span<const std::uint8_t>, std::uint8_t*) { return 0; }
#endif

// Whether a step may be a long one: one alone, without a number behind it, would go beyond the
// stretch.
bool may_be_long(const StretchView& stretch) {
  const StretchHead& head = stretch.head;
  return !stretch.long_steps.empty() ||
         head.until >= head.from + std::uint64_t{kLongStep} * head.time_unit;
}

}  // namespace

void MoveColumn::find(const StretchView& stretch, bool all_count) {
  const CodeMoves by_code = moves_of(*stretch.shapes);
  const std::size_t events = stretch.codes.size();
  moves_.resize(events);
  // Of its own, as bytes may be a part of anything.
  std::uint8_t* const moves = moves_.data();
  const std::uint8_t* const codes = stretch.codes.data();
  for (std::size_t i = find_some(by_code, stretch.codes, moves); i < events; ++i) {
    moves[i] = by_code[codes[i]];
  }
  if (!all_count || may_be_long(stretch)) {
    for (std::size_t i = 0; i < events; ++i) {
      if (!all_count || stretch.steps[i] == kLongStep) moves[i] |= kAlone;
    }
  }
  for (std::size_t i = events - std::min(events, kAtOnce - 1); i < events; ++i) moves[i] |= kAlone;
}

}  // namespace tokenlife::events
