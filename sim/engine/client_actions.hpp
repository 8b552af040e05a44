// The actions on a client that do not concern where it is: step 1.
#pragma once

#include <optional>

#include "sim/engine/client_life.hpp"
#include "sim/engine/site_timeline.hpp"

namespace tokenlife::sim {

class ClientActions : public ClientLife {
 protected:
  ClientActions(const World& world, const Recorder& recorder, CohortNumber cohort,
                const DrawKeys& draw_keys, std::uint32_t client_in_cohort, const ClientSteps& steps)
      : ClientLife(world, recorder, cohort, draw_keys, client_in_cohort), steps_(steps) {}

  // The client as the last tick left it, changed by what came before in this one.
  bool selected(const Target& target) const { return !target.state || is_in(*target.state); }
  // A client that is not installed yet is in no state.
  bool is_in(StateWord word) const {
    return installed() && StateSet(word).fits(client_.state, service_now());
  }
  Cause by_action() const { return {CauseKind::action, step_.action}; }

  // One for each; those of where it is are elsewhere.
  void take(const SetCmgAllowed& action) {
    set_cmg_allowed(action.value, action.arrives, step_.action);
  }
  void take(const SetPolicy& action) { set_policy(action.clients, action.arrives, step_.action); }
  void take(const SetClock& action) {
    const Instant begins = begin_of(scenario_.actions[step_.action], step_.repetition);
    set_clock(drawn(action.skew, Purpose::set_clock, selection_draw(step_.action, step_.repetition),
                    begins),
              by_action());
  }
  void take(const Upgrade&) {
    change(as_installed_.version, ClientVersion::current, ClientUpgraded{});
  }
  void take(const BlockClients&) { change(as_installed_.blocked, true, ClientBlocked{}); }
  void take(const UnblockClients&) { change(as_installed_.blocked, false, ClientUnblocked{}); }
  void take(const Reinstall& action) {
    if (!installed()) return;
    reinstall(action.bulk_token
                  ? world_.site->newest_bulk_token(*action.bulk_token, now_, step_.action)
                  : Guid{},
              action.new_identity, by_action());
  }
  void take(const RestartAgents&) {
    if (!installed()) return;
    happen(by_action(), AgentRestarted{});
    agent_starts();
  }
  void take(const AskToRenew& action) { ask_to_renew(action.arrives, step_.action); }

  // Before its installation a client is to be installed differently.
  template <class Value, class Event>
  void change(Value& as_installed, Value value, const Event& event) {
    if (installed()) return happen(by_action(), event);
    as_installed = value;
  }

  ClientSteps steps_;
  ClientStep step_{};  // the one being taken
};

}  // namespace tokenlife::sim
