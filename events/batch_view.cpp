#include "events/batch_view.hpp"

#include "core/ensure.hpp"

namespace tokenlife::events {
namespace batch_detail {
namespace {

// The place in which a layout checks the detail byte alone.
struct Check {
  unsigned bits;
  bool is_good = true;

  template <class T>
  constexpr void detail(std::string_view, const T&) {
    is_good = is_good && (bits & ((1U << BitsOf<T>::width) - 1)) < BitsOf<T>::values;
    bits >>= BitsOf<T>::width;
  }
  constexpr void cohort(CohortNumber) {}
  constexpr void guid(Guid) {}
  constexpr void guid_if(bool, Guid) {}
  constexpr void serial(TokenSerial) {}
  constexpr void token(const ClientToken&) {}
  constexpr void token(const ClientToken&, TokenSerial) {}
  constexpr void number(const auto&) {}
  constexpr void number_if(bool, const auto&) {}
  constexpr void optional(bool, const auto&) {}
  constexpr bool flag(std::string_view, bool) {
    bits >>= 1;
    return false;
  }
};

template <class Event>
constexpr std::array<bool, 256> good_details() {
  std::array<bool, 256> good{};
  for (unsigned detail = 0; detail < good.size(); ++detail) {
    Check place{detail};
    const Event event{};
    Layout<Event>::fields(place, event);
    good[detail] = place.is_good && place.bits == 0;
  }
  return good;
}

template <class... Events>
constexpr DetailTable detail_table(const std::variant<Events...>*) {
  return {good_details<Events>()...};
}

}  // namespace

constexpr DetailTable kDetailIsGood = detail_table(static_cast<const ClientEvent*>(nullptr));

void throw_no_kind_of_client() { throw_bug("an event of a client", __FILE__, __LINE__); }

}  // namespace batch_detail

WalkResult begin_slice(StreamPosition& position, const StreamSlice& slice) {
  const bool goes_on = position.streams != 0 && slice.client == position.client;
  if (!goes_on) {
    const bool is_next = slice.client == std::uint64_t{position.first_client} + position.streams ||
                         (position.has_gaps && slice.client >= position.first_client &&
                          (position.streams == 0 || slice.client > position.client));
    if (!is_next || slice.client >= position.end_client) {
      return WalkResult::client_out_of_order;
    }
    ++position.streams;
    position.client = slice.client;
    position.next_seq = 0;
    position.last_time = 0;
  }
  if (slice.first_seq != position.next_seq) return WalkResult::gap_in_stream;
  if (slice.events > UINT32_MAX - slice.first_seq) return WalkResult::gap_in_stream;
  return WalkResult::done;
}

}  // namespace tokenlife::events
