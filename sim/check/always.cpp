// Each property is a sentence about one step of one client, and holds by the rules that it names.
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
bool granted(const Deed& deed) {
  return deed.request && deed.verdict.kind == Verdict::Kind::granted;
}
bool is_up(const Deed& deed, Endpoint endpoint) {
  return deed.site.site.up[static_cast<std::size_t>(endpoint)];
}
bool wants_token(const Request& request) { return request.kind != RequestKind::exchange; }
bool is_trusted(const ClientToken& token) { return token.exists() && token.signer != kRetiredKey; }

template <class Event>
const Event* find(const Deed& deed) {
  for (const Happened& happened : deed.events) {
    if (const auto* event = std::get_if<Event>(&happened.event)) return event;
  }
  return nullptr;
}

// Whether the client leaves the state by nothing but the given kinds of events.
bool leaves_only_by(const Deed& deed, State state, std::initializer_list<EventKind> kinds) {
  for (const Happened& happened : deed.events) {
    if (happened.from != state || happened.to == state) continue;
    if (std::find(kinds.begin(), kinds.end(), kind_of(happened.event)) == kinds.end()) return false;
  }
  return deed.before.client.state != state || deed.after.client.state == state ||
         !deed.events.empty();
}

// ---- Tokens ------------------------------------------------------------------------------------

bool live_tokens_are_valid(const Deed& deed, const Stepper&) {
  const Client& client = deed.after.client;
  if (!is_live(client.state)) return true;
  return client.token.exists() && deed.now < client.token.not_before + kValidity;
}
bool dead_tokens_are_refused(const Deed& deed, const Stepper&) {
  if (!granted(deed) || deed.request->kind == RequestKind::registration) return true;
  const ClientToken& token = deed.before.client.token;
  return is_trusted(token) && kPresent < token.not_before + kValidity;
}
bool tokens_come_with_answers(const Deed& deed, const Stepper&) {
  const ClientToken& held = deed.after.client.token;
  if (!held.exists() || held.serial == deed.before.client.token.serial) return true;
  return deed.heard && wants_token(deed.heard->request) && !deed.heard->lost &&
         deed.heard->verdict.kind == Verdict::Kind::granted && held == deed.heard->token;
}
bool tokens_have_their_dates(const Deed& deed, const Stepper&) {
  if (!deed.issued.exists() || !wants_token(*deed.request)) return true;
  return deed.issued.not_before == kPresent && deed.issued.expires == kPresent + kValidity &&
         deed.issued.signer == kCurrentKey;
}
bool held_tokens_keep_their_dates(const Deed& deed, const Stepper&) {
  const ClientToken& held = deed.after.client.token;
  return held.serial != deed.before.client.token.serial || held == deed.before.client.token;
}
bool serials_are_new(const Deed& deed, const Stepper&) {
  const auto* completed = find<RegistrationCompleted>(deed);
  const auto* renewed = find<TokenRenewed>(deed);
  if (completed == nullptr && renewed == nullptr) return true;
  const ClientToken& token = completed != nullptr ? completed->token : renewed->token;
  const Client& before = deed.before.client;
  return token.serial.ordinal() > before.newest_ordinal && deed.after.client.token == token;
}

// ---- States ------------------------------------------------------------------------------------

bool expired_is_left_rightly(const Deed& deed, const Stepper&) {
  return leaves_only_by(deed, State::expired,
                        {EventKind::registration_completed, EventKind::token_renewed,
                         EventKind::re_registration_required, EventKind::client_reinstalled});
}
bool re_registration_is_left_rightly(const Deed& deed, const Stepper&) {
  return leaves_only_by(deed, State::re_registration_required,
                        {EventKind::registration_completed, EventKind::client_reinstalled});
}
bool installed_is_left_rightly(const Deed& deed, const Stepper&) {
  return leaves_only_by(deed, State::installed, {EventKind::registration_completed});
}
bool only_the_dead_hold_none(const Deed& deed, const Stepper&) {
  const Client& client = deed.after.client;
  return client.token.exists() == (is_live(client.state) || client.state == State::expired);
}
bool states_follow_the_network(const Deed& deed, const Stepper&) {
  const Client& client = deed.after.client;
  if (client.state == State::registered) return client.last_connected == Network::intranet;
  return client.state != State::roaming || client.last_connected == Network::internet;
}
// What is under way arrives within the latency, whatever happens.
bool renewing_awaits_an_answer(const Deed& deed, const Stepper& stepper) {
  const bool waits = deed.after.answer_in > 0 && deed.after.answer_in < stepper.options().latency &&
                     deed.after.answer.request.kind == RequestKind::renewal;
  return deed.after.client.state != State::renewing || waits;
}
bool renewals_are_monthly(const Deed& deed, const Stepper&) {
  return find<RenewalRequested>(deed) == nullptr ||
         kPresent >= deed.before.client.token.not_before + kMonth;
}

