#include "sim/engine/spell_tally.hpp"

#include <algorithm>
#include <utility>

#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kUnmergedMax = std::size_t{1} << 16;

}  // namespace

std::optional<std::size_t> Days::doing_of(EventKind kind) {
  switch (kind) {
    case EventKind::registration_completed: return 0;
    case EventKind::token_renewed: return 1;
    case EventKind::registration_refused:
    case EventKind::renewal_refused: return 2;
    case EventKind::registration_failed:
    case EventKind::renewal_failed: return 3;
    default: return std::nullopt;
  }
}

std::optional<Duration> SpellCount::percentile(unsigned percent) const {
  const std::uint64_t ended = by_itself + by_action;
  if (ended == 0) return std::nullopt;
  const std::uint64_t rank = std::max<std::uint64_t>(1, (ended * percent + 99) / 100);
  std::uint64_t seen = 0;
  for (const auto& [length, count] : lengths) {
    seen += count;
    if (seen >= rank) return length;
  }
  return std::nullopt;
}

// ---- Levels ------------------------------------------------------------------------------------

void Level::add(Instant when, std::int64_t change) {
  if (!changes_.empty() && changes_.size() > merged_ && changes_.back().first == when) {
    changes_.back().second += change;
    return;
  }
  changes_.emplace_back(when, change);
  if (changes_.size() - merged_ > kUnmergedMax) merge();
}

