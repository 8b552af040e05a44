// Each property is a sentence about one action of one client, and holds by the rules that it names.
#include "core/ensure.hpp"
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
bool granted(const Transition& transition) {
  return transition.request && transition.verdict.kind == Verdict::Kind::granted;
}
bool is_up(const Transition& transition, Endpoint endpoint) {
  return transition.site.site.up[static_cast<std::size_t>(endpoint)];
}
bool wants_token(const Request& request) { return request.kind != RequestKind::exchange; }
bool is_trusted(const ClientToken& token) { return token.exists() && token.signer != kRetiredKey; }

template <class Event>
const Event* find(const Transition& transition) {
  for (const Happened& happened : transition.events) {
    if (const auto* event = std::get_if<Event>(&happened.event)) return event;
  }
  return nullptr;
}

// Whether the client leaves the state by nothing but the given kinds of events.
bool leaves_only_by(const Transition& transition, State state,
                    std::initializer_list<EventKind> kinds) {
  for (const Happened& happened : transition.events) {
    if (happened.from != state || happened.to == state) continue;
    if (std::find(kinds.begin(), kinds.end(), kind_of(happened.event)) == kinds.end()) return false;
  }
  return transition.before.client.state != state || transition.after.client.state == state ||
         !transition.events.empty();
}

// ---- Tokens ------------------------------------------------------------------------------------

bool live_tokens_are_valid(const Transition& transition, const Model&) {
  const Client& client = transition.after.client;
  if (!is_live(client.state)) return true;
  return client.token.exists() && transition.now < client.token.not_before + kValidity;
}
bool dead_tokens_are_refused(const Transition& transition, const Model&) {
  if (!granted(transition) || transition.request->kind == RequestKind::registration) return true;
  const ClientToken& token = transition.before.client.token;
  return is_trusted(token) && kPresent < token.not_before + kValidity;
}
bool tokens_come_with_answers(const Transition& transition, const Model&) {
  const ClientToken& held = transition.after.client.token;
  if (!held.exists() || held.serial == transition.before.client.token.serial) return true;
  return transition.heard && wants_token(transition.heard->request) && !transition.heard->lost &&
         transition.heard->verdict.kind == Verdict::Kind::granted &&
         held == transition.heard->token;
}
bool tokens_have_their_dates(const Transition& transition, const Model&) {
  if (!transition.issued.exists() || !wants_token(*transition.request)) return true;
  return transition.issued.not_before == kPresent &&
         transition.issued.expires == kPresent + kValidity &&
         transition.issued.signer == kCurrentKey;
}
bool held_tokens_keep_their_dates(const Transition& transition, const Model&) {
  const ClientToken& held = transition.after.client.token;
  return held.serial != transition.before.client.token.serial ||
         held == transition.before.client.token;
}
bool serials_are_new(const Transition& transition, const Model&) {
  const auto* completed = find<RegistrationCompleted>(transition);
  const auto* renewed = find<TokenRenewed>(transition);
  if (completed == nullptr && renewed == nullptr) return true;
  const ClientToken& token = completed != nullptr ? completed->token : renewed->token;
  const Client& before = transition.before.client;
  return token.serial.ordinal() > before.newest_ordinal && transition.after.client.token == token;
}

// ---- States ------------------------------------------------------------------------------------

bool expired_is_left_rightly(const Transition& transition, const Model&) {
  return leaves_only_by(transition, State::expired,
                        {EventKind::registration_completed, EventKind::token_renewed,
                         EventKind::re_registration_required, EventKind::client_reinstalled});
}
bool re_registration_is_left_rightly(const Transition& transition, const Model&) {
  return leaves_only_by(transition, State::re_registration_required,
                        {EventKind::registration_completed, EventKind::client_reinstalled});
}
bool installed_is_left_rightly(const Transition& transition, const Model&) {
  return leaves_only_by(transition, State::installed, {EventKind::registration_completed});
}
bool only_the_dead_hold_none(const Transition& transition, const Model&) {
  const Client& client = transition.after.client;
  return client.token.exists() == (is_live(client.state) || client.state == State::expired);
}
bool states_follow_the_network(const Transition& transition, const Model&) {
  const Client& client = transition.after.client;
  if (client.state == State::registered) return client.last_connected == Network::intranet;
  return client.state != State::roaming || client.last_connected == Network::internet;
}
// What is under way arrives within the latency, whatever happens.
bool renewing_awaits_an_answer(const Transition& transition, const Model& model) {
  const bool waits = transition.after.answer_in > 0 &&
                     transition.after.answer_in < model.options().latency &&
                     transition.after.answer.request.kind == RequestKind::renewal;
  return transition.after.client.state != State::renewing || waits;
}
bool renewals_are_monthly(const Transition& transition, const Model&) {
  return find<RenewalRequested>(transition) == nullptr ||
         kPresent >= transition.before.client.token.not_before + kMonth;
}

