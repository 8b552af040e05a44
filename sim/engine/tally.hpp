// What a run counts: integers only, so that the sum does not depend on who counted first.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "../../core/event.hpp"
#include "../scenario/scenario.hpp"

namespace tokenlife::sim {

using StateCounts = std::array<std::uint64_t, kCount<LifecycleState>>;

// Refused or failed: what an event says about why, if anything.
struct WhyNot {
  std::optional<RefusalReason> refusal;
  std::optional<FailureReason> failure;
};
template <class Event>
constexpr WhyNot why_not(const Event& event) {
  if constexpr (HasReason<Event>) {
    if constexpr (std::is_same_v<decltype(event.reason), RefusalReason>) {
      return {event.reason, {}};
    } else {
      return {{}, event.reason};
    }
  } else {
    return {};
  }
}

// What an expectation saw.
struct Observed {
  std::uint64_t count = 0;  // clients in the state, or events
  std::uint64_t per_client_min = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t per_client_max = 0;
};

// Made and verified with OpenSSL: of tokens, proofs of possession and certificates.
struct Signatures {
  std::uint64_t made = 0;
  std::uint64_t verified = 0;
};

class RunStatistics {
 public:
  explicit RunStatistics(const Scenario& scenario);

  // ---- While clients live ----
  void begin_client(CohortNumber cohort);
  // When the next expectation wants to know the client's state; kNever if none does.
  Instant next_observation() const { return next_observation_; }
  // The client is in that state at all moments up to, but not including, `until`.
  void observe(LifecycleState state, Instant until);
  template <class Event>
  void happened(Instant now, const Cause& cause, const Event& event) {
    constexpr EventKind kind = Event::kind;
    ++kinds[static_cast<std::size_t>(kind)];
    if constexpr (HasReason<Event>) {
      const WhyNot why = why_not(event);
      // A refused renewal that ends the token is one refusal, not two.
      if (why.refusal &&
          (kind != EventKind::re_registration_required || cause.kind == CauseKind::exchange)) {
        ++refusals[static_cast<std::size_t>(*why.refusal)];
      }
      if (why.failure) ++failures[static_cast<std::size_t>(*why.failure)];
    }
    if constexpr (kind == EventKind::renewal_requested) {
      ++renewals_by_hour[static_cast<std::size_t>(now.time_since_epoch() / std::chrono::hours{1})];
    }
    if (!watchers_[static_cast<std::size_t>(kind)].empty()) watched(kind, now, why_not(event));
  }
  void end_client(LifecycleState state);
  void had_effect(std::uint32_t action) { ++effects[action]; }

  // Adds what another thread counted.
  void add(const RunStatistics& other);
  void add(const Signatures& others);

  std::array<std::uint64_t, kClientKinds> kinds{};
  std::array<std::uint64_t, kCount<RefusalReason>> refusals{};
  std::array<std::uint64_t, kCount<FailureReason>> failures{};
  std::vector<std::uint32_t> renewals_by_hour;
  std::vector<std::uint64_t> effects;     // by action: how often it changed something
  std::vector<StateCounts> final_states;  // by cohort
  std::vector<Observed> seen;             // by expectation
  std::uint64_t clients = 0;              // whose life is complete
  Signatures signatures;                  // none where tokens are modelled

 private:
  void watched(EventKind kind, Instant now, const WhyNot& why);

  const Scenario* scenario_;
  Instant end_;
  CohortNumber cohort_;
  // Of the current cohort: expectations of states, by time.
  std::vector<std::uint32_t> observations_;
  std::optional<CohortNumber> observations_of_;
  std::size_t next_ = 0;
  Instant next_observation_ = kNever;
  // Expectations of events, by kind, and what the current client did for each.
  std::array<std::vector<std::uint32_t>, kEventKinds> watchers_;
  std::vector<std::uint64_t> of_client_;  // by expectation
  std::vector<std::uint32_t> watched_expectations_;
};

}  // namespace tokenlife::sim
