// The parts of states, numbered, and what follows from each: worked out once by the rules when it
// is first asked for, and looked up from then on. That is exact: what a client does in an action
// depends on the client and the site alone.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "sim/check/model.hpp"
#include "sim/check/property.hpp"

namespace tokenlife::sim::checker {

// The number of a client part or a site part.
using Code = std::uint32_t;
inline constexpr Code kUnknown = 0xffff'ffff;
inline constexpr unsigned kClientBits = 22;
inline constexpr unsigned kSiteBits = 20;

struct ClientMove {
  Code to;
  std::uint32_t action;  // in client_actions()
};
enum class OnTokens : std::uint8_t { nothing, rotate, retire };
struct SiteMove {
  Code to;
  std::uint32_t action;  // in site_actions()
  OnTokens on_tokens;
};

// An action that breaks a property.
struct BrokenStep {
  ViolationSet broken;
  Code client;  // kUnknown: the action is the site's
  Code site;
  Action action;
};

class Tables {
 public:
  Tables(const Options& options, const Rules& rules);

  const Model& model() const { return stepper_; }
  const std::vector<Action>& client_actions() const { return client_steps_; }
  const std::vector<Action>& site_actions() const { return site_steps_; }

  Code first_client() const { return 0; }
  Code first_site() const { return 0; }
  ClientState client(Code code) const { return stepper_.codec().unpack_client(clients_[code]); }
  SiteState site(Code code) const { return stepper_.codec().unpack_site(sites_[code].key); }

  // Valid until the next call of anything here.
  std::span<const ClientMove> client_moves(Code client, Code site) {
    const std::size_t slot = 2 * client + (sites_[site].has_bulk ? 1 : 0);
    if (move_ranges_[slot].count == kUnknown) [[unlikely]]
      find_moves(client, site, slot);
    return {moves_.data() + move_ranges_[slot].first, move_ranges_[slot].count};
  }
  std::span<const SiteMove> site_moves(Code site) {
    if (!sites_[site].moves_known) [[unlikely]]
      find_site_moves(site);
    return sites_[site].moves;
  }
  // kUnknown where time stands still.
  Code site_tick(Code site) {
    if (!sites_[site].tick_known) [[unlikely]]
      find_site_tick(site);
    return sites_[site].tick;
  }
  Code tick(Code client, Code site) {
    const Code known = ticks_[client * views_max_ + sites_[site].view];
    if (known != kUnknown) [[likely]]
      return known;
    return find_tick(client, site);
  }
  Code after_signer_change(Code client, OnTokens change) {
    const Code known = signer_changes_[2 * client + (change == OnTokens::retire ? 1 : 0)];
    if (known != kUnknown) [[likely]]
      return known;
    return find_signer_change(client, change);
  }

  // Steps worked out since the last call of clear_broken() that break a property.
  const std::vector<BrokenStep>& broken() const { return broken_; }
  void clear_broken() { broken_.clear(); }
  const WitnessSet& coverage() const { return coverage_; }
  // More parts than there are numbers.
  bool is_full() const { return is_full_; }
  std::uint64_t bytes() const;
  std::size_t clients() const { return clients_.size(); }
  std::size_t sites() const { return sites_.size(); }

 private:
  struct MoveRange {
    std::uint32_t first = 0;
    std::uint32_t count = kUnknown;
  };
  struct SiteEntry {
    PartKey key;
    std::uint32_t view;  // sites of one view are alike to clients
    bool has_bulk;
    bool moves_known = false;
    bool tick_known = false;
    Code tick = kUnknown;
    std::vector<SiteMove> moves{};
  };

  Code client_code(const ClientState& part, Instant now);
  Code site_code(const SiteState& part, Instant now);
  void find_moves(Code client, Code site, std::size_t slot);
  void find_site_moves(Code site);
  void find_site_tick(Code site);
  Code find_tick(Code client, Code site);
  Code find_signer_change(Code client, OnTokens change);
  void judge(const Transition& transition, Code client, Code site);

  Model stepper_;
  std::vector<Action> client_steps_;
  std::vector<Action> site_steps_;
  WitnessSet coverage_;
  std::vector<BrokenStep> broken_;
  bool is_full_ = false;

  std::vector<PartKey> clients_;  // keys, by code
  std::map<PartKey, Code> client_codes_;
  std::vector<MoveRange> move_ranges_;  // by code, and whether there is a bulk token
  std::vector<ClientMove> moves_;
  std::vector<Code> signer_changes_;  // by code: after a rotation, after a retirement
  std::vector<Code> ticks_;           // by code and view
  std::size_t views_max_;

  std::vector<SiteEntry> sites_;
  std::map<PartKey, Code> site_codes_;
  std::map<PartKey, std::uint32_t> views_;
  std::uint64_t site_moves_ = 0;
};

}  // namespace tokenlife::sim::checker
