// Role client: what an agent has to ask, and where, and what it shows. It is core's client, which
// asks, hears and changes as it does in a simulation.
#pragma once

#include <optional>

#include "core/client.hpp"
#include "core/request.hpp"
#include "sim/conform/expected.hpp"

namespace tokenlife::sim {

class ClientModel final : public Model {
 public:
  explicit ClientModel(const Hello& hello) : hello_(&hello) {}

  bool can_take(const Step& step) const override;
  Expected take(const Step& step) override;

  // For who draws histories.
  const Client& client() const { return client_; }
  const Policy& policy() const { return policy_; }
  Instant now() const { return now_; }
  Instant silent_until() const { return silent_until_; }
  // What it has asked, and has not been answered.
  const std::optional<Request>& asked() const { return asked_; }
  Instant asked_at() const { return asked_at_; }

 private:
  template <class Event>
  void happen(const Event& event);
  void expire(Instant now);
  bool can_be_answered(const Step& step) const;
  Expected take_contact(const Step& step);
  void take_answer(const Step& step);
  void move_to(Network network);
  RuleIds rules_of_ask(const Request& request, const Step& step) const;
  RuleIds rules_of_silence(NoRequest why) const;

  const Hello* hello_;
  Policy policy_{};
  Client client_{};
  Instant now_;
  Instant silent_until_ = Instant::min();
  std::optional<Request> asked_;
  Instant asked_at_;
  StepId held_ = 0;  // the answer that brought the token
  StepId bulk_ = 0;  // the request that brought the bulk token, while it may be shown
  std::uint32_t tokens_ = 0;
  bool was_reinstalled_ = false;
  bool had_bulk_ = false;
  bool policy_was_changed_ = false;
};

}  // namespace tokenlife::sim
