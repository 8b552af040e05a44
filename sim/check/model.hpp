// What comes of an action, by the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/client_event.hpp"
#include "sim/check/action.hpp"
#include "sim/check/state.hpp"

namespace tokenlife {
enum class EventError : std::uint8_t;  // core/event_error.hpp; 0: none
}

namespace tokenlife::sim::checker {

// An event in the life of a client. A tick begins with contacts; then the clock moves on, and
// orders are carried out, answers heard and tokens expire.
struct Happened {
  ClientEvent event;
  LifecycleState from;
  LifecycleState to;
  Where where;  // that decided between rows of the lifecycle table
  EventError error{};
  bool after_clock = false;
};

// One action of one client, or of the site: all that a property may want to look at.
struct Transition {
  Action action{};
  ClientState before{};
  const SiteState* site = nullptr;        // before the action; the caller's, who keeps it
  std::optional<SiteState> site_after{};  // an action of the site's, if it makes sense
  std::optional<Request> request{};
  Verdict verdict{};     // of the request
  ClientToken issued{};  // if it was granted and asks for a token
  std::optional<Answer> heard{};
  std::vector<Happened> events{};
  ClientState after{};
  Instant now = kPresent;  // after the action
};

class Model {
 public:
  Model(const Options& options, const Rules& rules);

  const Options& options() const { return options_; }
  const Policy& policy() const { return policy_; }
  const StateCodec& codec() const { return codec_; }

  // Transitions point to the site that they are given. Nothing if the action makes no sense now.
  std::optional<Transition> act(const ClientState& part, const SiteState& site,
                                const Action& action) const;
  std::optional<Transition> act(const ClientState&, const SiteState&&,
                                const Action&) const = delete;
  std::optional<SiteState> act(const SiteState& site, const Action& action) const;

  Transition tick(const ClientState& part, const SiteState& site) const;
  Transition tick(const ClientState&, const SiteState&&) const = delete;
  // With it, its clock; the caller packs it one unit later.
  SiteState tick(const SiteState& site) const;

  // What the rotation of the certificate, or the retirement of the one before, makes of tokens.
  ClientState after_signer_change(const ClientState& part, ActionKind kind) const;

 private:
  void look_at_certificate(Transition& transition) const;
  void contact(Transition& transition) const;
  void carry_out_order(Transition& transition) const;
  void hear_answer(Transition& transition) const;
  void hear_news(Transition& transition, const Answer& answer) const;

  Options options_;
  Rules rules_;
  Policy policy_;
  StateCodec codec_;
};

}  // namespace tokenlife::sim::checker
