// The site over time, from its events: what it was like at any moment.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "client.hpp"
#include "id.hpp"
#include "recorded.hpp"
#include "site_event.hpp"
#include "site_policy.hpp"

namespace tokenlife {

struct BulkToken;  // bulk_token.hpp
struct Request;    // request.hpp
struct SiteView;   // verdict.hpp

// When something is so: from the first moment, up to but not including the second.
using Span = std::pair<Instant, Instant>;

class SiteHistory {
 public:
  SiteHistory();
  // Precondition: the events are a site's stream from its beginning, each legal where it stands.
  // `knows_all_keys`: a client on disk does not hear of the site's signing certificates, and takes
  // those that its events do not name to be trusted.
  explicit SiteHistory(std::span<const Recorded<SiteEvent>> events, bool knows_all_keys = true);

  SiteHistory(const SiteHistory&);
  SiteHistory(SiteHistory&&) noexcept;
  SiteHistory& operator=(const SiteHistory&);
  SiteHistory& operator=(SiteHistory&&) noexcept;
  ~SiteHistory();

  // What follows is of the tick `now`, after all that happened to the site in it.

  // As it bears on the client's request.
  SiteView view(const Client& client, const Request& request, Instant now) const;
  const Policy& policy(Instant now) const;
  // When the site's policy changes next, after `now`; kNever if it does not.
  Instant next_policy(Instant now) const;

  // What the endpoint, the MP or the CMG, serves; nothing if it has no limit.
  const std::optional<Capacity>& capacity(Endpoint endpoint, Instant now) const;
  // Whether it ever has a limit.
  bool is_limited(Endpoint endpoint) const {
    return is_limited_[static_cast<std::size_t>(endpoint)];
  }

  bool up(Endpoint endpoint, Instant now) const { return up_again(endpoint, now) == now; }
  // The first moment from `now` on at which the endpoint is up, and after `now` at which it is
  // down.
  Instant up_again(Endpoint endpoint, Instant now) const;
  Instant down_next(Endpoint endpoint, Instant now) const;

  // How many signing certificates the site ever has, and which one signs.
  std::uint32_t keys() const { return static_cast<std::uint32_t>(signs_from_.size()); }
  KeyNumber signer(Instant now) const;
  // When the site stops trusting tokens of that signer; of one that it never has, at once.
  Instant retired_at(KeyNumber key) const {
    return key.value < retired_at_.size() ? retired_at_[key.value] : unknown_retired_at_;
  }

  // What the site knows of the bulk token, if it has issued it.
  std::optional<BulkToken> bulk_token(Guid guid, Instant now) const;

  // A13: the first moment after `now` at which what the site would say to a client that does
  // nothing may be another; kNever if there is none.
  Instant next_news(const Client& client, Instant now) const;

  // When what MPs ask of a client that registers changed (R16, R18), in order.
  std::span<const Instant> admission_changes() const { return admission_changes_; }

 private:
  const BulkToken* find_bulk_token(Guid guid, Instant now) const;

  std::array<std::vector<Span>, kCount<Endpoint>> down_;     // merged, in order
  std::vector<Instant> signs_from_{Instant::min()};          // by key
  std::vector<Instant> retired_at_{kNever};                  // by key
  Instant unknown_retired_at_ = Instant::min();              // of other keys
  std::vector<std::pair<Instant, BulkToken>> bulk_history_;  // by GUID, then time
  std::vector<std::pair<Instant, Policy>> policies_{{Instant::min(), Policy{}}};
  std::vector<Instant> admission_changes_;
  std::array<bool, kCount<Endpoint>> is_limited_{};
  std::vector<std::pair<Instant, Capacities>> capacities_{{Instant::min(), Capacities{}}};
};

}  // namespace tokenlife
