#include "sim/report/load.hpp"

#include <algorithm>

#include "sim/analysis/time_in_line.hpp"

namespace tokenlife::sim {
namespace {

// When an endpoint's limit was which: {from, until, limit}.
struct LimitStretch {
  Instant from, until;
  std::optional<Capacity> capacity;
};

std::vector<LimitStretch> limits_of(Endpoint endpoint, std::span<const Recorded<SiteEvent>> site,
                                    Instant end) {
  std::vector<LimitStretch> limits{{Instant{}, end, {}}};
  const auto change = [&](Instant when, const std::optional<Capacity>& capacity) {
    limits.back().until = when;
    limits.push_back({when, end, capacity});
  };
  for (const Recorded<SiteEvent>& recorded : site) {
    if (const auto* begun = std::get_if<SiteEstablished>(&recorded.event)) {
      change(recorded.time, begun->capacities.of(endpoint));
    } else if (const auto* changed = std::get_if<CapacityChanged>(&recorded.event)) {
      if (changed->endpoint == endpoint) change(recorded.time, changed->capacity);
    }
  }
  return limits;
}

// The most in each stretch up to a moment, which is not in it. The moments are in order.
std::vector<std::uint64_t> most_in_line(const std::map<Instant, std::int64_t>& line,
                                        const std::vector<Instant>& ends) {
  std::vector<std::uint64_t> all;
  std::int64_t length = 0;
  auto next = line.begin();
  Instant begin = Instant::min();
  for (const Instant end : ends) {
    // Who leaves when it begins was not in line in it.
    for (; next != line.end() && next->first <= begin; ++next) length += next->second;
    std::int64_t most = length;
    for (; next != line.end() && next->first < end; ++next) {
      length += next->second;
      most = std::max(most, length);
    }
    all.push_back(static_cast<std::uint64_t>(most));
    begin = end;
  }
  return all;
}

std::size_t place_of(Endpoint endpoint) { return endpoint == Endpoint::mp ? 0 : 1; }

}  // namespace

LoadFold::LoadFold(const events::LogHeader& header, std::span<const Recorded<SiteEvent>> site,
                   const Grid& levels, const Grid& doings)
    : levels_(levels),
      doings_(doings),
      start_(at(Duration{doings.first - header.start_unix_seconds})),
      end_(at(header.duration)),
      latency_(latency_of(site)) {
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
    for (const LimitStretch& limit : limits_of(endpoint, site, end_)) {
      if (limit.capacity) is_limited_[place_of(endpoint)] = is_any_limited_ = true;
    }
    OfEndpoint& its = endpoints_[place_of(endpoint)];
    its.answered.resize(doings.count);
    its.turned_away.resize(doings.count);
    its.longest_wait.resize(doings.count);
  }
}

std::size_t LoadFold::doing_at(Instant when) const {
  const std::int64_t place = (when - start_).count() / doings_.width.count();
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(place, 0, static_cast<std::int64_t>(doings_.count) - 1));
}

// Who is served at once stands in no line.
void LoadFold::leave_line(const Sent& sent, Instant when) {
  if (when <= sent.at) return;
  auto& line = endpoints_[place_of(sent.via)].line;
  ++line[sent.at];
  --line[when];
}

void LoadFold::answered(Instant now) {
  if (!sent_) return;
  const Duration waited = time_in_line(sent_->at, now, latency_);
  const Instant when = sent_->at + waited;
  leave_line(*sent_, when);
  OfEndpoint& its = endpoints_[place_of(sent_->via)];
  const std::size_t place = doing_at(when);
  ++its.answered[place];
  its.longest_wait[place] = std::max(its.longest_wait[place], waited);
  sent_.reset();
}

void LoadFold::failed(Instant now, FailureReason reason) {
  if (!sent_) return;
  if (reason == FailureReason::answer_lost) return answered(now);
  if (reason == FailureReason::timed_out) {
    leave_line(*sent_, now);
  } else {
    leave_line(*sent_, now - latency_);
  }
  if (reason == FailureReason::busy) {
    ++endpoints_[place_of(sent_->via)].turned_away[doing_at(sent_->at)];
  }
  sent_.reset();
}

// What is not answered when the run ends waits, unless its answer may be on its way.
void LoadFold::client_ended() {
  if (sent_ && end_ - sent_->at > latency_) leave_line(*sent_, end_);
  sent_.reset();
}

void LoadFold::merge(const LoadFold& other) {
  for (std::size_t e = 0; e < endpoints_.size(); ++e) {
    OfEndpoint& its = endpoints_[e];
    const OfEndpoint& more = other.endpoints_[e];
    for (const auto& [when, change] : more.line) its.line[when] += change;
    for (std::size_t i = 0; i < doings_.count; ++i) {
      its.answered[i] += more.answered[i];
      its.turned_away[i] += more.turned_away[i];
      its.longest_wait[i] = std::max(its.longest_wait[i], more.longest_wait[i]);
    }
  }
}

void LoadFold::add_capacity(EndpointOverTime& over_time, const Capacity& capacity, Instant from,
                            Instant until) const {
  for (std::size_t i = 0; i < doings_.count; ++i) {
    const Instant begin = start_ + doings_.width * static_cast<std::int64_t>(i);
    const Duration both = std::min(begin + doings_.width, until) - std::max(begin, from);
    if (both <= Duration{0} || !over_time.capacity[i]) continue;
    const auto seconds = static_cast<std::uint64_t>(both.count());
    // Products of large limits and long stretches do not fit.
    *over_time.capacity[i] +=
        seconds / 60 * capacity.per_minute + seconds % 60 * capacity.per_minute / 60;
  }
}

LoadOverTime LoadFold::finish(std::span<const Recorded<SiteEvent>> site) {
  LoadOverTime load;
  std::vector<Instant> ends;
  const Duration shift{levels_.first - doings_.first};
  for (std::size_t i = 1; i <= levels_.count; ++i) {
    ends.push_back(start_ + shift + levels_.width * static_cast<std::int64_t>(i));
  }
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
    const std::size_t e = place_of(endpoint);
    EndpointOverTime& its = load[e];
    its.is_limited = is_limited_[e];
    if (!its.is_limited) continue;
    its.in_line = most_in_line(endpoints_[e].line, ends);
    its.answered = std::move(endpoints_[e].answered);
    its.turned_away = std::move(endpoints_[e].turned_away);
    its.longest_wait = std::move(endpoints_[e].longest_wait);
    its.capacity.assign(doings_.count, std::uint64_t{0});
    for (const LimitStretch& limit : limits_of(endpoint, site, end_)) {
      if (limit.capacity) {
        add_capacity(its, *limit.capacity, limit.from, limit.until);
      } else if (limit.from < limit.until) {
        for (std::size_t i = doing_at(limit.from); i <= doing_at(limit.until - Duration{1}); ++i) {
          its.capacity[i].reset();
        }
      }
    }
  }
  return load;
}

}  // namespace tokenlife::sim
