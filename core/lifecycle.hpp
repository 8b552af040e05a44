// The lifecycle of a client: which event is legal in which state, and which state follows.
//
// The table itself stands in lifecycle.cpp, the only file that names Boost.MSM; the functions here
// are made from it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "client.hpp"
#include "client_event.hpp"

namespace tokenlife {

struct RowText;  // table_row.hpp

// The rows of the table, in its order.
std::span<const RowText> lifecycle_rows();

// FNV-1a over the text of all rows: logs carry it, to tell by which table they were written.
std::uint64_t lifecycle_fingerprint();

// The lifecycle as the Boost.MSM machine that defines it. Slower than the dispatch table, and equal
// to it: a test holds the two together.
class LifecycleMachine {
 public:
  LifecycleMachine();
  ~LifecycleMachine();
  LifecycleState state() const;
  void restore(LifecycleState state);
  // False, with the state as it was, if the event is not legal.
  bool process(EventKind kind, Where where);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tokenlife