// ---- Who is served -----------------------------------------------------------------------------

bool blocked_is_absolute(const Transition& transition, const Model&) {
  return !granted(transition) || !transition.before.client.blocked;
}
bool unblocking_gives_nothing(const Transition& transition, const Model&) {
  if (transition.action.kind != ActionKind::unblock) return true;
  ClientState expected = transition.before;
  expected.client.blocked = false;
  return transition.after == expected;
}
bool outages_are_inert(const Transition& transition, const Model&) {
  if (!transition.request) return true;
  const bool reached = is_up(transition, transition.request->via) &&
                       (is_up(transition, Endpoint::sts) || !wants_token(*transition.request));
  return reached ||
         (transition.verdict.kind == Verdict::Kind::failed && !transition.issued.exists());
}
bool outdated_get_none(const Transition& transition, const Model&) {
  return !granted(transition) || !wants_token(*transition.request) ||
         transition.before.client.version == ClientVersion::current;
}
bool cmg_setting_is_obeyed(const Transition& transition, const Model&) {
  return !transition.request || transition.request->via != Endpoint::cmg ||
         transition.before.client.cmg_allowed;
}
bool offline_is_silent(const Transition& transition, const Model&) {
  if (transition.request && transition.before.client.network != network_of(transition.request->via))
    return false;
  const bool leaves =
      transition.action.kind == ActionKind::move && transition.action.network == Network::offline;
  return !leaves || transition.after.client.state == transition.before.client.state;
}
bool cmg_wants_a_credential(const Transition& transition, const Model&) {
  if (!granted(transition) || transition.request->kind != RequestKind::registration) return true;
  return transition.request->via == Endpoint::mp ||
         transition.request->credential != Credential::self_signed;
}
bool back_over_an_mp(const Transition& transition, const Model&) {
  if (!granted(transition) || transition.request->kind != RequestKind::registration) return true;
  const Client& client = transition.before.client;
  return client.state == State::installed || client.credential == Credential::pki ||
         transition.request->via == Endpoint::mp;
}

// ---- Bulk tokens -------------------------------------------------------------------------------

bool bulk_is_good(const Transition& transition, const Model&) {
  if (!granted(transition) || transition.request->credential != Credential::bulk) return true;
  const auto bulk = transition.site.site.bulk_tokens.find(kBulkGuid);
  return transition.before.client.state == State::installed &&
         bulk != transition.site.site.bulk_tokens.end() && !bulk->second.blocked &&
         bulk->second.signer != kRetiredKey && kPresent < bulk->second.not_before + kBulkLife;
}
bool bulk_is_used_once(const Transition& transition, const Model&) {
  const bool is_given = transition.action.kind == ActionKind::install ||
                        find<ClientReinstalled>(transition) != nullptr;
  if (!is_given && transition.before.client.bulk.is_nil() &&
      !transition.after.client.bulk.is_nil()) {
    return false;
  }
  const bool was_shown = transition.heard &&
                         transition.heard->request.credential == Credential::bulk &&
                         find<RegistrationRefused>(transition) != nullptr;
  const bool is_over = was_shown || find<RegistrationCompleted>(transition) != nullptr;
  return !is_over || transition.after.client.bulk.is_nil();
}
bool bulk_concerns_newcomers(const Transition& transition, const Model& model) {
  if (transition.action.kind != ActionKind::tick || !transition.before.client.token.exists())
    return true;
  if (!model.options().features.has(Feature::bulk)) return true;
  const std::uint64_t after = model.codec().pack(transition.after, transition.now);
  SiteState other = transition.site;
  const Instant long_ago = kPresent - std::chrono::days{60};
  for (const Instant issued : {kPresent, long_ago}) {
    for (const bool blocked : {false, true}) {
      for (const KeyNumber signer : {kCurrentKey, kRetiredKey}) {
        other.site.bulk_tokens[kBulkGuid] = {"",      kBulkGuid, issued, issued + kBulkLife,
                                             blocked, signer};
        const Transition with = model.tick(transition.before, other);
        if (model.codec().pack(with.after, with.now) != after) return false;
      }
    }
  }
  return true;
}

// ---- Deadlines: what a client comes to if it is left alone --------------------------------------

bool is_reachable(const Transition& transition) {
  const Client& client = transition.before.client;
  if (client.network == Network::offline) return false;
  const Endpoint via = endpoint_on(client.network);
  return is_up(transition, via) && (via == Endpoint::mp || client.cmg_allowed) &&
         !transition.site.loses_answers[static_cast<std::size_t>(via)];
}
bool is_welcome(const Transition& transition) {
  return is_reachable(transition) && is_up(transition, Endpoint::sts) &&
         !transition.before.client.blocked &&
         transition.before.client.version == ClientVersion::current;
}
bool is_left_alone(const Transition& transition) {
  return transition.action.kind == ActionKind::tick &&
         transition.before.reinstall == Reinstallation::none;
}

