#include "events/state_keeper.hpp"

#include <algorithm>

namespace tokenlife::events {
namespace {

// So many times in a batch states are kept,
constexpr std::size_t kTimes = 12;
// but not before so many stretches more: a client takes four bytes, and in a stretch some twenty.
constexpr std::size_t kStretches = 2;

KeptStates place_before(const StretchView& stretch) {
  const StretchHead& head = stretch.head;
  KeptStates place;
  place.stretch = stretch.offset;
  place.first_client = head.first_client;
  place.clients = head.clients;
  place.from = head.from;
  place.time_unit = std::max(head.time_unit, 1U);
  return place;
}

}  // namespace

void StateKeeper::add(std::span<const StretchCursor> stretches) {
  const StretchHead& head = stretches.front().view.head;
  const bool goes_on = last_client_ && last_client_->value == head.first_client;
  const ServiceReplay* first = goes_on && last_ ? &*last_ : nullptr;
  last_client_ = ClientNumber{head.first_client + head.clients - 1};
  const std::size_t kept = kept_.size();
  const bool is_known = !goes_on || first != nullptr;
  if (is_known && follow(stretches, first)) {
    last_ = walk_.clients().back();
    position_.next_seq = walk_.last_seq_end();
    position_.last_time = walk_.last_time();
    return;
  }
  last_.reset();
  kept_.resize(kept);
}

bool StateKeeper::follow(std::span<const StretchCursor> stretches, const ServiceReplay* first) {
  const std::size_t every = std::max(kStretches, stretches.size() / kTimes);
  walk_.begin(stretches.front().view.head, first, position_);
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    if (i != 0 && i % every == 0) {
      KeptStates place = place_before(stretches[i].view);
      place.goes_on = first != nullptr && place.from <= position_.last_time;
      kept_.push_back(encode_states(std::move(place), walk_.clients()));
    }
    if (!walk_.step(stretches[i])) return false;
  }
  return true;
}

}  // namespace tokenlife::events
