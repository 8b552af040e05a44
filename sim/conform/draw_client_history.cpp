// Histories of a client: the moments at which it is on line, and what a site answers.
#include <algorithm>

#include "core/policy.hpp"
#include "sim/conform/client_model.hpp"
#include "sim/conform/draw_history.hpp"
#include "sim/soak/random_scenario.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::days;

class ClientHistory {
 public:
  ClientHistory(const Hello& hello, std::uint64_t seed)
      : hello_(hello), dice_(seed), model_(hello) {}

  History draw() {
    Step reset;
    reset.op = Op::reset;
    reset.now = at(days{20'454 + dice_.between(0, 364)} + Duration{dice_.between(0, 86'399)});
    reset.policy = draw_policy(dice_, hello_, Role::client);
    reset.client = draw_name(dice_);
    if (hello_.able(Ability::pki) && dice_.one_in(6)) reset.credential = Credential::pki;
    if (hello_.able(Ability::entra) && dice_.one_in(6)) reset.credential = Credential::entra;
    if (hello_.able(Ability::version) && dice_.one_in(10)) reset.version = ClientVersion::outdated;
    reset.has_bulk = hello_.able(Ability::bulk) && !dice_.one_in(3);
    add(reset);
    const std::int64_t length = dice_.between(4, 18);
    for (std::int64_t i = 0; i < length; ++i) draw_step();
    // No exchange without its answer.
    if (model_.asked() && model_.asked()->kind == RequestKind::exchange) answer();
    return std::move(history_);
  }

 private:
  void add(Step step) {
    step.id = kFirstStep + history_.size();
    if (!model_.can_take(step)) return;
    model_.take(step);
    history_.push_back(std::move(step));
  }

  void draw_step() {
    if (model_.asked()) {
      const bool exchanges = model_.asked()->kind == RequestKind::exchange;
      if (exchanges || !dice_.one_in(4)) return answer();
      return dice_.one_in(3) ? standing() : contact();
    }
    switch (dice_.between(0, 11)) {
      case 0: return standing();
      case 1: return dice_.one_in(2) ? new_policy() : reinstall();
      default: return contact();
    }
  }

  Step step_of(Op op, Instant now) const {
    Step step;
    step.op = op;
    step.now = std::max(now, model_.now());
    return step;
  }

  // At the edges of what the client waits for.
  Instant moment() {
    const Client& client = model_.client();
    const Instant now = model_.now();
    Instant chosen = now + Duration{dice_.between(0, 86'400)};
    const bool waits = model_.silent_until() > now && !dice_.one_in(3);
    if (waits) {
      chosen = around(dice_, model_.silent_until());
    } else if (client.token.exists()) {
      switch (dice_.between(0, 4)) {
        case 0:
        case 1:
          chosen =
              around(dice_, renewal_due(model_.policy(), client.token.not_before, Duration{0}));
          break;
        case 2: chosen = around(dice_, client.token.expires); break;
        case 3: chosen = now + dice_.one_of<Duration>({Duration{0}, Duration{60}, days{1}}); break;
        default: break;
      }
    }
    chosen = std::max(chosen, now);
    // What a client makes of a leeway of the site's is not said.
    const Instant end = client.token.exists() ? client.token.expires : Instant::min();
    if (chosen >= end && chosen < end + model_.policy().leeway)
      chosen = end + model_.policy().leeway;
    return chosen;
  }

  void contact() {
    Step step = step_of(Op::contact, moment());
    step.network = model_.client().network;
    if (step.network == Network::offline || dice_.one_in(3)) {
      step.network = dice_.one_of({Network::intranet, Network::internet});
    }
    step.agent_start = dice_.one_in(4);
    step.cmg_allowed = !dice_.one_in(7);
    add(step);
  }

  void standing() {
    if (hello_.able(Ability::state)) add(step_of(Op::state, moment()));
  }

  void new_policy() {
    Step step = step_of(Op::policy, moment());
    step.policy = draw_policy(dice_, hello_, Role::client);
    add(step);
  }

  void reinstall() {
    if (!hello_.able(Ability::reinstall)) return;
    Step step = step_of(Op::reinstall, moment());
    step.has_bulk = hello_.able(Ability::bulk) && dice_.one_in(2);
    add(step);
  }

  void answer() {
    const Request asked = *model_.asked();
    const bool exchanges = asked.kind == RequestKind::exchange;
    const Duration latency = exchanges ? Duration{0} : Duration{dice_.between(0, 120)};
    Step step = step_of(Op::answer, model_.now() + latency);
    const bool same_network = model_.client().network == network_of(asked.via);
    const std::int64_t roll = dice_.between(0, 9);
    if (!same_network || roll == 0) {
      step.given = GivenAnswer::failed;
      step.reason = dice_.one_of<const char*>({"endpoint-down", "sts-down", "answer-lost"});
      if (exchanges) step.reason = "endpoint-down";
    } else if (roll <= 3 || cannot_be_granted(asked)) {
      step.given = GivenAnswer::refused;
      step.reason = name(reason_for(asked));
    } else {
      step.given = exchanges ? GivenAnswer::nothing : GivenAnswer::token;
    }
    if (step.given == GivenAnswer::token) {
      step.not_before = model_.asked_at();
      step.expires = step.not_before + model_.policy().token_validity;
    }
    add(step);
  }
  // A site that keeps the rules refuses a token that is over.
  bool cannot_be_granted(const Request& asked) const {
    return asked.kind == RequestKind::exchange && model_.client().state == LifecycleState::expired;
  }

  RefusalReason reason_for(const Request& asked) {
    if (cannot_be_granted(asked)) return RefusalReason::expired;
    if (asked.kind == RequestKind::exchange) {
      return dice_.one_of({RefusalReason::client_blocked, RefusalReason::unknown_signer});
    }
    if (asked.kind == RequestKind::renewal) {
      return dice_.one_of({RefusalReason::client_blocked, RefusalReason::unknown_signer,
                           RefusalReason::client_outdated, RefusalReason::expired});
    }
    if (asked.credential == Credential::bulk) {
      return dice_.one_of({RefusalReason::bulk_token_expired, RefusalReason::bulk_token_blocked,
                           RefusalReason::client_blocked, RefusalReason::unknown_signer});
    }
    return dice_.one_of({RefusalReason::client_blocked, RefusalReason::client_outdated,
                         RefusalReason::internal_registration_off});
  }

  const Hello& hello_;
  Dice dice_;
  ClientModel model_;
  History history_;
};

}  // namespace

History draw_client_history(const Hello& hello, std::uint64_t seed) {
  return ClientHistory(hello, seed).draw();
}

}  // namespace tokenlife::sim
