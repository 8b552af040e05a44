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
#include <limits>
#include <optional>
#include <variant>
#include <vector>

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
  // Which device of a trace it replays, modulo their number.
  std::uint32_t trace_device = client_in_cohort;
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

// The length of a stay of those quantiles, by 64 random bits: whole ticks, at least one.
Duration stay_by_quantiles(const std::vector<Duration>& quantiles, std::uint64_t bits,
                           Duration tick);

class DwellWalk {
 public:
  // Its first stay is the client's stay of that number.
  DwellWalk(const DwellNetwork& model, const WalkContext& context, std::uint64_t stays = 0)
      : model_(&model), draws_(*context.draws, Purpose::network_stay, stays), tick_(context.tick) {
    for (std::size_t i = 0; i < mean_ticks_.size(); ++i) {
      mean_ticks_[i] =
          static_cast<double>(model.stays[i].mean.count()) / static_cast<double>(tick_.count());
    }
  }

  Network start(Instant t) { return take_over(model_->start, t); }
  // The same from where a client is.
  Network take_over(Network on, Instant t) {
    on_ = on;
    since_ = t;
    stay();
    return on_;
  }
  std::uint64_t stays() const { return draws_.number(); }
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
    const ExponentialDraws::Draw drawn = draws_.next(since_);
    next_ = since_ + (mean_ticks_[here] > 0
                          ? tick_ * whole_ticks(mean_ticks_[here] * drawn.exponential)
                          : stay_by_quantiles(model_->stays[here].quantiles, drawn.first, tick_));
    // How many thresholds the draw has passed, without a branch that nobody could predict.
    const auto& to = model_->stays[here].to;
    const std::uint64_t draw = share_draw(drawn.second);
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
        first_day_(local_day(Instant{}) - 1),
        attendance_(*context.draws, Purpose::attendance, model.attendance) {
    if (context.draws->later_from() != kNever) turn();
  }
  Network start(Instant t);
  Instant next() const { return next_; }
  Network advance();

 private:
  // Days are local dates, counted from 1970-01-01.
  std::int64_t local_day(Instant t) const;
  // When local clocks show that time after the day's midnight.
  Instant moment(std::int64_t day, Duration after_midnight) const;
  Instant opens(std::int64_t day) const { return moment(day, model_->opens); }
  Instant closes(std::int64_t day) const { return moment(day, model_->closes); }
  // Draws for days whose hours begin later have the other key.
  void turn();
  bool attends(std::int64_t day);
  bool in_office(Instant t);
  void look_ahead(Instant after);

  const WeekNetwork* model_;
  WalkContext context_;
  // The one before the run's start: office hours can reach over midnight.
  std::int64_t first_day_;
  ShareDraws attendance_;
  bool office_ = false;
  Instant next_ = kNever;
};

class TraceWalk {
 public:
  TraceWalk(const TraceNetwork& model, const WalkContext& context)
      : trace_(model.trace.get()),
        device_(&trace_->devices[context.trace_device % trace_->devices.size()]),
        begins_(Instant{} + device_->begins),
        period_(model.period.value_or(device_->period)),
        loops_(model.loop && period_ > Duration{0}) {}
  Network start(Instant t);
  Instant next() const { return next_; }
  Network advance();

 private:
  const TraceRow& row(std::size_t index) const { return trace_->rows[device_->first_row + index]; }
  void look_ahead();

  const Trace* trace_;
  static constexpr std::size_t kBefore = std::numeric_limits<std::size_t>::max();

  const Trace::Device* device_;
  Instant begins_;
  Duration period_;
  bool loops_;
  Instant round_;
  std::size_t row_ = 0;  // kBefore its first row, it is offline
  Instant next_ = kNever;
};

class ResampleWalk {
 public:
  ResampleWalk(const ResampleNetwork& model, const WalkContext& context)
      : model_(&model),
        draws_(context.draws),
        device_(context.trace_device % model.trace->devices.size()) {}
  Network start(Instant t);
  Instant next() const { return next_; }
  Network advance();

 private:
  const TraceRow& row(std::size_t index) const {
    return model_->trace->rows[model_->trace->devices[device_].first_row + index];
  }
  // Draws the stretch of the block in which t is.
  void enter_block(Instant t);
  void look_ahead();

  const ResampleNetwork* model_;
  const Draws* draws_;
  std::size_t device_;
  Instant ends_;    // of the block
  Instant origin_;  // the moment of the run that the device's beginning is put at
  std::size_t row_ = 0;
  Instant next_ = kNever;
};

// One walk after the other.
class PhasedWalk {
 public:
  PhasedWalk(const PhasedNetwork& model, const WalkContext& context)
      : model_(&model), context_(context) {}
  Network start(Instant t);
  Instant next() const { return next_; }
  Network advance();

 private:
  Network enter(std::size_t phase, Instant t);
  void look_ahead();

  const PhasedNetwork* model_;
  WalkContext context_;
  std::size_t phase_ = 0;
  std::variant<std::monostate, FixedWalk, TimelineWalk, DwellWalk, WeekWalk, TraceWalk,
               ResampleWalk>
      walk_;
  std::optional<Network> on_;  // nothing before its start
  std::uint64_t stays_ = 0;    // in the phases before
  Instant next_ = kNever;
};

}  // namespace tokenlife::sim
