// One client and what is written down of it: every event goes through the rules of evolve first.
#pragma once

#include <cstdint>
#include <utility>

#include "core/ensure.hpp"
#include "core/evolve_in_place.hpp"
#include "core/spell.hpp"
#include "core/spell_follower.hpp"
#include "sim/engine/draws_ahead.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/world.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class ClientRecord {
 public:
  const Client& client() const { return client_; }

 protected:
  ClientRecord(const World& world, const Recorder& recorder, CohortNumber cohort,
               const DrawKeys& draw_keys, std::uint32_t client_in_cohort)
      : world_(world),
        recorder_(recorder),
        scenario_(*world.scenario),
        policy_(scenario_.policy),
        cohort_(scenario_.cohorts[cohort.value]),
        number_{cohort_.first.value + client_in_cohort},
        draws_(draw_keys, client_in_cohort),
        spells_(world.site->admission_changes()),
        counts_days_(recorder.tally != nullptr && recorder.tally->spells.counts_days()),
        is_silent_(recorder.batch == nullptr) {}

  bool installed() const { return client_.state != LifecycleState::not_installed; }
  bool connected() const { return client_.network != Network::offline; }

  template <class Event>
  EventError try_record(Cause cause, const Event& event) {
    const LifecycleState before = client_.state;
    const EventError error = evolve_in_place(client_, event);
    if (error != EventError::none) return error;
    if (!is_silent_) write(before, cause, event);
    ++next_seq_;
    // Where a client is has no bearing on whether its exchanges are taken, unless it turns about.
    if constexpr (Event::kind != EventKind::network_changed) {
      exchanges_taken_until_ = Instant::min();
    }
    return error;
  }
  template <class Event>
  void record(Cause cause, const Event& event) {
    ensure(try_record(cause, event) == EventError::none, "a decided event to be legal");
  }
  // An action that changes nothing is no event.
  template <class Event>
  void happen(Cause cause, const Event& event) {
    const EventError error = try_record(cause, event);
    ensure(error == EventError::none || error == EventError::nothing_changed,
           "an action on a client to be legal or to change nothing");
  }

 private:
  template <class Event>
  void write(LifecycleState before, Cause cause, const Event& event) {
    if (recorder_.batch->full()) {
      recorder_.flush(recorder_.context);
      recorder_.batch->begin(number_.value, next_seq_);
    }
    recorder_.batch->append(now_, cause, event);
    recorder_.tally->happened(now_, cause, event);
    const auto ended = spells_.on(before, {now_, next_seq_, cause}, event);
    if (ended) recorder_.tally->spell_ended(*ended);
    if (client_.state != before) state_since_ = now_;
    if (counts_days_) [[unlikely]] {
      recorder_.tally->spells.moved(now_, before, client_.state);
      recorder_.tally->spells.did(now_, Event::kind);
    }
  }

 protected:
  const World& world_;
  const Recorder& recorder_;
  const Scenario& scenario_;
  Policy policy_;  // the site's, and what the client has heard of
  const Cohort& cohort_;
  ClientNumber number_;
  Draws draws_;
  SpellFollower spells_;

  Client client_;
  Instant now_ = Instant::min();
  Instant exchanges_taken_until_ = Instant::min();  // as far as is known
  Instant state_since_;
  const bool counts_days_;
  const bool is_silent_;  // nobody reads its events
  std::uint32_t next_seq_ = 0;
};

}  // namespace tokenlife::sim
