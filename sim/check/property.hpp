// What must be true of every state and step ("always"), and what must happen at least once
// ("sometimes"), so that an exploration in which nothing went on is no proof.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/step.hpp"

namespace tokenlife::sim::checker {

struct Always {
  std::string_view name;
  std::string_view claim;
  std::string_view rules;
  bool (*holds)(const Deed& deed, const Stepper& stepper);
};
std::span<const Always> always();

// A set of properties of always(), by position.
using Broken = std::uint64_t;

// Those that the deed breaks.
Broken judge_deed(const Deed& deed, const Stepper& stepper);

struct Sometimes {
  std::string name;
  std::string claim;
  std::string rules;  // may be empty
};

// What has happened at least once.
class Coverage {
 public:
  explicit Coverage(const Options& options);

  void add(const Deed& deed);
  // What the options should let happen, and whether it did.
  struct Entry {
    Sometimes property;
    bool met;
  };
  std::vector<Entry> entries() const;

 private:
  bool has_row(LifecycleState from, EventKind event, LifecycleState to, Network where) const;

  Options options_;
  std::array<bool, kCount<LifecycleState>> states_{};
  std::array<bool, kCount<RefusalReason>> refusals_{};
  std::array<bool, kCount<FailureReason>> failures_{};
  // [from][event][where]
  std::array<std::array<std::array<bool, kCount<Network>>, kClientKinds>, kCount<LifecycleState>>
      rows_{};
};

}  // namespace tokenlife::sim::checker
