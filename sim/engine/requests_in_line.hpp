// A client's registrations and renewals that stand in an endpoint's queue: the one whose answer it
// awaits, and those that it has given up, which the endpoint does not know.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "core/client.hpp"
#include "core/request.hpp"
#include "sim/engine/timetable.hpp"

namespace tokenlife::sim {

struct CarriedToken;  // token_client.cpp

// A request as it was sent.
struct SentRequest {
  Request request;
  std::uint32_t number;  // of the client's requests
  ClientVersion version;
  LifecycleState state;
  ClientToken token;
  Instant sent;
  Instant served_at = kNever;                   // as far as is known
  bool is_awaited = true;                       // by the client
  std::shared_ptr<const CarriedToken> shown{};  // null: tokens are modelled
};

class RequestsInLine {
 public:
  // Without a timetable it is told who is served.
  explicit RequestsInLine(const Timetable* timetable, ClientNumber client)
      : knows_(timetable != nullptr) {
    if (knows_) timetable_ = timetable->of(client);
  }

  // What is known of the request, which is the client's next one; null: it is served at once.
  const Delayed* look_up(std::uint32_t request) {
    while (next_ < timetable_.size() && timetable_[next_].request < request) ++next_;
    const bool is_there = next_ < timetable_.size() && timetable_[next_].request == request;
    return is_there ? &timetable_[next_] : nullptr;
  }

  void join(SentRequest sent) { waiting_.push_back(std::move(sent)); }
  // The client does not await an answer any longer. One that nobody ever serves is forgotten.
  void give_up() {
    if (waiting_.empty()) return;
    // The one that is awaited is the last.
    waiting_.back().is_awaited = false;
    if (knows_ && waiting_.back().served_at == kNever) waiting_.pop_back();
  }
  bool empty() const { return waiting_.empty(); }
  // When the first of them is served.
  Instant next() const {
    Instant next = kNever;
    if (!knows_) return next;
    for (const SentRequest& sent : waiting_) next = std::min(next, sent.served_at);
    return next;
  }
  // The first of them that is served then, taken out; nothing if there is none.
  std::optional<SentRequest> take(Instant now) {
    if (!knows_) return std::nullopt;
    return take_if([&](const SentRequest& sent) { return sent.served_at == now; });
  }
  // That one. Precondition: it is there.
  SentRequest take(std::uint32_t request) {
    return *take_if([&](const SentRequest& sent) { return sent.number == request; });
  }

 private:
  template <class Is>
  std::optional<SentRequest> take_if(Is is) {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), is);
    if (found == waiting_.end()) return std::nullopt;
    std::optional<SentRequest> taken(std::move(*found));
    waiting_.erase(found);
    return taken;
  }

  bool knows_;
  std::span<const Delayed> timetable_;
  std::size_t next_ = 0;
  // In the order in which they were sent. Nearly always one, which lies in the client itself:
  // elsewhere it would miss the cache.
  boost::container::small_vector<SentRequest, 1> waiting_;
};

}  // namespace tokenlife::sim