// ---- Who is served -----------------------------------------------------------------------------

bool blocked_is_absolute(const Deed& deed, const Stepper&) {
  return !granted(deed) || !deed.before.client.blocked;
}
bool unblocking_gives_nothing(const Deed& deed, const Stepper&) {
  if (deed.step.kind != StepKind::unblock) return true;
  ClientPart expected = deed.before;
  expected.client.blocked = false;
  return deed.after == expected;
}
bool outages_are_inert(const Deed& deed, const Stepper&) {
  if (!deed.request) return true;
  const bool reached =
      is_up(deed, deed.request->via) && (is_up(deed, Endpoint::sts) || !wants_token(*deed.request));
  return reached || (deed.verdict.kind == Verdict::Kind::failed && !deed.issued.exists());
}
bool outdated_get_none(const Deed& deed, const Stepper&) {
  return !granted(deed) || !wants_token(*deed.request) ||
         deed.before.client.version == ClientVersion::current;
}
bool cmg_setting_is_obeyed(const Deed& deed, const Stepper&) {
  return !deed.request || deed.request->via != Endpoint::cmg || deed.before.client.cmg_allowed;
}
bool offline_is_silent(const Deed& deed, const Stepper&) {
  if (deed.request && deed.before.client.network != network_of(deed.request->via)) return false;
  const bool leaves = deed.step.kind == StepKind::move && deed.step.network == Network::offline;
  return !leaves || deed.after.client.state == deed.before.client.state;
}
bool cmg_wants_a_credential(const Deed& deed, const Stepper&) {
  if (!granted(deed) || deed.request->kind != RequestKind::registration) return true;
  return deed.request->via == Endpoint::mp || deed.request->credential != Credential::self_signed;
}
bool back_over_an_mp(const Deed& deed, const Stepper&) {
  if (!granted(deed) || deed.request->kind != RequestKind::registration) return true;
  const Client& client = deed.before.client;
  return client.state == State::installed || client.credential == Credential::pki ||
         deed.request->via == Endpoint::mp;
}

// ---- Bulk tokens -------------------------------------------------------------------------------

bool bulk_is_good(const Deed& deed, const Stepper&) {
  if (!granted(deed) || deed.request->credential != Credential::bulk) return true;
  const auto bulk = deed.site.site.bulk_tokens.find(kBulkGuid);
  return deed.before.client.state == State::installed && bulk != deed.site.site.bulk_tokens.end() &&
         !bulk->second.blocked && bulk->second.signer != kRetiredKey &&
         kPresent < bulk->second.not_before + kBulkLife;
}
bool bulk_is_used_once(const Deed& deed, const Stepper&) {
  const bool is_given =
      deed.step.kind == StepKind::install || find<ClientReinstalled>(deed) != nullptr;
  if (!is_given && deed.before.client.bulk.is_nil() && !deed.after.client.bulk.is_nil()) {
    return false;
  }
  const bool was_shown = deed.heard && deed.heard->request.credential == Credential::bulk &&
                         find<RegistrationRefused>(deed) != nullptr;
  const bool is_over = was_shown || find<RegistrationCompleted>(deed) != nullptr;
  return !is_over || deed.after.client.bulk.is_nil();
}
bool bulk_concerns_newcomers(const Deed& deed, const Stepper& stepper) {
  if (deed.step.kind != StepKind::tick || !deed.before.client.token.exists()) return true;
  if (!stepper.options().features.has(Feature::bulk)) return true;
  const std::uint64_t after = stepper.packing().pack(deed.after, deed.now);
  SitePart other = deed.site;
  const Instant long_ago = kPresent - std::chrono::days{60};
  for (const Instant issued : {kPresent, long_ago}) {
    for (const bool blocked : {false, true}) {
      for (const KeyNumber signer : {kCurrentKey, kRetiredKey}) {
        other.site.bulk_tokens[kBulkGuid] = {"",      kBulkGuid, issued, issued + kBulkLife,
                                             blocked, signer};
        const Deed with = stepper.tick(deed.before, other);
        if (stepper.packing().pack(with.after, with.now) != after) return false;
      }
    }
  }
  return true;
}

// ---- Deadlines: what a client comes to if it is left alone --------------------------------------

bool is_reachable(const Deed& deed) {
  const Client& client = deed.before.client;
  if (client.network == Network::offline) return false;
  const Endpoint via = endpoint_on(client.network);
  return is_up(deed, via) && (via == Endpoint::mp || client.cmg_allowed) &&
         !deed.site.loses_answers[static_cast<std::size_t>(via)];
}
bool is_welcome(const Deed& deed) {
  return is_reachable(deed) && is_up(deed, Endpoint::sts) && !deed.before.client.blocked &&
         deed.before.client.version == ClientVersion::current;
}
bool is_left_alone(const Deed& deed) {
  return deed.step.kind == StepKind::tick && deed.before.reinstall == Reinstallation::none;
}

