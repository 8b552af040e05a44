#include "sim/tables/day_counter.hpp"

namespace tokenlife::sim {

DayCounter::DayCounter(const events::LogHeader& header)
    : start_(header.start_unix_seconds), first_(floor_day(start_)) {
  const Duration last = events::tick_at(header, kNever).time_since_epoch();
  const bool has_end = header.tick > Duration{0} && last <= Duration{UINT32_MAX};
  if (has_end) day(at(last));
}

void DayCounter::merge(const DayCounter& other) {
  if (days_.size() < other.days_.size()) days_.resize(other.days_.size());
  const auto add = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  for (std::size_t i = 0; i < other.days_.size(); ++i) {
    add(days_[i].states, other.days_[i].states);
    add(days_[i].kinds, other.days_[i].kinds);
    days_[i].out_of_service += other.days_[i].out_of_service;
    days_[i].stranded += other.days_[i].stranded;
  }
  clients_ += other.clients_;
}

std::vector<SqlRow> DayCounter::rows() const {
  std::vector<SqlRow> rows;
  Day level;
  for (std::size_t i = 0; i < days_.size(); ++i) {
    std::int64_t installed = 0;
    for (std::size_t s = 1; s < level.states.size(); ++s) {
      installed += level.states[s] += days_[i].states[s];
    }
    level.states[0] = clients_ - installed;
    level.out_of_service += days_[i].out_of_service;
    level.stranded += days_[i].stranded;
    std::int64_t events = 0;
    for (const std::int64_t count : days_[i].kinds) events += count;
    const std::chrono::days since{first_ + static_cast<std::int64_t>(i)};
    SqlRow row{std::chrono::sys_days{since}};
    for (const std::int64_t count : level.states) row.emplace_back(count);
    row.emplace_back(level.out_of_service);
    row.emplace_back(level.stranded);
    row.emplace_back(events);
    for (const std::int64_t count : days_[i].kinds) row.emplace_back(count);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace tokenlife::sim
