#include "sim/naive/queues.hpp"

#include <algorithm>
#include <tuple>

namespace tokenlife::naive {

using namespace sim;

void NaiveQueues::drop(Instant now) {
  for (const Recorded<SiteEvent>& recorded : site_->events) {
    const auto* down = std::get_if<EndpointDown>(&recorded.event);
    if (down == nullptr || recorded.time != now || down->endpoint == Endpoint::sts) continue;
    std::vector<Waiting>& line = lines_[static_cast<std::size_t>(down->endpoint)];
    for (const Waiting& one : line) {
      (*clients_)[one.client].be_turned_away(one.number, FailureReason::endpoint_down, now);
    }
    line.clear();
  }
}

void NaiveQueues::serve(Instant now) {
  std::array<std::vector<Waiting>, 2> arrived;
  for (std::uint32_t i = 0; i < clients_->size(); ++i) {
    const auto sent = (*clients_)[i].take_sent();
    if (!sent) continue;
    const bool is_drawn = scenario_->queue_order == QueueOrder::drawn;
    arrived[static_cast<std::size_t>(sent->via)].push_back(
        {i, sent->number, is_drawn ? sent->place : 0, now});
  }
  served_.clear();
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
    auto& here = arrived[static_cast<std::size_t>(endpoint)];
    std::stable_sort(here.begin(), here.end(),
                     [](const Waiting& a, const Waiting& b) { return a.place < b.place; });
    serve(endpoint, here, now);
  }
  // Of one client's requests the one that was sent first is judged first.
  std::stable_sort(served_.begin(), served_.end(),
                   [](const Waiting& a, const Waiting& b) { return a.number < b.number; });
  for (const Waiting& one : served_) (*clients_)[one.client].be_served(one.number, now);
}

void NaiveQueues::serve(Endpoint endpoint, const std::vector<Waiting>& arrived, Instant now) {
  __extension__ using Exact = __int128;
  const auto& capacity = endpoint == Endpoint::mp ? site_->capacities.mp : site_->capacities.cmg;
  std::vector<Waiting>& line = lines_[static_cast<std::size_t>(endpoint)];
  NaiveLoad& load = loads_[static_cast<std::size_t>(endpoint)];
  Exact left = static_cast<Exact>(line.size() + arrived.size());
  if (capacity) {
    const Exact rate =
        Exact{static_cast<std::int64_t>(capacity->per_minute)} * scenario_->tick.count();
    const Exact tick = now.time_since_epoch() / scenario_->tick;
    left = (tick + 1) * rate / 60 - tick * rate / 60;
  }
  std::vector<Waiting> all = line;
  all.insert(all.end(), arrived.begin(), arrived.end());
  const std::size_t waited = line.size();
  line.clear();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Waiting& one = all[i];
    if (left > 0) {
      --left;
      ++load.waits[now - one.sent];
      served_.push_back(one);
    } else if (i < waited || line.size() < capacity->queue) {
      line.push_back(one);
    } else {
      ++load.busy;
      (*clients_)[one.client].be_turned_away(one.number, FailureReason::busy, now);
    }
  }
  load.longest_queue = std::max<std::uint64_t>(load.longest_queue, line.size());
}

}  // namespace tokenlife::naive
