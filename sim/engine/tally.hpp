// What a run counts: integers only, so that the sum does not depend on who counted first.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "../../core/event.hpp"
#include "../scenario/scenario.hpp"
#include "slot_counts.hpp"
#include "spell_tally.hpp"

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
  // The client is in that state, and so served, at all moments up to, but not including, `until`.
  void observe(LifecycleState state, Service service, Instant until);
  template <class Event>
  void happened(Instant now, const Cause& cause, const Event& event) {
    constexpr EventKind kind = Event::kind;
    if (cause.kind == CauseKind::action || cause.kind == CauseKind::action_end) {
      caused[cause.number] = true;
    }
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
    if constexpr (kind == EventKind::renewal_requested) renewals.add(now);
    if constexpr (kind == EventKind::renewal_requested ||
                  kind == EventKind::registration_requested) {
      if (counts_requests_) requests[static_cast<std::size_t>(event.via)].add(now);
    }
    if (!watchers_[static_cast<std::size_t>(kind)].empty()) watched(kind, now, why_not(event));
  }
  void spell_ended(const EndedSpell& ended) {
    spells.ended(ended);
    if (!spell_watchers_.empty()) watched(ended.spell);
  }
  // `since`: it has been in its state.
  void end_client(ClientNumber number, const Client& client, Instant since, Service service,
                  const std::optional<Spell>& spell);

  // Adds what another thread counted.
  void add(const RunStatistics& other);
  void add(const Signatures& others);
  // Gives all that was counted to another process, or takes it in place of what is here: see
  // part_bytes.hpp. Precondition: both are of the same scenario.
  template <class Bytes>
  void pass(Bytes& bytes) {
    bytes(kinds);
    bytes(refusals);
    bytes(failures);
    renewals.pass(bytes);
    for (SlotCounts& counts : requests) counts.pass(bytes);
    bytes(caused);
    bytes(final_states);
    bytes(seen);
    for (SlotCounts& counts : peaks) counts.pass(bytes);
    bytes(clients);
    bytes(signatures);
    spells.pass(bytes);
  }

  std::array<std::uint64_t, kClientKinds> kinds{};
  std::array<std::uint64_t, kCount<RefusalReason>> refusals{};
  std::array<std::uint64_t, kCount<FailureReason>> failures{};
  SlotCounts renewals;                    // that were asked for
  std::array<SlotCounts, 2> requests;     // to the MP and the CMG, where one of them has a limit
  std::vector<bool> caused;               // by action: whether it, or its end, caused an event
  std::vector<StateCounts> final_states;  // by cohort
  std::vector<Observed> seen;             // by expectation
  std::vector<SlotCounts> peaks;          // by what Expectation::peak_per is given, in their order
  std::uint64_t clients = 0;              // whose life is complete
  Signatures signatures;                  // none where tokens are modelled
  SpellTally spells;

 private:
  void watched(EventKind kind, Instant now, const WhyNot& why);
  void watched(const Spell& spell);

  const Scenario* scenario_;
  bool counts_requests_;
  Instant end_;
  CohortNumber cohort_;
  // Of the current cohort: expectations of states, by time.
  std::vector<std::uint32_t> observations_;
  std::optional<CohortNumber> observations_of_;
  std::size_t next_ = 0;
  Instant next_observation_ = kNever;
  // Expectations of events, by kind, and what the current client did for each.
  std::array<std::vector<std::uint32_t>, kEventKinds> watchers_;
  std::vector<std::uint32_t> spell_watchers_;        // expectations of spells
  std::vector<std::uint64_t> of_client_;             // by expectation
  std::vector<std::uint32_t> watched_expectations_;  // without those of peaks
  std::vector<std::uint32_t> peak_of_;               // by expectation: index into `peaks`
};

}  // namespace tokenlife::sim
