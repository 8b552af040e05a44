// Follows the clients of a log, one after the other, and tells a listener what becomes of each.
#pragma once

#include <algorithm>
#include <utility>

#include "core/site_history.hpp"
#include "events/standing.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {

// Those that are wanted, both included.
struct ClientSpan {
  std::uint32_t first = 0;
  std::uint32_t last = UINT32_MAX;
};

// A visitor of batches. The listener has
//   void happened(const Client& before, const Recorded<Event>&, const StandingReplay& after)
//   void serves(Instant, Service before, Service after)   what the client has of the service
//   void ended(const StandingReplay&, Service)            behind the client's last event
template <class Listener>
class LifeVisitor {
 public:
  LifeVisitor(const SiteHistory& site, const events::LogHeader& header, ClientSpan wanted,
              Listener& listener)
      : site_(site),
        tick_(header.tick),
        end_(events::tick_at(header, kNever)),
        wanted_(wanted),
        listener_(listener),
        standing_(site, header, kNever) {}

  bool begin(ClientNumber number) {
    end_client();
    if (number.value > wanted_.last) return false;
    is_wanted_ = number.value >= wanted_.first;
    if (!is_wanted_) return true;
    standing_.begin(number);
    service_ = Service::served;
    now_ = Instant{};
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    if (!is_wanted_) return true;
    if (recorded.time > now_) follow_service(recorded.time);
    now_ = recorded.time;
    const Client before = standing_.replay().client();
    if (!standing_.on(recorded)) return false;
    listener_.happened(before, recorded, standing_);
    return true;
  }
  // To be called once, behind the last client.
  void end_client() {
    if (!std::exchange(is_wanted_, false)) return;
    // A client on disk lives on.
    const Instant end = end_ == kNever ? now_ : std::max(end_, now_);
    follow_service(end + Duration{1});
    listener_.ended(standing_, service_);
  }

  const events::StandingReplay& standing() const { return standing_; }

 private:
  // From the last event on, and before `next`: the site alone may change it.
  void follow_service(Instant next) {
    while (true) {
      const Service service = standing_.service(now_);
      if (service != service_) listener_.serves(now_, service_, service);
      service_ = service;
      if (service == Service::served) return;
      Instant news = site_.next_news(standing_.replay().client(), now_);
      if (news >= next) return;
      // Nobody is looked at between two ticks.
      if (tick_ > Duration{0}) news = at(round_up(news.time_since_epoch(), tick_));
      if (news >= next) return;
      now_ = news;
    }
  }

  const SiteHistory& site_;
  Duration tick_;
  Instant end_;
  ClientSpan wanted_;
  Listener& listener_;
  events::StandingReplay standing_;
  Service service_ = Service::served;
  Instant now_;
  bool is_wanted_ = false;
};

// All of them that are in the partition. `site` is the log's, over time.
template <class Listener>
Result<void, events::LogError> follow_lives(const events::LogReader& log, const SiteHistory& site,
                                            const events::PartitionSummary& partition,
                                            ClientSpan wanted, Listener& listener) {
  LifeVisitor<Listener> visitor(site, log.header(), wanted, listener);
  events::ReadWindow window;
  window.first_client = wanted.first;
  window.last_client = wanted.last;
  const auto visited = events::visit_batches(log, partition, visitor, window);
  if (!visited) return Failed<events::LogError>(visited.error());
  const auto error = visitor.standing().replay().error(log.file_of(partition), visited->offset);
  if (error) return Failed<events::LogError>(*error);
  visitor.end_client();
  return {};
}

// Whether some of the partition's clients are wanted.
inline bool has_some_of(const events::LogHeader& header, const events::PartitionSummary& partition,
                        ClientSpan wanted) {
  return events::clients_of_partition(partition.partition, header.clients)
      .has_some_of(wanted.first, wanted.last);
}

}  // namespace tokenlife::sim
