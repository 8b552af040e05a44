// Each property is a sentence about one action of one client, and holds by the rules that it names.
#include "core/event_error.hpp"
#include "core/site.hpp"
#include "sim/check/operators.hpp"
#include "sim/check/property.hpp"
#include "sim/check/reference.hpp"

namespace tokenlife::sim::checker {
namespace {

using State = LifecycleState;
constexpr std::chrono::days kValidity{90};
constexpr std::chrono::days kMonth{30};
constexpr std::chrono::days kBulkLife{3};

bool is_live(State state) {
  return state == State::registered || state == State::roaming || state == State::renewing;
}
bool granted(const Transition& taken) {
  return taken.request && taken.verdict.kind == Verdict::Kind::granted;
}
bool is_up(const Transition& taken, Endpoint endpoint) {
  return taken.site->site->up[static_cast<std::size_t>(endpoint)];
}
bool wants_token(const Request& request) { return request.kind != RequestKind::exchange; }
bool is_trusted(const ClientToken& token) { return token.exists() && token.signer != kRetiredKey; }

// Whether the client leaves the state by nothing but the given kinds of events.
bool leaves_only_by(const Transition& taken, State state, std::initializer_list<EventKind> kinds) {
  for (const Happened& happened : taken.events) {
    if (happened.from != state || happened.to == state) continue;
    if (std::find(kinds.begin(), kinds.end(), kind_of(happened.event)) == kinds.end()) return false;
  }
  return taken.before.client.state != state || taken.after.client.state == state ||
         !taken.events.empty();
}

// ---- Tokens ------------------------------------------------------------------------------------

bool live_tokens_are_valid(const Transition& taken, const Model&) {
  const Client& client = taken.after.client;
  if (!is_live(client.state)) return true;
  return client.token.exists() && taken.now < client.token.not_before + kValidity;
}
bool dead_tokens_are_refused(const Transition& taken, const Model&) {
  if (!granted(taken) || taken.request->kind == RequestKind::registration) return true;
  const ClientToken& token = taken.before.client.token;
  return is_trusted(token) && kPresent < token.not_before + kValidity;
}
bool tokens_come_with_answers(const Transition& taken, const Model&) {
  const ClientToken& held = taken.after.client.token;
  if (!held.exists() || held.serial == taken.before.client.token.serial) return true;
  return taken.heard && wants_token(taken.heard->request) && !taken.heard->lost &&
         taken.heard->verdict.kind == Verdict::Kind::granted && held == taken.heard->token;
}
bool tokens_have_their_dates(const Transition& taken, const Model&) {
  if (!taken.issued.exists() || !wants_token(*taken.request)) return true;
  return taken.issued.not_before == kPresent && taken.issued.expires == kPresent + kValidity &&
         taken.issued.signer == kCurrentKey;
}
bool held_tokens_keep_their_dates(const Transition& taken, const Model&) {
  const ClientToken& held = taken.after.client.token;
  return held.serial != taken.before.client.token.serial || held == taken.before.client.token;
}
bool serials_are_new(const Transition& taken, const Model&) {
  const auto* completed = find<RegistrationCompleted>(taken);
  const auto* renewed = find<TokenRenewed>(taken);
  if (completed == nullptr && renewed == nullptr) return true;
  const ClientToken& token = completed != nullptr ? completed->token : renewed->token;
  const Client& before = taken.before.client;
  return token.serial.ordinal() > before.newest_ordinal && taken.after.client.token == token;
}

// ---- States ------------------------------------------------------------------------------------

bool expired_is_left_rightly(const Transition& taken, const Model&) {
  return leaves_only_by(taken, State::expired,
                        {EventKind::registration_completed, EventKind::token_renewed,
                         EventKind::re_registration_required, EventKind::client_reinstalled});
}
bool re_registration_is_left_rightly(const Transition& taken, const Model&) {
  return leaves_only_by(taken, State::re_registration_required,
                        {EventKind::registration_completed, EventKind::client_reinstalled});
}
bool installed_is_left_rightly(const Transition& taken, const Model&) {
  return leaves_only_by(taken, State::installed, {EventKind::registration_completed});
}
bool only_the_dead_hold_none(const Transition& taken, const Model&) {
  const Client& client = taken.after.client;
  return client.token.exists() == (is_live(client.state) || client.state == State::expired);
}
bool states_follow_the_network(const Transition& taken, const Model&) {
  const Client& client = taken.after.client;
  if (client.state == State::registered) return client.last_connected == Network::intranet;
  return client.state != State::roaming || client.last_connected == Network::internet;
}
// What is under way arrives within the latency, whatever happens.
bool renewing_awaits_an_answer(const Transition& taken, const Model& model) {
  const bool waits = taken.after.answer_in > 0 && taken.after.answer_in < model.options().latency &&
                     taken.after.answer.request.kind == RequestKind::renewal;
  return taken.after.client.state != State::renewing || waits;
}
bool renewals_are_monthly(const Transition& taken, const Model&) {
  return find<RenewalRequested>(taken) == nullptr ||
         kPresent >= taken.before.client.token.not_before + kMonth;
}

// ---- Who is served -----------------------------------------------------------------------------

bool blocked_is_absolute(const Transition& taken, const Model&) {
  return !granted(taken) || !taken.before.client.blocked;
}
bool unblocking_gives_nothing(const Transition& taken, const Model&) {
  if (taken.action.kind != ActionKind::unblock) return true;
  ClientState expected = taken.before;
  expected.client.blocked = false;
  return taken.after == expected;
}
bool outages_are_inert(const Transition& taken, const Model&) {
  if (!taken.request) return true;
  const bool reached = is_up(taken, taken.request->via) &&
                       (is_up(taken, Endpoint::sts) || !wants_token(*taken.request));
  return reached || (taken.verdict.kind == Verdict::Kind::failed && !taken.issued.exists());
}
bool outdated_get_none(const Transition& taken, const Model&) {
  return !granted(taken) || !wants_token(*taken.request) ||
         taken.before.client.version == ClientVersion::current;
}
bool cmg_setting_is_obeyed(const Transition& taken, const Model&) {
  return !taken.request || taken.request->via != Endpoint::cmg || taken.before.client.cmg_allowed;
}
bool offline_is_silent(const Transition& taken, const Model&) {
  if (taken.request && taken.before.client.network != network_of(taken.request->via)) return false;
  const bool leaves =
      taken.action.kind == ActionKind::move && taken.action.network == Network::offline;
  return !leaves || taken.after.client.state == taken.before.client.state;
}
bool cmg_wants_a_credential(const Transition& taken, const Model&) {
  if (!granted(taken) || taken.request->kind != RequestKind::registration) return true;
  return taken.request->via == Endpoint::mp || taken.request->credential != Credential::self_signed;
}
bool back_over_an_mp(const Transition& taken, const Model&) {
  if (!granted(taken) || taken.request->kind != RequestKind::registration) return true;
  return taken.before.client.state == State::installed ||
         taken.request->credential == Credential::pki || taken.request->via == Endpoint::mp;
}

// ---- Bulk tokens -------------------------------------------------------------------------------

bool bulk_is_good(const Transition& taken, const Model&) {
  if (!granted(taken) || taken.request->credential != Credential::bulk) return true;
  const auto bulk = taken.site->site->bulk_tokens.find(kBulkGuid);
  return taken.before.client.state == State::installed &&
         bulk != taken.site->site->bulk_tokens.end() && !bulk->second.blocked &&
         bulk->second.signer != kRetiredKey && kPresent < bulk->second.not_before + kBulkLife;
}
bool bulk_is_used_once(const Transition& taken, const Model&) {
  const bool is_given =
      taken.action.kind == ActionKind::install || find<ClientReinstalled>(taken) != nullptr;
  if (!is_given && taken.before.client.bulk.is_nil() && !taken.after.client.bulk.is_nil()) {
    return false;
  }
  const bool was_shown = taken.heard && taken.heard->request.credential == Credential::bulk &&
                         find<RegistrationRefused>(taken) != nullptr;
  const bool is_over = was_shown || find<RegistrationCompleted>(taken) != nullptr;
  return !is_over || taken.after.client.bulk.is_nil();
}
bool bulk_concerns_newcomers(const Transition& taken, const Model& model) {
  if (taken.action.kind != ActionKind::tick || !taken.before.client.token.exists()) return true;
  if (!model.options().features.has(Feature::bulk)) return true;
  const PartKey after = model.codec().pack(taken.after, taken.now);
  SiteState other = *taken.site;
  const Instant long_ago = kPresent - std::chrono::days{60};
  for (const Instant issued : {kPresent, long_ago}) {
    for (const bool blocked : {false, true}) {
      for (const KeyNumber signer : {kCurrentKey, kRetiredKey}) {
        other.site->bulk_tokens[kBulkGuid] = {"",      kBulkGuid, issued, issued + kBulkLife,
                                              blocked, signer};
        const Transition with = model.tick(taken.before, other);
        if (model.codec().pack(with.after, with.now) != after) return false;
      }
    }
  }
  return true;
}

// ---- Deadlines: what a client comes to if it is left alone --------------------------------------

bool is_reachable(const Transition& taken) {
  const Client& client = taken.before.client;
  if (client.network == Network::offline) return false;
  const Endpoint via = endpoint_on(client.network);
  return is_up(taken, via) && (via == Endpoint::mp || client.cmg_allowed) &&
         !taken.site->loses_answers[static_cast<std::size_t>(via)];
}
bool is_welcome(const Transition& taken) {
  return is_reachable(taken) && is_up(taken, Endpoint::sts) && !taken.before.client.blocked &&
         taken.before.client.version == ClientVersion::current;
}
bool is_left_alone(const Transition& taken) {
  return taken.action.kind == ActionKind::tick && !taken.before.reinstall.ordered;
}

// The client after that many ticks in which nothing else happens to it or the site.
ClientState later(const Transition& taken, const Model& model, std::uint32_t ticks) {
  const StateCodec& codec = model.codec();
  ClientState part = codec.unpack_client(codec.pack(taken.after, taken.now));
  for (std::uint32_t i = 1; i < ticks; ++i) {
    const Transition next = model.tick(part, *taken.site);
    part = codec.unpack_client(codec.pack(next.after, next.now));
  }
  return part;
}

bool intranet_serves(const Transition& taken, const Model& model) {
  const Options& options = model.options();
  const bool takes_all = options.internal_registration && options.mp == MpMode::enhanced_http;
  if (!is_left_alone(taken) || taken.before.client.network != Network::intranet ||
      !is_welcome(taken) || !takes_all) {
    return true;
  }
  const auto is_served = [](const Client& client) {
    return is_live(client.state) && is_trusted(client.token);
  };
  if (is_served(taken.before.client)) return true;
  // A request under way, an exchange that is refused, and the registration.
  for (std::uint32_t ticks = 1; ticks < 3 * options.latency; ++ticks) {
    if (is_served(later(taken, model, ticks).client)) return true;
  }
  return false;
}
bool due_is_renewed(const Transition& taken, const Model& model) {
  const Client& client = taken.before.client;
  const Options& options = model.options();
  if (!is_left_alone(taken) || !is_welcome(taken) || taken.before.answer_in > 0) return true;
  if (options.features.has(Feature::restart) && !taken.before.agent_started) return true;
  if (!is_live(client.state) || !is_trusted(client.token)) return true;
  if (kPresent < client.token.not_before + kMonth) return true;
  const Client after = later(taken, model, options.latency).client;
  return is_live(after.state) &&
         kPresent - after.token.not_before == options.unit * options.latency;
}
bool expired_learns_it(const Transition& taken, const Model& model) {
  const Client& client = taken.before.client;
  if (!is_left_alone(taken) || client.state != State::expired || !is_reachable(taken) ||
      client.network != Network::internet || client.credential == Credential::pki ||
      taken.before.answer_in > 0) {
    return true;
  }
  const Client after = later(taken, model, model.options().latency).client;
  return after.state == State::re_registration_required;
}
bool stranded_waits(const Transition& taken, const Model&) {
  const Client& client = taken.before.client;
  if (!is_left_alone(taken) || client.state != State::re_registration_required ||
      client.network == Network::intranet || client.credential == Credential::pki) {
    return true;
  }
  return !taken.request && taken.after.client.state == State::re_registration_required;
}

// ---- The whole ---------------------------------------------------------------------------------

bool events_are_legal(const Transition& taken, const Model&) {
  for (const Happened& happened : taken.events) {
    if (happened.error != EventError::none) return false;
  }
  return true;
}
bool agrees_with_reference(const Transition& taken, const Model& model) {
  if (is_of_site(taken.action.kind)) {
    return taken.site_after == reference_act(*taken.site, taken.action);
  }
  const StateCodec& codec = model.codec();
  const Reference before = in_plain_words(taken.before, kPresent, codec);
  const ReferenceStep expected = taken.action.kind == ActionKind::tick
                                     ? reference_tick(before, *taken.site, model.options())
                                     : reference_act(before, taken.action);
  if (expected.seen.size() != taken.events.size()) return false;
  for (std::size_t i = 0; i < taken.events.size(); ++i) {
    if (!(seen(taken.events[i]) == expected.seen[i])) return false;
  }
  return expected.next == in_plain_words(taken.after, taken.now, codec) &&
         lifecycle_of(expected.next, codec.token_age_max()) == taken.after.client.state;
}

// The most telling first: of several that one action breaks the first gives the counterexample.
constexpr Invariant kAlways[] = {
    {"dead-tokens-are-refused",
     "no exchange or renewal is granted with a token that is expired or whose signer is retired",
     "R57 R59 A5 A9", dead_tokens_are_refused},
    {"blocked-is-absolute", "nothing is granted to a blocked client", "A8", blocked_is_absolute},
    {"unblocking-gives-nothing", "unblocking a client lifts the block and gives nothing back", "A8",
     unblocking_gives_nothing},
    {"new-identity-is-free",
     "a client that is reinstalled with a new identity is not blocked, and any other stays so",
     "A8", new_identity_is_free},
    {"settings-come-with-grants",
     "a client hears of a setting that was changed for it with what it is granted, never otherwise",
     "A15", settings_come_with_grants},
    {"grants-bring-settings", "whatever a client is granted tells it of a setting that was changed",
     "A15", grants_bring_settings},
    {"ended-certificates-open-nothing", "no client shows a PKI certificate that has expired", "A14",
     ended_certificates_open_nothing},
    {"certificates-renew-on-the-intranet",
     "a certificate that has expired is renewed on the intranet, at once, and nowhere else", "A14",
     certificates_renew_on_the_intranet},
    {"outages-are-inert",
     "nothing is granted by an endpoint that is down, and no token while the STS is", "R14",
     outages_are_inert},
    {"outdated-get-none", "an outdated client gets no token, whatever else holds", "R5 D11",
     outdated_get_none},
    {"cmg-setting-is-obeyed", "a client asks the CMG for nothing while its setting forbids it",
     "R10 R11", cmg_setting_is_obeyed},
    {"offline-is-silent",
     "a client asks where it is connected and nowhere else; going offline leaves its state alone",
     "A12", offline_is_silent},
    {"cmg-wants-a-credential",
     "no client registers over the CMG with a self-signed certificate alone", "R2 R20",
     cmg_wants_a_credential},
    {"back-over-an-mp", "a client whose token died gets a new one from an MP, or by PKI",
     "R60 D8 A7 A11", back_over_an_mp},
    {"bulk-is-good",
     "a bulk token is accepted only if it is known, its signer not retired, not blocked, at most "
     "three days old, and shown at a first registration",
     "D2 A9 R20 R25 R54 R62", bulk_is_good},
    {"bulk-is-used-once",
     "a bulk token is gone once the client is registered or was refused with it", "R25 R28",
     bulk_is_used_once},
    {"bulk-concerns-newcomers",
     "what happens to a bulk token changes no client that holds a token of its own", "D1",
     bulk_concerns_newcomers},
    {"tokens-have-their-dates",
     "a token is issued when the site judges, for 90 days, by the key that signs now",
     "R14 R57 D7 A9", tokens_have_their_dates},
    {"held-tokens-keep-their-dates", "nothing but a renewal moves the expiry of a client's token",
     "D7", held_tokens_keep_their_dates},
    {"tokens-come-with-answers",
     "a client gets a token with the answer to a registration or renewal, and in no other way",
     "R14 R23 R24", tokens_come_with_answers},
    {"serials-are-new", "a client holds one token, and none that it held before", "D5 R14",
     serials_are_new},
    {"live-tokens-are-valid",
     "a registered, roaming or renewing client holds a token younger than 90 days", "R57 A5",
     live_tokens_are_valid},
    {"only-the-dead-hold-none",
     "a client holds a token exactly if it is registered, roaming, renewing or expired",
     "D10 A8 A10", only_the_dead_hold_none},
    {"installed-is-left-rightly",
     "an installed client becomes something else by a completed registration only", "D10 R12",
     installed_is_left_rightly},
    {"expired-is-left-rightly",
     "expired ends by a registration, a late answer, a refusal or a reinstallation", "A7 A10 R60",
     expired_is_left_rightly},
    {"re-registration-is-left-rightly",
     "re-registration required ends by a registration or a reinstallation", "A7 A10 R60",
     re_registration_is_left_rightly},
    {"states-follow-the-network",
     "registered was last connected to the intranet, roaming to the internet", "A12",
     states_follow_the_network},
    {"renewing-awaits-an-answer",
     "a renewing client leaves that state within the latency, with the answer to its request",
     "R56", renewing_awaits_an_answer},
    {"renewals-are-monthly", "no client asks to renew a token younger than 30 days", "R56 A1",
     renewals_are_monthly},
    {"intranet-serves",
     "a client that stays on the intranet, not blocked and current, with MP and STS up, soon holds "
     "a good token: within 2 units of time if an answer takes one",
     "R12 R60 D8", intranet_serves},
    {"due-is-renewed",
     "a connected client, not blocked and current, renews a token that is due with its next "
     "request",
     "R56 R58 R59", due_is_renewed},
    {"expired-learns-it",
     "an expired client that reaches the CMG learns that it must register again", "A10",
     expired_learns_it},
    {"stranded-waits", "a client that must register again does nothing until it is on the intranet",
     "R60 D8", stranded_waits},
    {"events-are-legal", "the lifecycle table admits every event that the rules decide", "D10",
     events_are_legal},
    {"agrees-with-the-reference", "core agrees with the reference model", "",
     agrees_with_reference},
};
static_assert(std::size(kAlways) <= 64);

}  // namespace

std::span<const Invariant> always() { return kAlways; }

ViolationSet check_invariants(const Transition& taken, const Model& model) {
  ViolationSet broken = 0;
  for (std::size_t i = 0; i < std::size(kAlways); ++i) {
    if (!kAlways[i].holds(taken, model)) broken |= ViolationSet{1} << i;
  }
  return broken;
}

}  // namespace tokenlife::sim::checker
