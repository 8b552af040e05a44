#include "sim/check/table.hpp"

#include "core/ensure.hpp"
#include "core/site.hpp"
#include "sim/check/model.hpp"

namespace tokenlife::sim::checker {
namespace {

// How many sites clients can tell apart.
std::size_t views_max_of(const Model& model) {
  const Features features = model.options().features;
  std::size_t views = 1;
  if (features.has(Feature::outage)) views *= 8;
  if (features.has(Feature::lose_answers)) views *= 4;
  if (features.has(Feature::rotate)) views *= 2;
  if (features.has(Feature::bulk)) {
    const std::size_t signers = features.has(Feature::rotate) ? 3 : 1;
    views *= 1 + 2 * signers * (static_cast<std::size_t>(model.codec().bulk_age_max()) + 1);
  }
  return views;
}

}  // namespace

Tables::Tables(const Options& options, const Rules& rules)
    : stepper_(options, rules),
      client_steps_(checker::client_actions(options)),
      site_steps_(checker::site_actions(options)),
      coverage_(options),
      views_max_(views_max_of(stepper_)) {
  client_code(initial_client(), kPresent);
  site_code(initial_site(), kPresent);
  Transition nothing;
  coverage_.add(nothing);
}

Code Tables::client_code(const ClientState& part, Instant now) {
  const PartKey key = stepper_.codec().pack(part, now);
  const auto [entry, is_new] = client_codes_.try_emplace(key, static_cast<Code>(clients_.size()));
  if (!is_new) return entry->second;
  if (clients_.size() + 1 >= std::size_t{1} << kClientBits) {
    is_full_ = true;
    client_codes_.erase(entry);
    return 0;
  }
  clients_.push_back(key);
  move_ranges_.resize(2 * clients_.size());
  signer_changes_.resize(2 * clients_.size(), kUnknown);
  ticks_.resize(views_max_ * clients_.size(), kUnknown);
  return entry->second;
}

Code Tables::site_code(const SiteState& part, Instant now) {
  const PartKey key = stepper_.codec().pack(part, now);
  const auto [entry, is_new] = site_codes_.try_emplace(key, static_cast<Code>(sites_.size()));
  if (!is_new) return entry->second;
  if (sites_.size() + 1 >= std::size_t{1} << kSiteBits) {
    is_full_ = true;
    site_codes_.erase(entry);
    return 0;
  }
  SiteState dayless = part;
  dayless.day = 0;
  const PartKey view_key = stepper_.codec().pack(dayless, now);
  const auto next_view = static_cast<std::uint32_t>(views_.size());
  const std::uint32_t view = views_.try_emplace(view_key, next_view).first->second;
  ensure(view < views_max_, "all views of the site to be counted");
  sites_.push_back({.key = key, .view = view, .has_bulk = !part.site->bulk_tokens.empty()});
  return entry->second;
}

void Tables::judge(const Transition& transition, Code client, Code site) {
  coverage_.add(transition);
  const ViolationSet broken = check_invariants(transition, stepper_);
  if (broken != 0) broken_.push_back({broken, client, site, transition.action});
}

void Tables::find_moves(Code client, Code site, std::size_t slot) {
  std::vector<ClientMove> found;
  const ClientState part = this->client(client);
  const SiteState site_part = this->site(site);
  for (std::uint32_t i = 0; i < client_steps_.size(); ++i) {
    const auto transition = stepper_.act(part, site_part, client_steps_[i]);
    if (!transition) continue;
    judge(*transition, client, site);
    found.push_back({client_code(transition->after, transition->now), i});
  }
  move_ranges_[slot] = {static_cast<std::uint32_t>(moves_.size()),
                        static_cast<std::uint32_t>(found.size())};
  moves_.insert(moves_.end(), found.begin(), found.end());
}

void Tables::find_site_moves(Code site) {
  std::vector<SiteMove> found;
  const SiteState part = this->site(site);
  for (std::uint32_t i = 0; i < site_steps_.size(); ++i) {
    const auto next = stepper_.act(part, site_steps_[i]);
    judge({.action = site_steps_[i], .site = &part, .site_after = next}, kUnknown, site);
    if (!next) continue;
    const ActionKind kind = site_steps_[i].kind;
    const OnTokens on_tokens = kind == ActionKind::rotate   ? OnTokens::rotate
                               : kind == ActionKind::retire ? OnTokens::retire
                                                            : OnTokens::nothing;
    found.push_back({site_code(*next, kPresent), i, on_tokens});
  }
  site_moves_ += found.capacity();
  sites_[site].moves = std::move(found);
  sites_[site].moves_known = true;
}

void Tables::find_site_tick(Code site) {
  const SiteState part = this->site(site);
  const auto days = stepper_.options().days;
  Code next = kUnknown;
  if (!days || part.day < *days) {
    next = site_code(stepper_.tick(part), kPresent + stepper_.options().unit);
  }
  sites_[site].tick = next;
  sites_[site].tick_known = true;
}

Code Tables::find_tick(Code client, Code site) {
  const SiteState part = this->site(site);
  const Transition transition = stepper_.tick(this->client(client), part);
  judge(transition, client, site);
  const Code next = client_code(transition.after, transition.now);
  ticks_[client * views_max_ + sites_[site].view] = next;
  return next;
}

Code Tables::find_signer_change(Code client, OnTokens change) {
  const ActionKind kind = change == OnTokens::rotate ? ActionKind::rotate : ActionKind::retire;
  const Code next = client_code(stepper_.after_signer_change(this->client(client), kind), kPresent);
  signer_changes_[2 * client + (change == OnTokens::retire ? 1 : 0)] = next;
  return next;
}

std::uint64_t Tables::bytes() const {
  const auto of = [](const auto& vector) {
    return vector.capacity() * sizeof(typename std::decay_t<decltype(vector)>::value_type);
  };
  // A node of a map: three pointers and a colour, the value, and what the allocator adds.
  constexpr std::uint64_t kNode = 72;
  return of(clients_) + of(move_ranges_) + of(moves_) + of(signer_changes_) + of(ticks_) +
         of(sites_) + sizeof(SiteMove) * site_moves_ + kNode * (clients_.size() + sites_.size());
}

}  // namespace tokenlife::sim::checker
