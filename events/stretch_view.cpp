#include "events/stretch_view.hpp"

namespace tokenlife::events {
namespace {

// The place in which a layout says which columns an event has.
struct ColumnsOf {
  unsigned bits;
  unsigned columns = 0;
  unsigned numbers = 0;

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
  constexpr void number(const auto&) { ++numbers; }
  constexpr void number_if(bool is_there, const auto&) { numbers += is_there ? 1 : 0; }
  constexpr void optional(bool is_there, const auto&) { numbers += is_there ? 1 : 0; }
  constexpr bool flag(std::string_view, bool) {
    const bool is_set = (bits & 1) != 0;
    bits >>= 1;
    return is_set;
  }
};

template <class Event>
constexpr ColumnsOf place_of(unsigned detail) {
  ColumnsOf place{detail};
  Event event{};
  Layout<Event>::fields(place, event);
  if (place.numbers > 0) place.columns |= kHasNumbers;
  if (is_request(Event::kind)) place.columns |= kIsRequest;
  return place;
}

template <class Event, unsigned ColumnsOf::*Said>
constexpr std::array<std::uint8_t, 256> said_by() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned detail = 0; detail < table.size(); ++detail) {
    table[detail] = static_cast<std::uint8_t>(place_of<Event>(detail).*Said);
  }
  return table;
}

template <unsigned ColumnsOf::*Said, class... Events>
constexpr ColumnTable table_of(const std::variant<Events...>*) {
  return {said_by<Events, Said>()...};
}

}  // namespace

constexpr ColumnTable kColumnsOf =
    table_of<&ColumnsOf::columns>(static_cast<const ClientEvent*>(nullptr));
constexpr ColumnTable kNumbersOf =
    table_of<&ColumnsOf::numbers>(static_cast<const ClientEvent*>(nullptr));

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

std::optional<std::size_t> put_shapes(std::span<const Shape> shapes, ShapeTable& table) {
  table.fill({kClientKinds, 0, 0, 0});
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    table[i] = shapes[i];
    if (check(table[i]) != WalkResult::done) return i;
  }
  return std::nullopt;
}

StretchView view_of(const Stretch& stretch, const ShapeTable& shapes) {
  const std::size_t events = stretch.head.events;
  return {stretch.head,
          0,
          &shapes,
          stretch.streams,
          std::span(stretch.codes).first(events),
          std::span(stretch.steps).first(events),
          stretch.long_steps,
          stretch.numbers,
          stretch.guids};
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
