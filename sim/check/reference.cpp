#include "sim/check/reference.hpp"
#include "core/site.hpp"

#include <utility>

namespace tokenlife::sim::checker {
namespace {

using Wants = Reference::Wants;

// Days, whatever core's policy says.
constexpr std::chrono::days kValidity{90};  // R57
constexpr std::chrono::days kMonth{30};     // R56, A1
constexpr std::chrono::days kBulkLife{3};   // R45
constexpr std::chrono::days kCertificateLife{60};

using enum ReferenceRule;

class Tick {
 public:
  Tick(const Reference& client, const SiteState& site, const Options& options)
      : c_(client),
        site_(site),
        options_(options),
        validity_(kValidity / options.unit),
        month_(kMonth / options.unit),
        certificate_life_((kCertificateLife + options.unit - Duration{1}) / options.unit) {}

  ReferenceStep take() {
    is_recorded_ = is_dead();
    look_at_certificate();
    contact();
    c_.just_started = false;
    clock_ = true;
    if (certificates_end() && c_.certificate_age < certificate_life_) ++c_.certificate_age;
    if (c_.holds_token && !is_recorded_) ++c_.token_age;
    if (c_.ordered != 0) reinstall();
    if (c_.asked != Wants::nothing && --c_.answer_in == 0) apply_answer();
    if (is_dead() && !is_recorded_) {
      by(good_for_90_days);
      see(EventKind::token_expired);
    }
    return {c_, seen_, rules_};
  }

 private:
  void by(ReferenceRule rule) { rules_ |= only(rule); }
  bool is_dead() const { return c_.holds_token && c_.token_age >= validity_; }  // R57, A5
  void see(EventKind kind) { seen_.push_back({kind, {}, {}, clock_}); }
  void see_refusal(EventKind kind) { seen_.push_back({kind, c_.why_not, {}, clock_}); }
  void see_failure(EventKind kind, FailureReason why) { seen_.push_back({kind, {}, why, clock_}); }

  bool certificates_end() const { return c_.has_pki && options_.features.has(Feature::pki_expiry); }
  bool shows_pki() const { return c_.has_pki && !c_.certificate_is_dead; }
  void look_at_certificate() {
    if (!certificates_end() || c_.certificate_age < certificate_life_) return;
    by(certificates_expire);
    if (c_.on == Network::intranet) {
      c_.certificate_is_dead = false;
      c_.certificate_age = 0;
      see(EventKind::credential_renewed);
    } else if (!std::exchange(c_.certificate_is_dead, true)) {
      see(EventKind::credential_expired);
    }
  }

  void contact() {
    if (!c_.installed || c_.asked != Wants::nothing) return;
    if (c_.on == Network::offline) return by(silent_offline);
    const bool at_cmg = c_.on == Network::internet;
    if (at_cmg && !c_.may_use_cmg) return by(cmg_setting);
    const Wants wants = wish(at_cmg);
    if (wants == Wants::nothing) return;
    judge(wants, at_cmg);
    if (wants == Wants::exchange && c_.answer != Reference::Answer::no) {
      if (c_.answer == Reference::Answer::yes && !c_.is_lost) hear_news();
      return;
    }
    c_.asked = wants;
    c_.asked_cmg = at_cmg;
    c_.answer_in = options_.latency;
    if (wants == Wants::registration) see(EventKind::registration_requested);
    if (wants == Wants::renewal) see(EventKind::renewal_requested);
  }

  Wants wish(bool at_cmg) {
    const bool is_good = c_.holds_token && c_.token_age < validity_;
    c_.showed_bulk = false;
    if (!is_good) {
      const bool is_first = !c_.holds_token && !c_.knows_it_is_dead;
      const bool https_mp = !at_cmg && options_.mp == MpMode::https;
      c_.showed_bulk = is_first && c_.holds_bulk && !shows_pki() && (at_cmg || https_mp);
      if (c_.showed_bulk) by(shows_bulk);
      if (shows_pki()) by(pki_anywhere);
      if (!at_cmg) by(is_first ? registers_at_mp : comes_back_at_mp);
      if (!at_cmg || shows_pki() || c_.showed_bulk) return Wants::registration;
      by(c_.holds_token ? learns_at_cmg : needs_credential);
      return c_.holds_token ? Wants::exchange : Wants::nothing;
    }
    by(renews_monthly);
    const bool agent_start_only = options_.features.has(Feature::restart);
    if (agent_start_only) by(renews_at_start);
    const bool may = !agent_start_only || c_.just_started;
    return may && c_.token_age >= month_ ? Wants::renewal : Wants::exchange;
  }

