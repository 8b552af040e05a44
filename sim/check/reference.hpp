// The rules once more, in plain variables: written from the list of rules and not from core, which
// is held to it at every action that the checker takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/check/model.hpp"
#include "sim/check/reference_rules.hpp"

namespace tokenlife::sim::checker {

// An event as an observer sees it.
struct ReferenceView {
  EventKind kind;
  std::optional<RefusalReason> refusal;
  std::optional<FailureReason> failure;
  bool after_clock = false;
  friend bool operator==(const ReferenceView&, const ReferenceView&) = default;
};
ReferenceView seen(const Happened& happened);

struct Reference {
  enum class Wants { nothing, registration, renewal, exchange };
  enum class Answer { yes, no, none_came };

  bool installed = false;
  Network on = Network::offline;
  bool last_on_internet = false;
  bool has_pki = false;
  bool outdated = false;
  bool may_use_cmg = true;
  bool blocked = false;
  bool holds_bulk = false;
  bool just_started = false;

  bool holds_token = false;
  std::int64_t token_age = 0;  // in units; what is dead does not age
  int keys_since = 0;          // 0: signed by the current key, 1: the one before, 2: a retired one
  bool knows_it_is_dead = false;

  Wants asked = Wants::nothing;
  bool asked_cmg = false;
  bool showed_bulk = false;
  std::uint32_t answer_in = 0;
  Answer answer = Answer::yes;
  bool is_lost = false;
  RefusalReason why_not{};
  FailureReason why_none{};
  int answer_keys_since = 0;

  int ordered = 0;          // a reinstallation: 1 without, 2 with the bulk token
  bool as_another = false;  // with a new identity

  std::int64_t certificate_age = 0;  // in units, where it matters
  bool certificate_is_dead = false;

  bool is_to_switch = false;  // its CMG setting, once it hears of it

  friend bool operator==(const Reference&, const Reference&) = default;
};

// What core's state says in these words.
Reference in_plain_words(const ClientState& part, Instant now, const StateCodec& codec);

// The state of the lifecycle that such a client is in.
LifecycleState lifecycle_of(const Reference& client, std::int64_t token_validity);

// The next state by the reference's own rules, and what an observer sees.
struct ReferenceStep {
  Reference next;
  std::vector<ReferenceView> seen;
  RuleSet rules = 0;  // that it went by
};
ReferenceStep reference_tick(const Reference& client, const SiteState& site,
                             const Options& options);
ReferenceStep reference_act(const Reference& client, const Action& action);
// The site after one of its actions; nothing if that makes no sense now.
std::optional<SiteState> reference_act(const SiteState& site, const Action& action);
// After a rotation of the signing certificate, or the retirement of the one before.
Reference reference_signer_change(const Reference& client, ActionKind kind);

}  // namespace tokenlife::sim::checker
