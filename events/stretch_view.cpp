#include "events/stretch_view.hpp"

namespace tokenlife::events {
namespace {

// The place in which a layout says which columns an event has.
struct ColumnsOf {
  unsigned bits;
  unsigned columns = 0;

  template <class T>
  constexpr void detail(std::string_view, T& value) {
    value = static_cast<T>(bits & ((1U << BitsOf<T>::width) - 1));
    bits >>= BitsOf<T>::width;
  }
  constexpr void cohort(CohortNumber&) { columns |= kHasCohort; }
  constexpr void guid(Guid&) { columns |= kHasGuid; }
  constexpr void guid_if(bool is_there, Guid&) { columns |= is_there ? kHasGuid : 0; }
  constexpr void serial(TokenSerial&) { columns |= kHasSerial; }
  constexpr void token(ClientToken&) { columns |= kHasToken; }
  constexpr void token(ClientToken&, TokenSerial&) { columns |= kHasToken | kHasReplaces; }
};

template <class Event>
constexpr std::array<std::uint8_t, 256> columns_of() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned detail = 0; detail < table.size(); ++detail) {
    ColumnsOf place{detail};
    Event event{};
    Layout<Event>::fields(place, event);
    table[detail] =
        static_cast<std::uint8_t>(place.columns | (is_request(Event::kind) ? kIsRequest : 0));
  }
  return table;
}

template <class... Events>
constexpr ColumnTable column_table(const std::variant<Events...>*) {
  return {columns_of<Events>()...};
}

}  // namespace

constexpr ColumnTable kColumnsOf = column_table(static_cast<const ClientEvent*>(nullptr));

WalkResult check(Shape& shape) {
  if (shape.kind >= kClientKinds) return WalkResult::unknown_kind;
  if (shape.cause >= kCount<CauseKind>) return WalkResult::unknown_cause;
  if (!batch_detail::kDetailIsGood[shape.kind][shape.detail]) return WalkResult::bad_detail;
  const bool may_expect_cause = static_cast<CauseKind>(shape.cause) == CauseKind::request;
  const bool may_expect_fields =
      (kColumnsOf[shape.kind][shape.detail] & (kHasSerial | kHasToken)) != 0;
  const unsigned possible =
      (may_expect_cause ? kCauseAsExpected : 0U) | (may_expect_fields ? kFieldsAsExpected : 0U);
  if ((shape.flags & ~possible) != 0) return WalkResult::bad_detail;
  if (has_number(static_cast<CauseKind>(shape.cause))) shape.flags |= kCauseHasNumber;
  return WalkResult::done;
}

WalkResult batch_detail::find_shape(std::uint8_t code, NumberReader& numbers, Shape& shape) {
  if (code != kOtherShape) return WalkResult::unknown_code;
  for (std::uint8_t* field : {&shape.kind, &shape.cause, &shape.detail, &shape.flags}) {
    *field = numbers.take_byte();
  }
  return check(shape);
}

WalkResult check_end(const StretchCursor& cursor) {
  if (cursor.next != cursor.view.codes.size()) return WalkResult::slices_do_not_add_up;
  const bool used_up = cursor.streams.used_up() && cursor.numbers.used_up() &&
                       cursor.next_long == cursor.view.long_steps.size();
  return used_up ? WalkResult::done : WalkResult::column_too_long;
}

}  // namespace tokenlife::events