  void judge(Wants wants, bool at_cmg) {
    const bool wants_token = wants != Wants::exchange;
    c_.is_lost = false;
    const auto is_up = [&](Endpoint e) { return site_.site->up[static_cast<std::size_t>(e)]; };
    const auto none_came = [&](FailureReason why) {
      by(outage_is_silence);
      c_.answer = Reference::Answer::none_came;
      c_.why_none = why;
    };
    if (!is_up(at_cmg ? Endpoint::cmg : Endpoint::mp)) {
      return none_came(FailureReason::endpoint_down);
    }
    if (wants_token && !is_up(Endpoint::sts)) return none_came(FailureReason::sts_down);
    c_.is_lost = site_.loses_answers[at_cmg ? 1 : 0];
    c_.answer = Reference::Answer::no;
    if (c_.blocked) return no(RefusalReason::client_blocked, blocked_is_refused);
    if (wants_token && c_.outdated) return no(RefusalReason::client_outdated, outdated_gets_none);
    if (wants == Wants::registration) {
      if (c_.showed_bulk) {
        by(bulk_accepted);
        if (const auto why = what_is_wrong_with_bulk()) return no(*why, bulk_accepted);
      } else if (!shows_pki() && !options_.internal_registration) {
        return no(RefusalReason::internal_registration_off, no_internal_registration);
      } else if (!shows_pki() && options_.mp == MpMode::https) {
        return no(RefusalReason::credential_required, https_mp_wants_credential);
      }
    } else {
      if (c_.keys_since == 2) return no(RefusalReason::unknown_signer, newest_signs);
      if (c_.token_age >= validity_) return no(RefusalReason::expired, good_for_90_days);
    }
    c_.answer = Reference::Answer::yes;
    c_.answer_keys_since = 0;
  }
  void no(RefusalReason why, ReferenceRule rule) {
    by(rule);
    c_.why_not = why;
  }

  std::optional<RefusalReason> what_is_wrong_with_bulk() const {
    const auto bulk = site_.site->bulk_tokens.find(kBulkGuid);
    if (bulk == site_.site->bulk_tokens.end()) return RefusalReason::bulk_token_unknown;
    if (bulk->second.signer == kRetiredKey) return RefusalReason::unknown_signer;  // A9
    if (kPresent - bulk->second.not_before >= kBulkLife) return RefusalReason::bulk_token_expired;
    if (bulk->second.blocked) return RefusalReason::bulk_token_blocked;
    return std::nullopt;
  }

  void reinstall() {
    by(begins_anew);
    c_.holds_token = c_.knows_it_is_dead = false;
    c_.asked = Wants::nothing;
    c_.holds_bulk = c_.ordered == 2;
    if (c_.as_another) by(another_is_not_blocked);
    c_.blocked = c_.blocked && !c_.as_another;
    c_.ordered = 0;
    c_.as_another = false;
    c_.just_started = true;
    see(EventKind::client_reinstalled);
  }

  void apply_answer() {
    const Wants asked = std::exchange(c_.asked, Wants::nothing);
    const bool is_reached = c_.on == (c_.asked_cmg ? Network::internet : Network::intranet);
    const bool is_registration = asked == Wants::registration;
    if (c_.answer == Reference::Answer::none_came || c_.is_lost || !is_reached) {
      const FailureReason why =
          c_.answer == Reference::Answer::none_came ? c_.why_none : FailureReason::answer_lost;
      if (is_registration) see_failure(EventKind::registration_failed, why);
      if (asked == Wants::renewal) see_failure(EventKind::renewal_failed, why);
      return;
    }
    if (c_.answer == Reference::Answer::yes) {
      by(is_registration ? registration_gives_token : renewal_moves_expiry);
      see(is_registration ? EventKind::registration_completed : EventKind::token_renewed);
      c_.holds_token = true;
      is_recorded_ = false;
      c_.token_age = options_.latency;
      c_.keys_since = c_.answer_keys_since;
      c_.knows_it_is_dead = false;
      if (is_registration && std::exchange(c_.holds_bulk, false)) by(bulk_dropped);
      return hear_news();
    }
    if (is_registration) {
      see_refusal(EventKind::registration_refused);
      if (c_.showed_bulk && std::exchange(c_.holds_bulk, false)) by(bulk_dropped);
      return;
    }
    if (asked == Wants::renewal) see_refusal(EventKind::renewal_refused);
    if (c_.why_not == RefusalReason::client_outdated) return;
    by(refused_registers_again);
    see_refusal(EventKind::re_registration_required);
    c_.holds_token = false;
    c_.knows_it_is_dead = true;
  }

