// The site's part of the naive simulation: step 1 for all that is not a client.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/event.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::naive {

class NaiveSite {
 public:
  explicit NaiveSite(const sim::Scenario& scenario);

  // Ends that are due at `now`, before the actions of that tick.
  void end_what_is_over(Instant now);
  void act(const sim::SiteAction& action, Turn turn, Instant now);

  void set_policy(const SitePolicyChange& change, std::uint32_t number, Instant now);

  bool is_up(Endpoint endpoint) const { return outages[static_cast<std::size_t>(endpoint)] == 0; }

  struct Bulk {
    Guid guid;
    Instant not_before;
    Instant expires;
    bool blocked = false;
    std::uint32_t signing_key = 0;
  };

  std::vector<Recorded<SiteEvent>> events;
  Policy policy;
  Capacities capacities;
  std::array<int, 3> outages{};  // by Endpoint: how many cover this tick
  std::vector<Bulk> bulk;        // all that have been issued
  std::uint32_t signing_key = 0;
  std::vector<bool> retired{false};  // by key

  // A lose-answers action that covers this tick.
  struct Losing {
    Instant since;
    Turn turn;
    friend auto operator<=>(const Losing&, const Losing&) = default;
  };
  std::vector<Losing> losing;

  // The token for which a name stands: all of its tokens, in the order in which they were issued.
  // Those of this tick are only known to the actions that come after them.
  Guid newest(std::uint32_t bulk_token, Instant now, std::uint32_t action) const;

 private:
  void record(Instant now, Cause cause, const SiteEvent& event);
  void retire(std::uint32_t key, Cause cause, Instant now);

  // One for each action on the site; `since` it began.
  void end(const sim::Outage& outage, Turn turn, Duration since, Instant now);
  void end(const sim::RotateCertificate& rotation, Turn turn, Duration since, Instant now);
  void end(const sim::LoseAnswers& loss, Turn turn, Duration since, Instant now);
  static void end(const sim::IssueBulk&, Turn turn, Duration since, Instant now);
  static void end(const sim::BlockBulk&, Turn turn, Duration since, Instant now);
  static void end(const sim::UnblockBulk&, Turn turn, Duration since, Instant now);
  static void end(const sim::SetCapacity&, Turn turn, Duration since, Instant now);
  void begin(const sim::SetCapacity& set, Turn turn, Instant now);
  void begin(const sim::Outage& outage, Turn turn, Instant now);
  void begin(const sim::IssueBulk& issue, Turn turn, Instant now);
  void begin(const sim::BlockBulk& block, Turn turn, Instant now);
  void begin(const sim::UnblockBulk& unblock, Turn turn, Instant now);
  void begin(const sim::RotateCertificate& rotation, Turn turn, Instant now);
  void begin(const sim::LoseAnswers& loss, Turn turn, Instant now);
  void block_newest(std::uint32_t bulk_token, bool blocked, Turn turn, Instant now);

  struct Issued {
    Instant at;
    std::uint32_t by;  // the action
    Guid guid;
  };

  const sim::Scenario* scenario_;
  Capacities last_capacities_;  // also of those that have no limit now
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> key_before_;  // by turn
  std::vector<std::vector<Issued>> issued_;  // by index in the scenario
};

}  // namespace tokenlife::naive
