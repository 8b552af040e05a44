// One transition table, many uses. A state machine is written down once, as an mp_list of
// boost::msm::front::Rows; this header makes from it
//   - Machine<Table>: the Boost.MSM machine, the definition of what a transition means;
//   - dispatch<Table>(): a constexpr [state][event][case] array, for pools of millions;
//   - rows<Table>(): the rows as text, for documents and pictures;
//   - check<Table>(): compile-time checks of the list itself.
//
// Compiling a Machine takes seconds: do it in one .cpp of a program.
//
// A table is a struct with
//   using States = mp_list<...>;  each derives from boost::msm::front::state<> and has `name`; the
//                                 first is where a machine starts; codes count from 0
//   using Events = mp_list<...>;  each has `name`; codes count from 0
//   using Case = Enum;            what guards look at: an enum whose values count from 0
//   static constexpr std::size_t cases;  how many values
//   using Rows = mp_list<Row<Source, Event, Target, none, Guard>...>;
// Target `none` means that the state stays. Guard is `none` or a type with `name` and
// `static constexpr bool admits(Case)`. Rows have no actions: a table says which histories are
// legal, what an event changes besides the state is the business of `evolve`.
#pragma once

#include <boost/mp11.hpp>
#include <boost/mp11/mpl.hpp>
#include <boost/msm/back/state_machine.hpp>
#include <boost/msm/front/functor_row.hpp>
#include <boost/msm/front/state_machine_def.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "table_row.hpp"

namespace tokenlife::table {

namespace detail {

namespace mp = boost::mp11;
namespace front = boost::msm::front;

template <class Table, class State>
inline constexpr std::size_t state_code = mp::mp_find<typename Table::States, State>::value;
template <class Table, class Event>
inline constexpr std::size_t event_code = mp::mp_find<typename Table::Events, Event>::value;

template <class Row>
using target_of = std::conditional_t<std::is_same_v<typename Row::Target, front::none>,
                                     typename Row::Source, typename Row::Target>;

template <class Guard, class Case>
constexpr bool admits(Case where) {
  if constexpr (std::is_same_v<Guard, front::none>) {
    return true;
  } else {
    return Guard::admits(where);
  }
}

template <class Guard>
constexpr std::string_view guard_name() {
  if constexpr (std::is_same_v<Guard, front::none>) {
    return "";
  } else {
    return Guard::name;
  }
}

}  // namespace detail

template <class Table>
inline constexpr std::size_t kStates = boost::mp11::mp_size<typename Table::States>::value;
template <class Table>
inline constexpr std::size_t kEvents = boost::mp11::mp_size<typename Table::Events>::value;

// [state][event][case] -> code of the next state, or kNoTransition.
template <class Table>
using Dispatch =
    std::array<std::array<std::array<std::uint8_t, Table::cases>, kEvents<Table>>, kStates<Table>>;

template <class Table>
constexpr Dispatch<Table> dispatch() {
  using namespace detail;
  Dispatch<Table> next{};
  for (auto& by_event : next) {
    for (auto& by_case : by_event) by_case.fill(kNoTransition);
  }
  mp::mp_for_each<typename Table::Rows>([&]<class Row>(Row) {
    for (std::size_t c = 0; c < Table::cases; ++c) {
      if (!admits<typename Row::Guard>(static_cast<typename Table::Case>(c))) continue;
      next[state_code<Table, typename Row::Source>][event_code<Table, typename Row::Evt>][c] =
          state_code<Table, target_of<Row>>;
    }
  });
  return next;
}

template <class Table>
constexpr auto rows() {
  using namespace detail;
  std::array<RowText, mp::mp_size<typename Table::Rows>::value> texts{};
  std::size_t i = 0;
  mp::mp_for_each<typename Table::Rows>([&]<class Row>(Row) {
    texts[i++] = {Row::Source::name, Row::Evt::name, target_of<Row>::name,
                  guard_name<typename Row::Guard>()};
  });
  return texts;
}

// What can be wrong with a list of rows. Of two rows that conflict MSM takes the last, silently.
enum class Fault : std::uint8_t { none, conflicting_rows, unreachable_state, unused_event };

template <class Table>
constexpr Fault check() {
  using namespace detail;
  std::array<std::array<std::array<int, Table::cases>, kEvents<Table>>, kStates<Table>> rows_for{};
  mp::mp_for_each<typename Table::Rows>([&]<class Row>(Row) {
    for (std::size_t c = 0; c < Table::cases; ++c) {
      rows_for[state_code<Table, typename Row::Source>][event_code<Table, typename Row::Evt>][c] +=
          admits<typename Row::Guard>(static_cast<typename Table::Case>(c)) ? 1 : 0;
    }
  });
  std::array<bool, kEvents<Table>> used{};
  for (const auto& by_event : rows_for) {
    for (std::size_t e = 0; e < kEvents<Table>; ++e) {
      for (const int count : by_event[e]) {
        if (count > 1) return Fault::conflicting_rows;
        used[e] = used[e] || count == 1;
      }
    }
  }
  for (const bool is_used : used) {
    if (!is_used) return Fault::unused_event;
  }
  std::array<bool, kStates<Table>> reached{true};
  const Dispatch<Table> next = dispatch<Table>();
  for (std::size_t round = 0; round < kStates<Table>; ++round) {
    for (std::size_t s = 0; s < kStates<Table>; ++s) {
      if (!reached[s]) continue;
      for (const auto& by_case : next[s]) {
        for (const std::uint8_t target : by_case) {
          if (target != kNoTransition) reached[target] = true;
        }
      }
    }
  }
  for (const bool is_reached : reached) {
    if (!is_reached) return Fault::unreachable_state;
  }
  return Fault::none;
}

namespace detail {

// What the MSM machine processes: an event of the table, with the case that its guards look at.
template <class Event, class Case>
struct Occurrence {
  Case where;
};

template <class Guard>
struct MsmGuard {
  template <class Event, class Machine, class Source, class Target>
  bool operator()(const Event& event, Machine&, Source&, Target&) const {
    return Guard::admits(event.where);
  }
};

template <class Guard>
struct MsmGuardOf {
  using type = MsmGuard<Guard>;
};
template <>
struct MsmGuardOf<front::none> {
  using type = front::none;
};

template <class Case, class Row>
using MsmRow =
    front::Row<typename Row::Source, Occurrence<typename Row::Evt, Case>, typename Row::Target,
               front::none, typename MsmGuardOf<typename Row::Guard>::type>;

template <class Table>
struct FrontEnd : front::state_machine_def<FrontEnd<Table>> {
  // Actions raise no events; exceptions pass instead of being swallowed.
  using no_message_queue = int;
  using no_exception_thrown = int;
  using active_state_switch_policy = boost::msm::active_state_switch_after_entry;