void Level::merge() const {
  if (merged_ == changes_.size()) return;
  std::stable_sort(changes_.begin(), changes_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::pair<Instant, std::int64_t>> merged;
  for (const auto& change : changes_) {
    if (!merged.empty() && merged.back().first == change.first) {
      merged.back().second += change.second;
    } else {
      merged.push_back(change);
    }
  }
  changes_ = std::move(merged);
  merged_ = changes_.size();
}

void Level::add(const Level& other) {
  changes_.insert(changes_.end(), other.changes_.begin(), other.changes_.end());
  merged_ = 0;
  merge();
}

Level::Peak Level::peak() const {
  merge();
  Peak peak;
  std::int64_t level = 0;
  for (const auto& [when, change] : changes_) {
    level += change;
    if (level > static_cast<std::int64_t>(peak.count)) {
      peak = {static_cast<std::uint64_t>(level), when};
    }
  }
  return peak;
}

std::vector<std::uint64_t> Level::at(const std::vector<Instant>& moments) const {
  merge();
  std::vector<std::uint64_t> levels;
  std::int64_t level = 0;
  auto next = changes_.begin();
  for (const Instant moment : moments) {
    for (; next != changes_.end() && next->first <= moment; ++next) level += next->second;
    levels.push_back(static_cast<std::uint64_t>(level));
  }
  return levels;
}

Duration Level::time_until(Instant end) const {
  merge();
  Duration time{0};
  for (const auto& [when, change] : changes_) {
    if (when < end) time += change * (end - when);
  }
  return time;
}

// ---- Days --------------------------------------------------------------------------------------

Duration width_of_days(const Scenario& scenario) {
  const Duration share = round_up(Duration{(scenario.duration.count() + 399) / 400}, scenario.tick);
  return round_up(std::max<Duration>(std::chrono::days{1}, share), scenario.tick);
}

std::vector<Instant> ends_of_days(const Scenario& scenario) {
  std::vector<Instant> ends;
  const Duration width = width_of_days(scenario);
  for (Duration end = width; end - width < scenario.duration; end += width) {
    ends.push_back(tokenlife::at(std::min(end, scenario.duration) - scenario.tick));
  }
  return ends;
}

// ---- What happens ------------------------------------------------------------------------------

SpellTally::SpellTally(const Scenario& scenario)
    : stranded_at_end(scenario.cohorts.size()), out_of_service_at_end(scenario.cohorts.size()) {
  days.width = width_of_days(scenario);
  const std::size_t count = ends_of_days(scenario).size();
  days.moves.resize(count);
  days.doings.resize(count);
}

void StrandedWatch::left_at(Instant now) {
  if (!since || first) return;
  const Instant begin = std::max(*since, from);
  if (begin >= now) return;
  first = begin;
  is_cause_open = true;
}

void SpellTally::serves(Instant now, Service before, Service after) {
  if (watch_ != nullptr) {
    if (before == Service::stranded) watch_->left_at(now);
    watch_->since = after == Service::stranded ? std::optional(now) : std::nullopt;
    return;
  }
  const auto step = [&](Level& level, Service least) {
    const int change = (after >= least ? 1 : 0) - (before >= least ? 1 : 0);
    if (change != 0) level.add(now, change);
  };
  step(out_of_service, Service::out_of_service);
  step(stranded, Service::stranded);
}

void SpellTally::ended(const EndedSpell& spell) {
  if (watch_ != nullptr) {
    // The client's tick is not over: whether it is still stranded is told after it.
    watch_->left_at(spell.end);
    watch_->since.reset();
    if (std::exchange(watch_->is_cause_open, false)) watch_->cause = spell.spell.cause;
    return;
  }
  SpellCount& count = spells[static_cast<std::size_t>(spell.spell.cause)];
  ++(spell.by_action ? count.by_action : count.by_itself);
  ++count.lengths[spell.end - spell.spell.begin];
}

std::size_t SpellTally::day_of(Instant now) const {
  return static_cast<std::size_t>(now.time_since_epoch() / days.width);
}

void SpellTally::moved(Instant now, LifecycleState before, LifecycleState after) {
  auto& day = days.moves[day_of(now)];
  --day[static_cast<std::size_t>(before)];
  ++day[static_cast<std::size_t>(after)];
}

void SpellTally::did(Instant now, EventKind kind) {
  if (const auto doing = Days::doing_of(kind)) ++days.doings[day_of(now)][*doing];
}

void SpellTally::end_client(ClientNumber number, const Client& client, Instant since,
                            Service service, const std::optional<Spell>& spell) {
  if (!spell) return;
  if (watch_ != nullptr) {
    watch_->left_at(kNever);
    if (std::exchange(watch_->is_cause_open, false)) watch_->cause = spell->cause;
    return;
  }
  ++spells[static_cast<std::size_t>(spell->cause)].not_at_all;
  if (service != Service::served) ++out_of_service_at_end[cohort_.value];
  if (service != Service::stranded) return;
  ++stranded_at_end[cohort_.value][static_cast<std::size_t>(spell->cause)];
  if (!wanted_.stranded_clients) return;
  stranded_clients.push_back({number, client, since, service, spell});
}

std::uint64_t SpellTally::stranded_in(std::size_t cohort) const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : stranded_at_end[cohort]) sum += count;
  return sum;
}

std::uint64_t SpellTally::all_stranded() const {
  std::uint64_t sum = 0;
  for (std::size_t c = 0; c < stranded_at_end.size(); ++c) sum += stranded_in(c);
  return sum;
}

void SpellTally::add(const SpellTally& other) {
  const auto add_each = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  for (std::size_t i = 0; i < spells.size(); ++i) {
    spells[i].by_itself += other.spells[i].by_itself;
    spells[i].by_action += other.spells[i].by_action;
    spells[i].not_at_all += other.spells[i].not_at_all;
    for (const auto& [length, count] : other.spells[i].lengths) spells[i].lengths[length] += count;
  }
  stranded.add(other.stranded);
  out_of_service.add(other.out_of_service);
  for (std::size_t c = 0; c < stranded_at_end.size(); ++c) {
    add_each(stranded_at_end[c], other.stranded_at_end[c]);
  }
  add_each(out_of_service_at_end, other.out_of_service_at_end);
  stranded_clients.insert(stranded_clients.end(), other.stranded_clients.begin(),
                          other.stranded_clients.end());
  for (std::size_t i = 0; i < days.moves.size(); ++i) {
    add_each(days.moves[i], other.days.moves[i]);
    add_each(days.doings[i], other.days.doings[i]);
  }
}

}  // namespace tokenlife::sim