// The client after that many ticks in which nothing else happens to it or the site.
ClientPart later(const Deed& deed, const Stepper& stepper, std::uint32_t ticks) {
  const Packing& packing = stepper.packing();
  ClientPart part = packing.unpack_client(packing.pack(deed.after, deed.now));
  for (std::uint32_t i = 1; i < ticks; ++i) {
    const Deed next = stepper.tick(part, deed.site);
    part = packing.unpack_client(packing.pack(next.after, next.now));
  }
  return part;
}

bool intranet_serves(const Deed& deed, const Stepper& stepper) {
  const Options& options = stepper.options();
  const bool takes_all = options.internal_registration && options.mp == MpMode::enhanced_http;
  if (!is_left_alone(deed) || deed.before.client.network != Network::intranet ||
      !is_welcome(deed) || !takes_all) {
    return true;
  }
  const auto is_served = [](const Client& client) {
    return is_live(client.state) && is_trusted(client.token);
  };
  if (is_served(deed.before.client)) return true;
  // A request under way, an exchange that is refused, and the registration.
  for (std::uint32_t ticks = 1; ticks < 3 * options.latency; ++ticks) {
    if (is_served(later(deed, stepper, ticks).client)) return true;
  }
  return false;
}
bool due_is_renewed(const Deed& deed, const Stepper& stepper) {
  const Client& client = deed.before.client;
  const Options& options = stepper.options();
  if (!is_left_alone(deed) || !is_welcome(deed) || deed.before.answer_in > 0) return true;
  if (options.features.has(Feature::restart) && !deed.before.agent_started) return true;
  if (!is_live(client.state) || !is_trusted(client.token)) return true;
  if (kPresent < client.token.not_before + kMonth) return true;
  const Client after = later(deed, stepper, options.latency).client;
  return is_live(after.state) &&
         kPresent - after.token.not_before == options.unit * options.latency;
}
bool expired_learns_it(const Deed& deed, const Stepper& stepper) {
  const Client& client = deed.before.client;
  if (!is_left_alone(deed) || client.state != State::expired || !is_reachable(deed) ||
      client.network != Network::internet || client.credential == Credential::pki ||
      deed.before.answer_in > 0) {
    return true;
  }
  const Client after = later(deed, stepper, stepper.options().latency).client;
  return after.state == State::re_registration_required;
}
bool stranded_waits(const Deed& deed, const Stepper&) {
  const Client& client = deed.before.client;
  if (!is_left_alone(deed) || client.state != State::re_registration_required ||
      client.network == Network::intranet || client.credential == Credential::pki) {
    return true;
  }
  return !deed.request && deed.after.client.state == State::re_registration_required;
}

// ---- The whole ---------------------------------------------------------------------------------

bool events_are_legal(const Deed& deed, const Stepper&) {
  for (const Happened& happened : deed.events) {
    if (happened.legality != Legality::legal) return false;
  }
  return true;
}
bool agrees_with_reference(const Deed& deed, const Stepper& stepper) {
  if (is_of_site(deed.step.kind)) {
    return deed.site_after == reference_act(deed.site, deed.step);
  }
  const Packing& packing = stepper.packing();
  const Reference before = in_plain_words(deed.before, kPresent, packing);
  const ReferenceStep expected = deed.step.kind == StepKind::tick
                                     ? reference_tick(before, deed.site, stepper.options())
                                     : reference_act(before, deed.step);
  if (expected.seen.size() != deed.events.size()) return false;
  for (std::size_t i = 0; i < deed.events.size(); ++i) {
    if (!(seen(deed.events[i]) == expected.seen[i])) return false;
  }
  return expected.next == in_plain_words(deed.after, deed.now, packing) &&
         lifecycle_of(expected.next, packing.token_age_max()) == deed.after.client.state;
}

// The most telling first: of several that one step breaks the first gives the counterexample.
constexpr Always kAlways[] = {
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
    {"cmg-wants-a-credential", "no client registers over the CMG with a self-signed certificate alone",
     "R2 R20", cmg_wants_a_credential},
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
    {"agrees-with-the-reference",
     "core agrees with the reference model", "",
     agrees_with_reference},
};
static_assert(std::size(kAlways) <= 64);

}  // namespace

std::span<const Always> always() { return kAlways; }

Broken judge_deed(const Deed& deed, const Stepper& stepper) {
  Broken broken = 0;
  for (std::size_t i = 0; i < std::size(kAlways); ++i) {
    if (!kAlways[i].holds(deed, stepper)) broken |= Broken{1} << i;
  }
  return broken;
}

}  // namespace tokenlife::sim::checker
