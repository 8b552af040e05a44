// One client of the naive simulation: plain variables, and one function for each step of a tick.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/client.hpp"
#include "core/event.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/naive/site.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::naive {

class NaiveClient {
 public:
  NaiveClient(const sim::Scenario& scenario, const NaiveSite& site, std::uint32_t cohort,
              std::uint32_t client);

  void begin_tick();                   // forgets what the tick before was about
  void end_what_is_over(Instant now);  // step 1
  void act(const sim::ClientAction& action, std::uint32_t number, Instant now);  // step 1
  void hear_answer(Instant now);                                                 // step 2
  void expire(Instant now);                                                      // step 3
  void install_if_due(Instant now);                                              // step 4
  void change_network_and_restart(Instant now);                                  // step 4
  void contact(Instant now);                                                     // step 5

  LifecycleState state() const { return state_; }
  const std::vector<Recorded<ClientEvent>>& events() const { return events_; }

 private:
  enum class Kind { registration, renewal, exchange };
  enum class Outcome { granted, refused, failed };
  struct Verdict {
    Outcome outcome = Outcome::granted;
    RefusalReason refusal{};
    FailureReason failure{};
  };
  struct Request {
    Kind kind;
    Endpoint via;
    Instant sent;
    std::uint32_t seq = 0;  // of the event that made it; exchanges have none
    Guid bulk;              // that it shows, or nil
    bool shows_self_signed = false;
    Verdict verdict;
    ClientToken token;
    bool lost = false;
  };

  void record(Instant now, Cause cause, const ClientEvent& event);
  void hear_registration(const Request& request, Cause cause, Instant now);
  void hear_renewal(const Request& request, Cause cause, Instant now);
  void wait_after(const Request& request);
  void follow_last_connected();
  void restart(Instant now, Cause cause);
  void plan_restart(Instant from);

  Network model_network(Instant now);
  void work_out_override();

  bool is_in_contact(Instant now) const;
  bool renewal_is_due(Instant now) const;
  void send_registration(Endpoint via, Credential shown, Instant now);
  void send_renewal(Endpoint via, Instant now);
  void exchange(Endpoint via, Instant now);
  Verdict judge(const Request& request, Instant now) const;
  std::optional<RefusalReason> objection_to_bulk(Guid guid, Instant now) const;
  void send(Request request, Instant now);
  bool is_lost(const Request& request);

  // One for each action on clients, at those that it is aimed at.
  void begin(const sim::SetCmgAllowed& setting, Cause cause, Instant now);
  void begin(const sim::Upgrade&, Cause cause, Instant now);
  void begin(const sim::BlockClients&, Cause cause, Instant now);
  void begin(const sim::UnblockClients&, Cause cause, Instant now);
  void begin(const sim::Reinstall& reinstall, Cause cause, Instant now);
  void begin(const sim::RestartAgents&, Cause cause, Instant now);
  void begin(const sim::Move&, Cause cause, Instant now);
  void end(const sim::Move&, std::uint32_t i);

  bool is_installed() const { return state_ != LifecycleState::not_installed; }
  bool is_aimed_at(const sim::Target& target) const;
  Guid guid_of(std::optional<std::uint32_t> bulk_token) const;

  const sim::Scenario* scenario_;
  const sim::Cohort* cohort_;
  const NaiveSite* site_;
  std::uint32_t cohort_number_;
  std::uint32_t client_;  // in the cohort
  sim::Draws draws_;
  std::optional<Stay> stay_;
  std::uint64_t stays_ = 0;
  std::vector<Recorded<ClientEvent>> events_;

  Instant install_at_;
  LifecycleState state_ = LifecycleState::not_installed;
  Network network_ = Network::offline;
  Network last_connected_ = Network::offline;
  Instant connected_since_;
  ClientVersion version_;
  bool cmg_allowed_;
  bool blocked_ = false;
  Guid bulk_;
  ClientToken token_;
  std::uint32_t tokens_issued_ = 0;
  std::uint64_t loss_draws_ = 0;
  std::optional<Request> in_flight_;
  Instant silent_until_;
  Instant next_restart_ = kNever;
  std::uint64_t restarts_planned_ = 0;

  std::vector<std::uint32_t> moves_;       // actions `move` that cover this tick
  std::optional<Network> override_;        // by the one in force
  std::optional<Cause> override_changed_;  // at this tick

  // Of the tick at hand.
  bool just_installed_ = false;
  bool just_connected_ = false;
  bool just_restarted_ = false;
};

}  // namespace tokenlife::naive
