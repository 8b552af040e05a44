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

// ---- dwell -------------------------------------------------------------------------------------

// Between two quantiles lengths rise in a straight line, reckoned exactly and rounded up to a tick.
Duration stay_by_quantiles(const std::vector<Duration>& quantiles, std::uint64_t bits,
                           Duration tick) {
  __extension__ using Wide = unsigned __int128;
  const Wide place = Wide{bits} * (quantiles.size() - 1);
  const auto before = static_cast<std::size_t>(place >> 64);
  const auto beyond = static_cast<std::uint64_t>(place);
  const std::int64_t from = quantiles[before] / tick;
  const auto rise = static_cast<std::uint64_t>(quantiles[before + 1] / tick - from);
  const Wide almost_one = ~std::uint64_t{0};
  const auto more = static_cast<std::int64_t>((Wide{rise} * beyond + almost_one) >> 64);
  return tick * std::max<std::int64_t>(1, from + more);
}

// ---- week --------------------------------------------------------------------------------------

namespace {

// Days since 1970-01-01, a Thursday; 0 is Monday.
std::size_t weekday(std::int64_t unix_day) {
  return static_cast<std::size_t>(((unix_day + 3) % 7 + 7) % 7);
}

}  // namespace

std::int64_t WeekWalk::local_day(Instant t) const {
  Duration local = Duration{context_.start_unix_seconds} + t.time_since_epoch();
  if (model_->offsets != nullptr) {
    const ZoneOffsets& offsets = *model_->offsets;
    const auto after = std::upper_bound(
        offsets.begin() + 1, offsets.end(), t.time_since_epoch(),
        [](Duration moment, const ZoneOffset& zone) { return moment < zone.from; });
    local += std::prev(after)->offset;
  }
  return std::chrono::floor<std::chrono::days>(local).count();
}

// The first moment at which they show that or more.
Instant WeekWalk::moment(std::int64_t day, Duration after_midnight) const {
  const Duration local =
      std::chrono::days{day} + after_midnight - Duration{context_.start_unix_seconds};
  if (model_->offsets == nullptr) return at(local);
  const ZoneOffsets& offsets = *model_->offsets;
  std::size_t i = 0;
  while (i + 1 < offsets.size() && offsets[i + 1].from + offsets[i].offset <= local) ++i;
  const Duration moment = local - offsets[i].offset;
  return at(i == 0 ? moment : std::max(moment, offsets[i].from));
}

void WeekWalk::turn() {
  const Instant from = context_.draws->later_from();
  std::int64_t day = std::max(first_day_, local_day(from) - 1);
  while (opens(day) < from) ++day;
  attendance_.turn_at(static_cast<std::uint64_t>(day - first_day_));
}

// The draw's number is the day's, whenever the client was installed.
bool WeekWalk::attends(std::int64_t day) {
  if (!model_->office_days[weekday(day)]) return false;
  if (!model_->holidays.empty() &&
      std::binary_search(model_->holidays.begin(), model_->holidays.end(),
                         std::chrono::sys_days{std::chrono::days{day}})) {
    return false;
  }
  if (model_->attendance.of_2_32 >= Share::kWhole) return true;
  return attendance_.below_share(static_cast<std::uint64_t>(day - first_day_));
}

bool WeekWalk::in_office(Instant t) {
  const std::int64_t today = local_day(t);
  // Where clocks are put back over midnight, the next day has begun before.
  const std::int64_t last = model_->offsets == nullptr ? today : today + 1;
  for (std::int64_t day = today - 1; day <= last; ++day) {
    if (opens(day) <= t && t < closes(day) && attends(day)) return true;
  }
  return false;
}

void WeekWalk::look_ahead(Instant after) {
  const std::int64_t from = std::max(first_day_, local_day(after) - 1);
  for (std::int64_t day = from; moment(day, Duration{0}) < context_.end; ++day) {
    if (!attends(day)) continue;
    for (const Instant moment : {opens(day), closes(day)}) {
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
  if (t < begins_) {
    row_ = kBefore;
    next_ = begins_;
    return Network::offline;
  }
  Duration since = t - begins_;
  round_ = begins_;
  if (loops_) {
    round_ += period_ * (since / period_);
    since %= period_;
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
  if (has_next && !(loops_ && row(row_ + 1).at >= period_)) {
    next_ = round_ + row(row_ + 1).at;
  } else {
    next_ = loops_ ? round_ + period_ : kNever;
  }
}

Network TraceWalk::advance() {
  if (row_ == kBefore) round_ = begins_;
  ++row_;  // From kBefore to 0.
  if (row_ == device_->row_count || (loops_ && row(row_).at >= period_)) {
    row_ = 0;
    round_ += period_;
  }
  look_ahead();
  return row(row_).on;
}

}  // namespace tokenlife::sim
