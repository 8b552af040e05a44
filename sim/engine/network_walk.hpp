// Where one client's network model has it, moment after moment.
//
// A walk has
//   Network start(Instant t)  the network at t, from which on the walk goes; called once
//   Instant next()            when the network may change next; kNever if it never does
//   Network advance()         the network from next() on
// A walk may "change" to the network that it is on; it does not visit moments that change nothing
// at all. Walks know no client state: an override (the action `move`) lies on top of them.
#pragma once

#include <cstdint>

#include "core/client.hpp"
#include "core/time.hpp"
#include "sim/engine/draws_ahead.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// What a walk may look at.
struct WalkContext {
  const Draws* draws;
  std::uint32_t client_in_cohort;
  Duration tick;
  std::int64_t start_unix_seconds;  // of the run
  Instant end;                      // of the run; walks need not look beyond
};

class FixedWalk {
 public:
  FixedWalk(const FixedNetwork& model, const WalkContext&) : on_(model.on) {}
  Network start(Instant) { return on_; }
  Instant next() const { return kNever; }
  Network advance() { return on_; }

 private:
  Network on_;
};

class TimelineWalk {
 public:
  TimelineWalk(const TimelineNetwork& model, const WalkContext&) : model_(&model) {}
  Network start(Instant t);
  Instant next() const { return next_; }
  Network advance();

 private:
  void look_ahead();
  const TimelineNetwork* model_;
  Instant round_;         // when the current round of the steps began
  std::size_t step_ = 0;  // where the walk is
  Instant next_ = kNever;
};

class DwellWalk {
 public:
  DwellWalk(const DwellNetwork& model, const WalkContext& context)
      : model_(&model), draws_(*context.draws, Purpose::network_stay), tick_(context.tick) {
    for (std::size_t i = 0; i < mean_ticks_.size(); ++i) {
      mean_ticks_[i] =
          static_cast<double>(model.stays[i].mean.count()) / static_cast<double>(tick_.count());
    }
  }

  Network start(Instant t) {
    on_ = model_->start;
    since_ = t;
    stay();
    return on_;
  }
  Instant next() const { return next_; }
  Network advance() {
    on_ = to_;
    since_ = next_;
    stay();
    return on_;
  }

 private:
  // One draw a stay: its length and where it leads.
  void stay() {
    const auto here = static_cast<std::size_t>(on_);
    const ExponentialDraws::Draw drawn = draws_.next();
    next_ = since_ + tick_ * whole_ticks(mean_ticks_[here] * drawn.exponential);
    // How many thresholds the draw has passed, without a branch that nobody could predict.
    const auto& to = model_->stays[here].to;
    const std::uint64_t draw = share_draw(drawn.bits);
    static_assert(kCount<Network> == 3);
    to_ = static_cast<Network>((draw >= to[0] ? 1 : 0) + (draw >= to[1] ? 1 : 0));
  }

  const DwellNetwork* model_;
  ExponentialDraws draws_;
  Duration tick_;
  std::array<double, kCount<Network>> mean_ticks_{};
  Instant since_;
  Instant next_;
  Network on_ = Network::offline;
  Network to_ = Network::offline;
};

class WeekWalk {
 public:
  WeekWalk(const WeekNetwork& model, const WalkContext& context)
      : model_(&model),
        context_(context),
        attendance_(*context.draws, Purpose::attendance, model.attendance) {}
  Network start(Instant t);
  Instant next() const { return next_; }
  Network advance();

 private:
  Instant midnight(std::int64_t day) const;
  bool attends(std::int64_t day);
  bool in_office(Instant t);
  void look_ahead(Instant after);

  const WeekNetwork* model_;
  WalkContext context_;
  ShareDraws attendance_;
  bool office_ = false;
  Instant next_ = kNever;
};

class TraceWalk {
 public:
  TraceWalk(const TraceNetwork& model, const WalkContext& context)
      : trace_(model.trace.get()),
        device_(&trace_->devices[context.client_in_cohort % trace_->devices.size()]),
        loops_(model.loop && device_->period > Duration{0}) {}
  Network start(Instant t);
  Instant next() const { return next_; }
  Network advance();

 private:
  const TraceRow& row(std::size_t index) const { return trace_->rows[device_->first_row + index]; }
  void look_ahead();

  const Trace* trace_;
  const Trace::Device* device_;
  bool loops_;
  Instant round_;
  std::size_t row_ = 0;
  Instant next_ = kNever;
};

}  // namespace tokenlife::sim
