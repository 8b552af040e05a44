// The site's part of the naive simulation: step 1 for all that is not a client.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/event.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::naive {

class NaiveSite {
 public:
  explicit NaiveSite(const sim::Scenario& scenario);

  // Ends that are due at `now`, before the actions of that tick.
  void end_what_is_over(Instant now);
  void act(const sim::SiteAction& action, std::uint32_t number, Instant now);

  bool is_up(Endpoint endpoint) const { return outages[static_cast<std::size_t>(endpoint)] == 0; }

  struct Bulk {
    bool issued = false;
    Instant not_before;
    Instant expires;
    bool blocked = false;
    std::uint32_t signing_key = 0;
  };

  std::vector<Recorded<SiteEvent>> events;
  std::array<int, 3> outages{};  // by Endpoint: how many cover this tick
  std::vector<Bulk> bulk;        // by index in the scenario
  std::uint32_t signing_key = 0;
  std::vector<bool> retired{false};   // by key
  std::vector<std::uint32_t> losing;  // lose-answers actions that cover this tick

 private:
  void record(Instant now, Cause cause, const SiteEvent& event);
  void retire(std::uint32_t key, Cause cause, Instant now);

  // One for each action on the site, whose number is `i`; `since` it began.
  void end(const sim::Outage& outage, std::uint32_t i, Duration since, Instant now);
  void end(const sim::RotateCertificate& rotation, std::uint32_t i, Duration since, Instant now);
  void end(const sim::LoseAnswers& loss, std::uint32_t i, Duration since, Instant now);
  static void end(const sim::IssueBulk&, std::uint32_t i, Duration since, Instant now);
  static void end(const sim::BlockBulk&, std::uint32_t i, Duration since, Instant now);
  static void end(const sim::UnblockBulk&, std::uint32_t i, Duration since, Instant now);
  void begin(const sim::Outage& outage, std::uint32_t i, Instant now);
  void begin(const sim::IssueBulk& issue, std::uint32_t i, Instant now);
  void begin(const sim::BlockBulk& block, std::uint32_t i, Instant now);
  void begin(const sim::UnblockBulk& unblock, std::uint32_t i, Instant now);
  void begin(const sim::RotateCertificate& rotation, std::uint32_t i, Instant now);
  void begin(const sim::LoseAnswers& loss, std::uint32_t i, Instant now);

  const sim::Scenario* scenario_;
  std::vector<std::uint32_t> key_before_;  // by action: the certificate that it replaced
};

}  // namespace tokenlife::naive