// The client after that many ticks in which nothing else happens to it or the site.
ClientState later(const Transition& transition, const Model& model, std::uint32_t ticks) {
  const StateCodec& codec = model.codec();
  ClientState part = codec.unpack_client(codec.pack(transition.after, transition.now));
  for (std::uint32_t i = 1; i < ticks; ++i) {
    const Transition next = model.tick(part, transition.site);
    part = codec.unpack_client(codec.pack(next.after, next.now));
  }
  return part;
}

bool intranet_serves(const Transition& transition, const Model& model) {
  const Options& options = model.options();
  const bool takes_all = options.internal_registration && options.mp == MpMode::enhanced_http;
  if (!is_left_alone(transition) || transition.before.client.network != Network::intranet ||
      !is_welcome(transition) || !takes_all) {
    return true;
  }
  const auto is_served = [](const Client& client) {
    return is_live(client.state) && is_trusted(client.token);
  };
  if (is_served(transition.before.client)) return true;
  // A request under way, an exchange that is refused, and the registration.
  for (std::uint32_t ticks = 1; ticks < 3 * options.latency; ++ticks) {
    if (is_served(later(transition, model, ticks).client)) return true;
  }
  return false;
}
bool due_is_renewed(const Transition& transition, const Model& model) {
  const Client& client = transition.before.client;
  const Options& options = model.options();
  if (!is_left_alone(transition) || !is_welcome(transition) || transition.before.answer_in > 0)
    return true;
  if (options.features.has(Feature::restart) && !transition.before.agent_started) return true;
  if (!is_live(client.state) || !is_trusted(client.token)) return true;
  if (kPresent < client.token.not_before + kMonth) return true;
  const Client after = later(transition, model, options.latency).client;
  return is_live(after.state) &&
         kPresent - after.token.not_before == options.unit * options.latency;
}
bool expired_learns_it(const Transition& transition, const Model& model) {
  const Client& client = transition.before.client;
  if (!is_left_alone(transition) || client.state != State::expired || !is_reachable(transition) ||
      client.network != Network::internet || client.credential == Credential::pki ||
      transition.before.answer_in > 0) {
    return true;
  }
  const Client after = later(transition, model, model.options().latency).client;
  return after.state == State::re_registration_required;
}
bool stranded_waits(const Transition& transition, const Model&) {
  const Client& client = transition.before.client;
  if (!is_left_alone(transition) || client.state != State::re_registration_required ||
      client.network == Network::intranet || client.credential == Credential::pki) {
    return true;
  }
  return !transition.request && transition.after.client.state == State::re_registration_required;
}

// ---- The whole ---------------------------------------------------------------------------------

bool events_are_legal(const Transition& transition, const Model&) {
  for (const Happened& happened : transition.events) {
    if (happened.legality != EventError::none) return false;
  }
  return true;
}
bool agrees_with_reference(const Transition& transition, const Model& model) {
  if (is_of_site(transition.action.kind)) {
    return transition.site_after == reference_act(transition.site, transition.action);
  }
  const StateCodec& codec = model.codec();
  const Reference before = in_plain_words(transition.before, kPresent, codec);
  const ReferenceStep expected = transition.action.kind == ActionKind::tick
                                     ? reference_tick(before, transition.site, model.options())
                                     : reference_act(before, transition.action);
  if (expected.seen.size() != transition.events.size()) return false;
  for (std::size_t i = 0; i < transition.events.size(); ++i) {
    if (!(seen(transition.events[i]) == expected.seen[i])) return false;
  }
  return expected.next == in_plain_words(transition.after, transition.now, codec) &&
         lifecycle_of(expected.next, codec.token_age_max()) == transition.after.client.state;
}

// The most telling first: of several that one action breaks the first gives the counterexample.
constexpr Invariant kAlways[] = {
    {"dead-tokens-are-refused",
     "no exchange or renewal is granted with a token that is expired or whose signer is retired",
     "R57 R59 A5 A9", dead_tokens_are_refused},
    {"blocked-is-absolute", "nothing is granted to a blocked client", "A8", blocked_is_absolute},
    {"unblocking-gives-nothing", "unblocking a client lifts the block and gives nothing back", "A8",
     unblocking_gives_nothing},
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
     "a good token: within 2 ticks if an answer takes one",
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

ViolationSet check_invariants(const Transition& transition, const Model& model) {
  ViolationSet broken = 0;
  for (std::size_t i = 0; i < std::size(kAlways); ++i) {
    if (!kAlways[i].holds(transition, model)) broken |= ViolationSet{1} << i;
  }
  return broken;
}

}  // namespace tokenlife::sim::checker
