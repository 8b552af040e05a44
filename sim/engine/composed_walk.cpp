// Walks that are made of others: of stretches of recordings, and of one walk after the other.
#include <algorithm>

#include "core/ensure.hpp"
#include "sim/engine/walk_of.hpp"

namespace tokenlife::sim {

// ---- resample ----------------------------------------------------------------------------------

void ResampleWalk::enter_block(Instant t) {
  const std::int64_t number = t.time_since_epoch() / model_->block;
  const Instant begins = Instant{} + model_->block * number;
  ends_ = begins + model_->block;
  const auto bits =
      draws_->at(Purpose::resampled_block, static_cast<std::uint64_t>(number), begins);
  if (model_->any_device) device_ = model_->devices[below(bits[1], model_->devices.size())];
  const Trace::Device& device = model_->trace->devices[device_];
  const Stretches stretches = stretches_of(device, model_->block);
  const auto drawn = below(bits[0], static_cast<std::uint64_t>(stretches.count));
  const Duration from = stretches.first + model_->block * static_cast<std::int64_t>(drawn);
  origin_ = begins + (device.begins - from);
}

void ResampleWalk::look_ahead() {
  const bool has_next = row_ + 1 < model_->trace->devices[device_].row_count;
  next_ = has_next ? std::min(ends_, origin_ + row(row_ + 1).at) : ends_;
}

Network ResampleWalk::start(Instant t) {
  enter_block(t);
  const Trace::Device& device = model_->trace->devices[device_];
  const auto* rows = model_->trace->rows.data() + device.first_row;
  const auto* after =
      std::upper_bound(rows, rows + device.row_count, t - origin_,
                       [](Duration moment, const TraceRow& row) { return moment < row.at; });
  ensure(after != rows, "a stretch to begin at or after its device's first row");
  row_ = static_cast<std::size_t>(after - rows) - 1;
  look_ahead();
  return row(row_).on;
}

Network ResampleWalk::advance() {
  if (next_ == ends_) return start(ends_);
  ++row_;
  look_ahead();
  return row(row_).on;
}

// ---- phases ------------------------------------------------------------------------------------

Network PhasedWalk::start(Instant t) {
  std::size_t phase = 0;
  while (t >= model_->phases[phase].until) ++phase;
  return enter(phase, t);
}

Network PhasedWalk::enter(std::size_t phase, Instant t) {
  phase_ = phase;
  if (const auto* dwell = std::get_if<DwellWalk>(&walk_)) stays_ = dwell->stays();
  const Network on = std::visit(
      [&]<class Model>(const Model& model) {
        using Walk = typename WalkOf<Model>::type;
        if constexpr (std::is_same_v<Walk, DwellWalk>) {
          auto& walk = walk_.emplace<Walk>(model, context_, stays_);
          return on_ ? walk.take_over(*on_, t) : walk.start(t);
        } else {
          return walk_.emplace<Walk>(model, context_).start(t);
        }
      },
      model_->phases[phase].model);
  look_ahead();
  on_ = on;
  return on;
}

void PhasedWalk::look_ahead() {
  next_ = model_->phases[phase_].until;
  std::visit(
      [&]<class Walk>(const Walk& walk) {
        if constexpr (!std::is_same_v<Walk, std::monostate>) next_ = std::min(next_, walk.next());
      },
      walk_);
}

Network PhasedWalk::advance() {
  if (next_ == model_->phases[phase_].until) return enter(phase_ + 1, next_);
  std::visit(
      [&]<class Walk>(Walk& walk) {
        if constexpr (!std::is_same_v<Walk, std::monostate>) on_ = walk.advance();
      },
      walk_);
  look_ahead();
  return *on_;
}

}  // namespace tokenlife::sim