  void hear_news() {
    if (!std::exchange(c_.is_to_switch, false)) return;
    by(settings_arrive);
    c_.may_use_cmg = !c_.may_use_cmg;
    see(EventKind::cmg_allowed_changed);
  }

  Reference c_;
  const SiteState& site_;
  const Options& options_;
  std::int64_t validity_;
  std::int64_t month_;
  std::int64_t certificate_life_;
  bool clock_ = false;
  bool is_recorded_ = false;  // the death of the token that it holds
  std::vector<ReferenceView> seen_;
  RuleSet rules_ = 0;
};

// What no longer matters reads as if it never was.
Reference tidy(Reference c) {
  const Reference fresh;
  if (!c.holds_token) c.token_age = c.keys_since = 0;
  if (c.asked == Wants::nothing) {
    c.asked_cmg = c.showed_bulk = c.is_lost = false;
    c.answer_in = 0;
    c.answer = fresh.answer;
  }
  const bool is_answered = c.asked != Wants::nothing;
  if (!is_answered || c.answer != Reference::Answer::no) c.why_not = fresh.why_not;
  if (!is_answered || c.answer != Reference::Answer::none_came) c.why_none = fresh.why_none;
  if (!is_answered || c.answer != Reference::Answer::yes) c.answer_keys_since = 0;
  return c;
}

}  // namespace

ReferenceView seen(const Happened& happened) {
  ReferenceView result{kind_of(happened.event), {}, {}, happened.after_clock};
  std::visit(
      [&](const auto& event) {
        if constexpr (requires { event.reason; }) {
          if constexpr (std::is_same_v<decltype(event.reason), RefusalReason>) {
            result.refusal = event.reason;
          } else {
            result.failure = event.reason;
          }
        }
      },
      happened.event);
  return result;
}

Reference in_plain_words(const ClientState& part, Instant now, const StateCodec& codec) {
  const Client& client = part.client;
  Reference c;
  c.installed = client.state != LifecycleState::not_installed;
  c.on = client.network;
  c.last_on_internet = client.last_connected == Network::internet;
  c.has_pki = client.credential == Credential::pki;
  c.outdated = client.version == ClientVersion::outdated;
  c.may_use_cmg = client.cmg_allowed;
  c.blocked = client.blocked;
  c.holds_bulk = !client.bulk.is_nil();
  c.just_started = part.agent_started;
  c.holds_token = client.token.exists();
  if (c.holds_token) {
    c.token_age = codec.age(client.token.not_before, now, codec.token_age_max());
    c.keys_since = static_cast<int>(kCurrentKey.value - client.token.signer.value);
  }
  c.knows_it_is_dead = client.state == LifecycleState::re_registration_required;
  if (part.reinstall.ordered) c.ordered = part.reinstall.with_bulk ? 2 : 1;
  c.as_another = part.reinstall.new_identity;
  c.certificate_age = part.certificate_age;
  c.certificate_is_dead = client.credential_expired;
  c.is_to_switch = part.unheard;
  if (part.answer_in > 0) {
    const RequestKind kind = part.answer.request.kind;
    c.asked = kind == RequestKind::registration ? Wants::registration
              : kind == RequestKind::renewal    ? Wants::renewal
                                                : Wants::exchange;
    c.asked_cmg = part.answer.request.via == Endpoint::cmg;
    c.showed_bulk = part.answer.request.credential == Credential::bulk;
    c.answer_in = part.answer_in;
    c.answer = part.answer.verdict.kind == Verdict::Kind::granted   ? Reference::Answer::yes
               : part.answer.verdict.kind == Verdict::Kind::refused ? Reference::Answer::no
                                                                    : Reference::Answer::none_came;
    c.is_lost = part.answer.lost;
    c.why_not = part.answer.verdict.refusal;
    c.why_none = part.answer.verdict.failure;
    c.answer_keys_since = static_cast<int>(kCurrentKey.value - part.answer.token.signer.value);
  }
  return tidy(c);
}

LifecycleState lifecycle_of(const Reference& c, std::int64_t token_validity) {
  if (!c.installed) return LifecycleState::not_installed;
  if (c.knows_it_is_dead) return LifecycleState::re_registration_required;
  if (!c.holds_token) return LifecycleState::installed;
  if (c.token_age >= token_validity) return LifecycleState::expired;
  if (c.asked == Wants::renewal) return LifecycleState::renewing;
  return c.last_on_internet ? LifecycleState::roaming : LifecycleState::registered;
}

ReferenceStep reference_tick(const Reference& client, const SiteState& site,
                             const Options& options) {
  ReferenceStep action = Tick(client, site, options).take();
  action.next = tidy(action.next);
  return action;
}

Reference reference_signer_change(const Reference& client, ActionKind kind) {
  Reference c = client;
  const auto change = [&](int& keys_since) {
    if (kind == ActionKind::rotate && keys_since < 2) ++keys_since;
    if (kind == ActionKind::retire && keys_since == 1) keys_since = 2;
  };
  if (c.holds_token) change(c.keys_since);
  if (c.asked != Wants::nothing && c.answer == Reference::Answer::yes) change(c.answer_keys_since);
  return c;
}

ReferenceStep reference_act(const Reference& client, const Action& action) {
  Reference c = client;
  EventKind kind{};
  ReferenceRule rule{};
  switch (action.kind) {
    case ActionKind::install:
      kind = EventKind::client_installed;
      rule = as_installed;
      c.installed = c.just_started = true;
      c.on = action.network;
      c.last_on_internet = action.network == Network::internet;
      c.has_pki = action.credential == Credential::pki;
      c.outdated = action.version == ClientVersion::outdated;
      c.holds_bulk = action.with_bulk;
      break;
    case ActionKind::move:
      kind = EventKind::network_changed;
      rule = silent_offline;
      c.on = action.network;
      if (c.on != Network::offline) c.last_on_internet = c.on == Network::internet;
      break;
    case ActionKind::block:
    case ActionKind::unblock:
      c.blocked = action.kind == ActionKind::block;
      rule = blocked_is_refused;
      kind = c.blocked ? EventKind::client_blocked : EventKind::client_unblocked;
      break;
    case ActionKind::forbid_cmg:
    case ActionKind::allow_cmg:
      kind = EventKind::cmg_allowed_changed;
      rule = cmg_setting;
      c.is_to_switch = false;
      if (c.may_use_cmg == (action.kind == ActionKind::allow_cmg)) return {c, {}, only(rule)};
      c.may_use_cmg = !c.may_use_cmg;
      break;
    case ActionKind::announce: c.is_to_switch = !c.is_to_switch; return {c, {}, only(cmg_setting)};
    case ActionKind::upgrade:
      kind = EventKind::client_upgraded;
      rule = outdated_gets_none;
      c.outdated = false;
      break;
    case ActionKind::restart:
      kind = EventKind::agent_restarted;
      rule = renews_at_start;
      c.just_started = true;
      break;
    case ActionKind::reinstall:
      c.ordered = action.with_bulk ? 2 : 1;
      c.as_another = action.new_identity;
      return {c, {}, only(begins_anew)};
    case ActionKind::tick:
    case ActionKind::outage_begins:
    case ActionKind::outage_ends:
    case ActionKind::lose_answers:
    case ActionKind::issue_bulk:
    case ActionKind::block_bulk:
    case ActionKind::unblock_bulk:
    case ActionKind::rotate:
    case ActionKind::retire: return {c, {}, 0};
  }
  return {c, {{kind, {}, {}, false}}, only(rule)};
}

}  // namespace tokenlife::sim::checker
