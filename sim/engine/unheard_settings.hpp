// A15: settings that have been changed for a client, and that it has not heard of yet.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/site_policy.hpp"
#include "core/time.hpp"

namespace tokenlife::sim {

class UnheardSettings {
 public:
  // What the latest action that concerns a setting says counts.
  void set_cmg_allowed(bool value, std::uint32_t action) { cmg_allowed_ = {value, action}; }
  void set(const ClientPolicyChange& change, std::uint32_t action) {
    ++order_;
    ClientPolicyChange said = change;
    for_each_key(said, [&](std::size_t key, const auto& value, auto& unheard) {
      if (!value) return;
      unheard = value;
      set_by_[key] = {order_, action};
    });
  }
  // The last one knows of the most tokens.
  void ask_to_renew(Instant at, std::uint32_t action) { asked_to_renew_ = {at, action}; }
  void withdraw_ask_to_renew() { asked_to_renew_.reset(); }
  // The client has been set something at once.
  void withdraw_cmg_allowed() { cmg_allowed_.reset(); }
  void withdraw(const ClientPolicyChange& change) {
    ClientPolicyChange said = change;
    for_each_key(said, [](std::size_t, const auto& value, auto& unheard) {
      if (value) unheard.reset();
    });
  }

  // What would be new to a client that goes by these: the value, and the action behind it.
  std::optional<std::uint32_t> news_of_cmg(bool present) const {
    return cmg_allowed_ && cmg_allowed_->value != present ? std::optional(cmg_allowed_->action)
                                                          : std::nullopt;
  }
  ClientPolicyChange news(const Policy& present) const { return tokenlife::news(present, policy_); }
  // The latest action of those behind the news.
  std::uint32_t action_behind(ClientPolicyChange news) {
    SetBy latest;
    for_each_key(news, [&](std::size_t key, const auto& value, auto&) {
      if (value && set_by_[key].order > latest.order) latest = set_by_[key];
    });
    return latest.action;
  }
  struct Asked {
    Instant at;
    std::uint32_t action;
  };
  const std::optional<Asked>& asked_to_renew() const { return asked_to_renew_; }
  bool any() const { return cmg_allowed_ || asked_to_renew_ || !policy_.empty(); }
  void clear() {
    cmg_allowed_.reset();
    policy_ = {};
    asked_to_renew_.reset();
  }

 private:
  struct Value {
    bool value;
    std::uint32_t action;
  };
  struct SetBy {
    std::uint32_t order = 0;
    std::uint32_t action = 0;
  };

  template <class Visit>
  void for_each_key(ClientPolicyChange& said, Visit visit) {
    auto& [after, jitter, on, failure, refusal, backoff, max, retry_jitter] = said;
    visit(0, after, policy_.renew_after);
    visit(1, jitter, policy_.renew_jitter);
    visit(2, on, policy_.renew_on);
    visit(3, failure, policy_.retry_after_failure);
    visit(4, refusal, policy_.retry_after_refusal);
    visit(5, backoff, policy_.retry_backoff);
    visit(6, max, policy_.retry_max);
    visit(7, retry_jitter, policy_.retry_jitter);
  }

  std::optional<Value> cmg_allowed_;
  ClientPolicyChange policy_;
  std::optional<Asked> asked_to_renew_;
  std::array<SetBy, 8> set_by_{};  // by key
  std::uint32_t order_ = 0;
};

}  // namespace tokenlife::sim
