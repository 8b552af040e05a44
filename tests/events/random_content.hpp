// What a log says, made up at random: events that are legal, of every kind.
#pragma once

#include <rapidcheck.h>

#include <iosfwd>

#include "core/names.hpp"
#include "events/log_content.hpp"

namespace tokenlife::test {

inline int any_below(int end) { return *rc::gen::resize(100, rc::gen::inRange(0, end)); }

template <class Enum>
Enum any_of(std::size_t count = kCount<Enum>) {
  return static_cast<Enum>(any_below(static_cast<int>(count)));
}

// Of at most so many clients, with about so many events each.
rc::Gen<LogContent> any_content(int clients_max, int tries);

// RapidCheck prints a counterexample's outline: the events themselves would fill screens.
std::ostream& operator<<(std::ostream& out, const LogContent& content);

}  // namespace tokenlife::test
