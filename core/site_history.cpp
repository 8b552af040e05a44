#include "core/site_history.hpp"

#include <algorithm>

#include "core/ensure.hpp"
#include "core/policy.hpp"
#include "core/request.hpp"
#include "core/site.hpp"
#include "core/verdict.hpp"

namespace tokenlife {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::size_t place_of(Endpoint endpoint) { return static_cast<std::size_t>(endpoint); }

// The last of them that is not after `now`, which there is.
template <class Value>
const Value& latest(const std::vector<std::pair<Instant, Value>>& values, Instant now) {
  const auto after =
      std::upper_bound(values.begin(), values.end(), now,
                       [](Instant moment, const auto& value) { return moment < value.first; });
  return (after - 1)->second;
}

}  // namespace

SiteHistory::SiteHistory() = default;
SiteHistory::SiteHistory(const SiteHistory&) = default;
SiteHistory::SiteHistory(SiteHistory&&) noexcept = default;
SiteHistory& SiteHistory::operator=(const SiteHistory&) = default;
SiteHistory& SiteHistory::operator=(SiteHistory&&) noexcept = default;
SiteHistory::~SiteHistory() = default;

SiteHistory::SiteHistory(std::span<const Recorded<SiteEvent>> events, bool knows_all_keys)
    : unknown_retired_at_(knows_all_keys ? Instant::min() : kNever) {
  Site site;
  for (const Recorded<SiteEvent>& recorded : events) {
    const Instant now = recorded.time;
    auto next = evolve(std::move(site), recorded.event);
    ensure(next.has_value(), "the events of a site to be legal");
    site = std::move(*next);
    const auto remember_bulk = [&](Guid guid) {
      bulk_history_.emplace_back(now, site.bulk_tokens.at(guid));
    };
    std::visit(
        Overloaded{
            [&](const SiteEstablished& event) {
              policies_.front().second = event.policy;
              capacities_.front().second = event.capacities;
            },
            [&](const CapacityChanged&) { capacities_.emplace_back(now, site.capacities); },
            [&](const BulkTokenIssued& event) { remember_bulk(event.guid); },
            [&](const BulkTokenBlocked& event) { remember_bulk(event.guid); },
            [&](const BulkTokenUnblocked& event) { remember_bulk(event.guid); },
            [&](const EndpointDown& event) {
              std::vector<Span>& down = down_[place_of(event.endpoint)];
              // What ends in the tick in which it begins again is seamless.
              if (!down.empty() && down.back().second == now) {
                down.back().second = kNever;
              } else {
                down.emplace_back(now, kNever);
              }
            },
            [&](const EndpointUp& event) { down_[place_of(event.endpoint)].back().second = now; },
            [&](const SigningCertificateRotated&) {
              signs_from_.push_back(now);
              retired_at_.push_back(kNever);
            },
            [&](const SigningCertificateRetired& event) { retired_at_[event.key.value] = now; },
            []<class Event>(const Event&) requires(!Event::is_of_runs){},
            [&](const PolicyChanged& event) {
              policies_.emplace_back(now, site.policy);
              if (event.changed.mp || event.changed.internal_registration) {
                admission_changes_.push_back(now);
              }
            }},
        recorded.event);
  }
  for (const auto& [from, of] : capacities_) {
    for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
      if (of.of(endpoint)) is_limited_[place_of(endpoint)] = true;
    }
  }
  std::stable_sort(bulk_history_.begin(), bulk_history_.end(),
                   [](const auto& a, const auto& b) { return a.second.guid < b.second.guid; });
}

Instant SiteHistory::up_again(Endpoint endpoint, Instant now) const {
  const std::vector<Span>& down = down_[place_of(endpoint)];
  auto span = std::upper_bound(down.begin(), down.end(), now,
                               [](Instant t, const Span& s) { return t < s.first; });
  return span != down.begin() && now < (--span)->second ? span->second : now;
}

Instant SiteHistory::down_next(Endpoint endpoint, Instant now) const {
  const std::vector<Span>& down = down_[place_of(endpoint)];
  const auto span = std::upper_bound(down.begin(), down.end(), now,
                                     [](Instant t, const Span& s) { return t < s.first; });
  return span == down.end() ? kNever : span->first;
}

KeyNumber SiteHistory::signer(Instant now) const {
  const auto after = std::upper_bound(signs_from_.begin(), signs_from_.end(), now);
  return {static_cast<std::uint32_t>(after - signs_from_.begin()) - 1};
}

const BulkToken* SiteHistory::find_bulk_token(Guid guid, Instant now) const {
  const auto after = std::upper_bound(bulk_history_.begin(), bulk_history_.end(),
                                      std::pair{guid, now}, [](const auto& key, const auto& entry) {
                                        return key < std::pair{entry.second.guid, entry.first};
                                      });
  if (after == bulk_history_.begin() || (after - 1)->second.guid != guid) return nullptr;
  return &(after - 1)->second;
}

std::optional<BulkToken> SiteHistory::bulk_token(Guid guid, Instant now) const {
  const BulkToken* known = find_bulk_token(guid, now);
  return known == nullptr ? std::nullopt : std::optional(*known);
}

const std::optional<Capacity>& SiteHistory::capacity(Endpoint endpoint, Instant now) const {
  return latest(capacities_, now).of(endpoint);
}

const Policy& SiteHistory::policy(Instant now) const { return latest(policies_, now); }

Instant SiteHistory::next_policy(Instant now) const {
  const auto after =
      std::upper_bound(policies_.begin(), policies_.end(), now,
                       [](Instant moment, const auto& value) { return moment < value.first; });
  return after == policies_.end() ? kNever : after->first;
}

SiteView SiteHistory::view(const Client& client, const Request& request, Instant now) const {
  SiteView view;
  view.endpoint_up = up(request.via, now);
  view.sts_up = up(Endpoint::sts, now);
  view.signer = signer(now);
  view.token_signer_trusted = now < retired_at(client.token.signer);
  if (request.bulk.is_nil()) return view;
  if (const BulkToken* shown = find_bulk_token(request.bulk, now)) {
    view.bulk_token = shown->terms();
    view.bulk_signer_trusted = now < retired_at(shown->signer);
  }
  return view;
}

Instant SiteHistory::next_news(const Client& client, Instant now) const {
  Instant next = next_policy(now);
  if (client.bulk.is_nil()) return next;
  const auto sooner = [&](Instant moment) {
    if (moment > now) next = std::min(next, moment);
  };
  auto entry = std::lower_bound(
      bulk_history_.begin(), bulk_history_.end(), client.bulk,
      [](const auto& known, const Guid& guid) { return known.second.guid < guid; });
  for (; entry != bulk_history_.end() && entry->second.guid == client.bulk; ++entry) {
    sooner(entry->first);
    if (entry->first > now) continue;
    sooner(bulk_refused_from(policy(now), entry->second.expires));
    sooner(retired_at(entry->second.signer));
  }
  return next;
}

}  // namespace tokenlife
