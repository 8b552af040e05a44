#include "sim/engine/network_walk.hpp"

#include <algorithm>

#include "core/ensure.hpp"

namespace tokenlife::sim {

// ---- timeline ----------------------------------------------------------------------------------

Network TimelineWalk::start(Instant t) {
  Duration since = t.time_since_epoch();
  round_ = Instant{};
  if (model_->repeat_every) {
    round_ += *model_->repeat_every * (since / *model_->repeat_every);
    since %= *model_->repeat_every;
  }
  const auto after = std::upper_bound(
      model_->steps.begin(), model_->steps.end(), since,
      [](Duration moment, const TimelineNetwork::Step& step) { return moment < step.at; });
  ensure(after != model_->steps.begin(), "the first step of a timeline to be at its start");
  step_ = static_cast<std::size_t>(after - model_->steps.begin()) - 1;
  look_ahead();
  return model_->steps[step_].on;
}

void TimelineWalk::look_ahead() {
  if (step_ + 1 < model_->steps.size()) {
    next_ = round_ + model_->steps[step_ + 1].at;
  } else if (model_->repeat_every && model_->steps.size() > 1) {
    next_ = round_ + *model_->repeat_every;
  } else {
    next_ = kNever;
  }
}

Network TimelineWalk::advance() {
  if (++step_ == model_->steps.size()) {
    step_ = 0;
    round_ += *model_->repeat_every;
  }
  look_ahead();
  return model_->steps[step_].on;
}

// ---- week --------------------------------------------------------------------------------------

namespace {

constexpr std::int64_t kDaySeconds = 86'400;

// The day that the unix second is of, also before 1970.
std::int64_t unix_day(std::int64_t unix_seconds) {
  return std::chrono::floor<std::chrono::days>(Duration{unix_seconds}).count();
}

// Days since 1970-01-01, a Thursday; 0 is Monday.
std::size_t weekday(std::int64_t unix_day) {
  return static_cast<std::size_t>(((unix_day + 3) % 7 + 7) % 7);
}

}  // namespace

Instant WeekWalk::midnight(std::int64_t day) const {
  return at(Duration{day * kDaySeconds - context_.start_unix_seconds});
}

// The draw's number is the day's, counted from the one before the run's start (office hours can
// reach over midnight): a later installation changes nobody's days.
bool WeekWalk::attends(std::int64_t day) {
  if (!model_->office_days[weekday(day)]) return false;
  if (model_->attendance.of_2_32 >= Share::kWhole) return true;
  const std::int64_t first = unix_day(context_.start_unix_seconds) - 1;
  return attendance_.below_share(static_cast<std::uint64_t>(day - first));
}

bool WeekWalk::in_office(Instant t) {
  const std::int64_t seconds = context_.start_unix_seconds + t.time_since_epoch().count();
  for (std::int64_t day = unix_day(seconds) - 1; day <= unix_day(seconds); ++day) {
    if (midnight(day) + model_->opens <= t && t < midnight(day) + model_->closes && attends(day)) {
      return true;
    }
  }
  return false;
}

void WeekWalk::look_ahead(Instant after) {
  const std::int64_t seconds = context_.start_unix_seconds + after.time_since_epoch().count();
  for (std::int64_t day = unix_day(seconds) - 1; midnight(day) < context_.end; ++day) {
    if (!attends(day)) continue;
    for (const Instant moment : {midnight(day) + model_->opens, midnight(day) + model_->closes}) {
      if (moment > after && in_office(moment) != office_) {
        next_ = moment;
        return;
      }
    }
  }
  next_ = kNever;
}

Network WeekWalk::start(Instant t) {
  office_ = in_office(t);
  look_ahead(t);
  return office_ ? Network::intranet : model_->otherwise;
}

Network WeekWalk::advance() {
  office_ = !office_;
  look_ahead(next_);
  return office_ ? Network::intranet : model_->otherwise;
}

// ---- trace -------------------------------------------------------------------------------------

Network TraceWalk::start(Instant t) {
  Duration since = t.time_since_epoch();
  round_ = Instant{};
  if (loops_) {
    round_ += device_->period * (since / device_->period);
    since %= device_->period;
  }
  const auto* rows = trace_->rows.data() + device_->first_row;
  const auto* after =
      std::upper_bound(rows, rows + device_->row_count, since,
                       [](Duration moment, const TraceRow& row) { return moment < row.at; });
  ensure(after != rows, "the first row of a device to be at the trace's start");
  row_ = static_cast<std::size_t>(after - rows) - 1;
  look_ahead();
  return row(row_).on;
}

void TraceWalk::look_ahead() {
  const bool has_next = row_ + 1 < device_->row_count;
  if (has_next && !(loops_ && row(row_ + 1).at >= device_->period)) {
    next_ = round_ + row(row_ + 1).at;
  } else {
    next_ = loops_ ? round_ + device_->period : kNever;
  }
}

Network TraceWalk::advance() {
  ++row_;
  if (row_ == device_->row_count || (loops_ && row(row_).at >= device_->period)) {
    row_ = 0;
    round_ += device_->period;
  }
  look_ahead();
  return row(row_).on;
}

}  // namespace tokenlife::sim
