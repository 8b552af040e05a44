// What must be true of every state and action ("always"), and what must happen at least once
// ("sometimes"), so that an exploration in which nothing went on is no proof.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/client.hpp"
#include "core/client_event.hpp"
#include "sim/check/options.hpp"

namespace tokenlife::sim::checker {

class Model;        // model.hpp
struct Transition;  // the same

struct Invariant {
  std::string_view name;
  std::string_view claim;
  std::string_view rules;
  bool (*holds)(const Transition& transition, const Model& model);
};
std::span<const Invariant> always();

// A set of properties of always(), by position.
using ViolationSet = std::uint64_t;

// Those that the transition breaks.
ViolationSet check_invariants(const Transition& transition, const Model& model);

struct Sometimes {
  std::string name;
  std::string claim;
  std::string rules;  // may be empty
};

// What has happened at least once.
class WitnessSet {
 public:
  explicit WitnessSet(const Options& options);

  void add(const Transition& transition);
  // What the options should let happen, and whether it did.
  struct Entry {
    Sometimes property;
    bool met;
  };
  std::vector<Entry> entries() const;

 private:
  bool has_row(LifecycleState from, EventKind event, LifecycleState to, Where where) const;

  Options options_;
  std::array<bool, kCount<LifecycleState>> states_{};
  std::array<bool, kCount<RefusalReason>> refusals_{};
  std::array<bool, kCount<FailureReason>> failures_{};
  // [from][event][where]
  std::array<std::array<std::array<bool, kCount<Where>>, kClientKinds>, kCount<LifecycleState>>
      rows_{};
};

}  // namespace tokenlife::sim::checker
