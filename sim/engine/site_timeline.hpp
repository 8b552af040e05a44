// The site over the whole run. Nothing that clients do changes the site, so its events are known
// before the first client lives, and every client can look up any moment of it.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/decide.hpp"
#include "core/event.hpp"
#include "core/site.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// When something is so: from the first moment, up to but not including the second.
using Span = std::pair<Instant, Instant>;

class SiteTimeline {
 public:
  // Runs the scenario's actions on the site, through the site's own decide and evolve.
  explicit SiteTimeline(const Scenario& scenario);

  // The site's stream, in order.
  const std::vector<Recorded<SiteEvent>>& events() const { return events_; }

  // The site at the tick `now`, after that tick's actions, as it bears on the client's request.
  SiteView view(const Client& client, const Request& request, Instant now) const;

  bool up(Endpoint endpoint, Instant now) const { return up_again(endpoint, now) == now; }
  // The first moment from `now` on at which the endpoint is up.
  Instant up_again(Endpoint endpoint, Instant now) const;
  // The actions by which the endpoint is down at `now`.
  template <class Visitor>
  void for_each_outage(Endpoint endpoint, Instant now, Visitor visit) const {
    for (const ActionSpan& outage : outages_[static_cast<std::size_t>(endpoint)]) {
      if (outage.span.first > now) break;
      if (now < outage.span.second) visit(outage.action);
    }
  }

  // How many signing certificates the site ever has, and which one signs.
  std::uint32_t keys() const { return static_cast<std::uint32_t>(signs_from_.size()); }
  KeyNumber signer(Instant now) const;
  // When the site stops trusting tokens of that signer.
  Instant retired_at(KeyNumber key) const { return retired_at_[key.value]; }

  // What the site knows of the bulk token, if it has issued it.
  std::optional<BulkToken> bulk_token(Guid guid, Instant now) const;

  // The first action whose fault loses the answer to a request sent now, if one does. `draw` is
  // called for each fault that leaves it to chance, and gives 64 random bits.
  template <class Draw>
  std::optional<std::uint32_t> loses_answer(const Request& request, Instant now, Draw draw) const {
    for (const Loss& loss : losses_) {
      if (loss.span.first > now) break;
      if (now >= loss.span.second || !concerns(loss.endpoint, request)) continue;
      const bool certain = loss.share.of_2_32 >= Share::kWhole;
      if (certain || share_draw(draw()) < loss.share.of_2_32) return loss.action;
    }
    return std::nullopt;
  }

 private:
  struct ActionSpan {
    Span span;
    std::uint32_t action;
  };
  struct Loss {
    Span span;
    std::uint32_t action;
    Endpoint endpoint;
    Share share;
  };
  class Builder;

  // An STS gives the answers to registrations and renewals, whichever way they were asked.
  static bool concerns(Endpoint endpoint, const Request& request) {
    return endpoint == request.via ||
           (endpoint == Endpoint::sts && request.kind != RequestKind::exchange);
  }

  std::vector<Recorded<SiteEvent>> events_;
  std::array<std::vector<ActionSpan>, kCount<Endpoint>> outages_;  // by their beginning
  std::array<std::vector<Span>, kCount<Endpoint>> down_;           // merged, in order
  std::vector<Instant> signs_from_;                                // by key
  std::vector<Instant> retired_at_;                                // by key
  std::vector<std::pair<Instant, BulkToken>> bulk_history_;        // by GUID, then time
  std::vector<Loss> losses_;                                       // by their beginning
};

}  // namespace tokenlife::sim