  using initial_state = mp::mp_front<typename Table::States>;
  using transition_table =
      mp::mp_transform_q<mp::mp_bind_front<MsmRow, typename Table::Case>, typename Table::Rows>;

  // MSM's default is an assert. Here an event without a row is an answer, not a bug.
  template <class Event, class Machine>
  void no_transition(const Event&, Machine&, int) {}
};

// Passes MSM's array of active states through its public serialize().
struct StateArchive {
  int state;
  bool write;
  StateArchive& operator&(int (&states)[1]) {
    (write ? states[0] : state) = write ? state : states[0];
    return *this;
  }
  template <class Other>
  StateArchive& operator&(Other&) {
    return *this;
  }
};

}  // namespace detail

// The Boost.MSM machine of a table, addressed by the table's own codes: MSM's ids follow the order
// of the rows and are never shown.
template <class Table>
class Machine {
 public:
  // Starts in the first state.
  Machine() { machine_.start(); }
  // MSM's own copying resets the state.
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  std::uint8_t state() const {
    return kCodeOf[static_cast<std::size_t>(machine_.current_state()[0])];
  }

  // Precondition: state < kStates<Table>.
  void restore(std::uint8_t state) {
    detail::StateArchive archive{kMsmIdOf[state], true};
    machine_.serialize(archive, 0);
  }

  // Lets `Event` happen. False, with the state as it was, if no row admits it.
  template <class Event>
  bool process(typename Table::Case where = {}) {
    return machine_.process_event(detail::Occurrence<Event, typename Table::Case>{where}) ==
           boost::msm::back::HANDLED_TRUE;
  }

  // The same for the event of that code. Precondition: event_code < kEvents<Table>.
  bool process(std::size_t event_code, typename Table::Case where = {}) {
    bool handled = false;
    boost::mp11::mp_with_index<kEvents<Table>>(event_code, [&](auto index) {
      handled = process<boost::mp11::mp_at<typename Table::Events, decltype(index)>>(where);
    });
    return handled;
  }

 private:
  using Msm = boost::msm::back::state_machine<detail::FrontEnd<Table>>;

  static constexpr auto kMsmIdOf = [] {
    std::array<int, kStates<Table>> ids{};
    std::size_t code = 0;
    boost::mp11::mp_for_each<
        boost::mp11::mp_transform<boost::mp11::mp_identity, typename Table::States>>(
        [&]<class State>(boost::mp11::mp_identity<State>) {
          ids[code++] = boost::msm::back::get_state_id<typename Msm::stt, State>::value;
        });
    return ids;
  }();
  static constexpr auto kCodeOf = [] {
    std::array<std::uint8_t, kStates<Table>> codes{};
    for (std::size_t code = 0; code < codes.size(); ++code) {
      codes[static_cast<std::size_t>(kMsmIdOf[code])] = static_cast<std::uint8_t>(code);
    }
    return codes;
  }();

  Msm machine_;
};

}  // namespace tokenlife::table
