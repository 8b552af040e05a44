// One client of the naive simulation: plain variables, and one function for each step of a tick.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
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

  void begin_tick();                             // forgets what the tick before was about
  void adopt();                                  // in tick 0, before all else, if it is there
  void end_what_is_over(Instant now);            // step 1
  void act(Instant now);                         // step 1
  void hear_answer(Instant now);                 // step 2
  void expire(Instant now);                      // step 3
  void install_if_due(Instant now);              // step 4
  void change_network_and_restart(Instant now);  // step 4
  void contact(Instant now);                     // step 5

  // What it has sent in this tick to an endpoint that is up.
  struct Sent {
    Endpoint via;
    std::uint32_t number;  // of its requests
    std::uint64_t place;   // in the order of those of a tick
  };
  std::optional<Sent> take_sent() { return std::exchange(sent_, std::nullopt); }
  void be_served(std::uint32_t number, Instant now);
  void be_turned_away(std::uint32_t number, FailureReason why, Instant now);

  LifecycleState state() const { return state_; }
  // A13, after the tick.
  bool is_out_of_service() const { return is_installed() && !holds_good_token(); }
  bool is_stranded(Instant now) const;
  const std::vector<Recorded<ClientEvent>>& events() const { return events_; }

 private:
  enum class Kind { registration, renewal, exchange };
  enum class Outcome { granted, refused, failed };
  struct Verdict {
    Outcome outcome = Outcome::granted;
    RefusalReason refusal{};
    FailureReason failure{};
  };
  // One of the times that an action concerns this client.
  struct Aimed {
    Instant at;
    Turn turn;
    friend auto operator<=>(const Aimed&, const Aimed&) = default;
  };
  struct ActiveMove {
    Turn turn;
    Network on;
    Instant until;
  };
  struct Request {
    Kind kind = Kind::exchange;
    Endpoint via = Endpoint::mp;
    Instant sent;
    std::uint32_t seq = 0;  // of the event that made it; exchanges have none
    Guid bulk;              // that it shows, or nil
    Credential shown{};     // of a registration
    Verdict verdict;
    ClientToken token;
    bool lost = false;
    std::uint32_t number = UINT32_MAX;  // of its registrations and renewals
    ClientVersion version{};            // as it was sent
    ClientToken carried;                // the same
    std::optional<Instant> judged{};    // or failed
  };

  sim::Draws draws_at(Instant when) const;
  void record(Instant now, Cause cause, const ClientEvent& event);
  void hear_registration(const Request& request, Cause cause, Instant now);
  void hear_renewal(const Request& request, Cause cause, Instant now);
  void require_registration(const Request& request, Cause cause, Instant now);
  void came_to(SpellCause cause);
  void wait_after(const Request& request, Instant now);
  std::size_t place_in_line(std::uint32_t number) const;
  void follow_last_connected();
  void restart(Instant now, Cause cause);
  void plan_restart(Instant from);

  Network model_network(Instant now);
  void work_out_override();

  bool is_in_contact(Instant now) const;
  bool renewal_is_due(Instant now) const;
  void send_registration(Request request, Instant now);
  void send_renewal(Endpoint via, Instant now);
  void exchange(Endpoint via, Instant now);
  // What it asks there to get a token while it has no good one, if anything.
  std::optional<Request> registration_at(Endpoint via, Instant now) const;
  Verdict judge(const Request& request, Instant now) const;
  std::optional<RefusalReason> objection(const Request& request, Instant now) const;
  std::optional<RefusalReason> objection_to_bulk(Guid guid, Instant now) const;
  void send(Request request, Instant now);
  bool is_lost(const Request& request, sim::Purpose purpose, std::uint64_t& draws_made,
               Instant now);

  // One for each action on clients, at those that it is aimed at.
  void begin(const sim::SetCmgAllowed& setting, Turn turn, Instant now);
  void begin(const sim::Upgrade&, Turn turn, Instant now);
  void begin(const sim::BlockClients&, Turn turn, Instant now);
  void begin(const sim::UnblockClients&, Turn turn, Instant now);
  void begin(const sim::Reinstall& reinstall, Turn turn, Instant now);
  void begin(const sim::RestartAgents&, Turn turn, Instant now);
  void begin(const sim::Move& move, Turn turn, Instant now);
  void begin(const sim::SetPolicy& setting, Turn turn, Instant now);
  void begin(const sim::SetClock& setting, Turn turn, Instant now);
  void begin(const sim::AskToRenew& asking, Turn turn, Instant now);

  // A15.
  struct Unheard {
    std::optional<bool> cmg_allowed;
    std::uint32_t cmg_action = 0;
    std::optional<Instant> asked_to_renew;
    std::uint32_t asking_action = 0;
    ClientPolicyChange policy;
    std::map<int, std::pair<int, std::uint32_t>> policy_actions;  // by key: which, and its action
  };
  void hear(Instant now);
  void take_over(const ClientPolicyChange& wanted, Cause cause, Instant now);
  bool has_news() const;
  bool is_asked(Instant when) const;
  void hear_of_renewal(Instant asked, Cause cause, Instant now);
  Duration draw_skew(const sim::Skew& skew, const sim::Draws& draws, sim::Purpose purpose,
                     std::uint64_t number) const;

  // A13.
  bool holds_good_token() const;
  Duration since_contact(Instant now) const;
  Instant due() const;
  void draw_due_date(Instant now);
  void note_stop(Instant now);
  // A14.
  void look_at_credential(Instant now);
  Credential shown_credential() const;

  Endpoint endpoint_from_here() const;

  bool is_installed() const { return state_ != LifecycleState::not_installed; }
  void take_aim(std::uint32_t action);
  bool is_in(sim::StateWord word, Instant now) const;

  const sim::Scenario* scenario_;
  Policy policy_;  // of which the clients' part counts
  const sim::Cohort* cohort_;
  const NaiveSite* site_;
  std::uint32_t cohort_number_;
  std::uint32_t client_;                         // in the cohort
  sim::Draws draws_;                             // for what comes before all
  const sim::DwellNetwork* dwelling_ = nullptr;  // the model of the stay
  std::optional<Stay> stay_;
  std::optional<Network> modelled_;  // where the model had it last
  std::uint64_t stays_ = 0;
  std::vector<Recorded<ClientEvent>> events_;

  Instant install_at_;
  LifecycleState state_ = LifecycleState::not_installed;
  Network network_ = Network::offline;
  Network last_connected_ = Network::offline;
  Instant connected_since_;
  Credential credential_;
  ClientVersion version_;
  bool cmg_allowed_;
  bool blocked_ = false;
  Guid bulk_;
  ClientToken token_;
  TokenSerial adopted_token_;  // which it had before the run; 0: none
  std::uint32_t tokens_issued_ = 0;
  std::uint64_t loss_draws_ = 0;
  std::optional<Request> in_flight_;
  std::vector<Request> in_line_;  // not judged yet, also those that it has given up
  std::optional<Sent> sent_;
  std::uint32_t requests_ = 0;
  std::uint32_t failures_ = 0;  // in a row
  std::uint64_t retry_draws_ = 0;
  Duration drawn_jitter_{0};  // where it is drawn at each contact
  std::uint64_t due_draws_ = 0;
  Instant asked_before_ = Instant::min();  // tokens of before that are due ...
  Instant asked_at_;                       // ... from then on
  Instant silent_until_;
  Instant next_restart_ = kNever;
  std::uint64_t restarts_planned_ = 0;

  Unheard unheard_;
  int settings_made_ = 0;
  std::uint64_t news_draws_ = 0;
  Duration skew_{0};
  Instant credential_ends_ = kNever;
  bool credential_expired_ = false;
  Network asked_on_ = Network::offline;
  std::optional<Instant> last_contact_;
  SpellCause waits_for_ = SpellCause::not_recorded;
  std::optional<Instant> stopped_at_;
  SpellCause stopped_by_ = SpellCause::not_recorded;

  std::vector<Aimed> aimed_;  // in order
  std::size_t next_aimed_ = 0;
  std::vector<ActiveMove> moves_;          // that cover this tick, in the order of their beginning
  std::optional<Network> override_;        // by the one in force
  std::optional<Cause> override_changed_;  // at this tick

  // Of the tick at hand.
  bool just_installed_ = false;
  bool just_connected_ = false;
  bool just_restarted_ = false;
};

}  // namespace tokenlife::naive
