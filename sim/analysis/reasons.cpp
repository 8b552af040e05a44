// Why a client has no good token, in sentences.
#include "sim/analysis/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/refusal.hpp"
#include "sim/analysis/words.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

// The last event of that kind from a place on, or null.
template <class Event>
const Recorded<ClientEvent>* last_of(std::span<const Recorded<ClientEvent>> events,
                                     std::size_t from) {
  for (std::size_t i = events.size(); i-- > from;) {
    if (std::holds_alternative<Event>(events[i].event)) return &events[i];
  }
  return nullptr;
}

// " (action 3, outage)"; nothing of what no action is behind.
std::string in_parentheses(std::string cause) {
  if (cause.find("action") == std::string::npos) return "";
  if (const std::size_t open = cause.find(" ("); open != std::string::npos) {
    cause.replace(open, 2, ", ");
    cause.pop_back();
  }
  return " (" + cause + ")";
}

// What is behind the events of that kind: "the CMG was down (action 3, outage)".
struct Tries {
  std::size_t count = 0;
  Instant last;
  std::string why;     // of the last of which it is known
  std::string action;  // behind that, in parentheses
  std::string words() const { return why + action; }
};
Tries tries(std::span<const Recorded<ClientEvent>> events, std::size_t from, EventKind kind,
            const Background& background) {
  Tries found;
  for (const ChainLink& link : chain_of(events, from, background, Folding::none)) {
    if (link.kind != kind) continue;
    ++found.count;
    found.last = link.to;
    const std::size_t colon = link.text.find(": ");
    if (colon == std::string::npos) continue;
    found.why = link.text.substr(colon + 2);
    found.action = in_parentheses(link.cause);
  }
  return found;
}

// Up to the end of the spell, if it has ended.
std::span<const Recorded<ClientEvent>> within(const StorySpell& spell,
                                              std::span<const Recorded<ClientEvent>> events) {
  std::size_t count = events.size();
  while (spell.end && count > 0 && events[count - 1].time >= *spell.end) --count;
  return events.first(count);
}

// Whether the client was there; `first` is where it was before these events.
bool was_on(Network network, std::span<const Recorded<ClientEvent>> events, Network first) {
  return first == network ||
         std::any_of(events.begin(), events.end(), [&](const Recorded<ClientEvent>& recorded) {
           const auto* moved = std::get_if<NetworkChanged>(&recorded.event);
           return moved != nullptr && moved->to == network;
         });
}

class Why {
 public:
  Why(const StorySpell& spell, std::optional<Instant> due,
      std::span<const Recorded<ClientEvent>> events, const Background& background)
      : spell_(spell), due_(due), events_(events), background_(background) {}

  std::string sentences() const {
    switch (spell_.spell.cause) {
      case SpellCause::not_recorded: return not_recorded();
      case SpellCause::not_enrolled: return not_enrolled();
      case SpellCause::adopted:
        return background_.is_on_disk ? "Its log began anew, and it held no good token then: its "
                                        "clock had gone back."
                                      : "It had no good token when the run began.";
      case SpellCause::blocked: return refused("the client had been blocked");
      case SpellCause::signer_retired:
        return refused("the certificate that had signed it was retired");
      case SpellCause::client_outdated:
        return expired("the site refused to renew it, since the client's version is outdated");
      case SpellCause::endpoint_down:
        return expired(tried("the management point or the CMG was down"));
      case SpellCause::sts_down: return expired(tried("the site's token service (STS) was down"));
      case SpellCause::answer_lost: return expired(tried("the site's answer did not arrive"));
      case SpellCause::cmg_not_allowed:
        return expired("it was on the internet, and its client setting does not allow the CMG") +
               before_that();
      case SpellCause::no_agent_start:
        return expired(
                   "its agent had not just started: it renews its token only when its agent "
                   "starts") +
               before_that();
      case SpellCause::busy: return expired("the site was busy");
      case SpellCause::timed_out: return expired("the answer took too long");
      case SpellCause::answer_late:
      case SpellCause::on_its_way:
        return begin() + ", while the answer to its renewal was still on its way.";
      case SpellCause::offline: return offline();
      case SpellCause::never_due:
        return begin() + (due_ ? fmt::format(", before its renewal was due ({}).", moment(*due_))
                               : ", before its renewal was due.");
    }
    return "";
  }

 private:
  std::string moment(Instant t) const { return background_.moment(t); }

  std::string begin() const {
    return fmt::format("Its token, issued at {}, expired at {}", moment(spell_.lost.not_before),
                       moment(spell_.spell.begin));
  }
  // Empty: it had none, or it is not known.
  std::string last_contact() const {
    const Duration since = spell_.spell.since_contact;
    return since == Duration{0} ? "" : moment(spell_.spell.begin - since);
  }
  // Of a token that was due and not renewed at a contact.
  std::string expired(const std::string& because) const {
    const std::string contact = last_contact();
    return fmt::format(
        "{}. It was due for renewal{}. At the client's last contact before the expiry{} {}.",
        begin(), due_ ? " from " + moment(*due_) + " on" : "",
        contact.empty() ? "" : " (" + contact + ")", because);
  }
  std::string tried(const char* otherwise) const {
    const std::string words =
        tries(events_.first(spell_.began), spell_.issued, EventKind::renewal_failed, background_)
            .words();
    return words.empty() ? otherwise : words;
  }
  // What had come of renewals of the token before a last contact at which it asked for none.
  std::string before_that() const {
    std::string text;
    for (const EventKind kind : {EventKind::renewal_refused, EventKind::renewal_failed}) {
      const Tries found = tries(events_.first(spell_.began), spell_.issued, kind, background_);
      if (found.count == 0) continue;
      const bool is_one = found.count == 1;
      const char* const became = kind == EventKind::renewal_failed ? "failed"
                                 : is_one                          ? "was refused"
                                                                   : "were refused";
      text += text.empty() ? " Before that, " : "; ";
      text += is_one ? fmt::format("a renewal of it {} at ", became)
                     : fmt::format("{} of it {}, the last at ", counted(found.count, "renewal"),
                                   became);
      text += fmt::format("{}: {}", moment(found.last), found.words());
    }
    return text.empty() ? "" : text + ".";
  }
  std::string offline() const {
    const std::string contact = last_contact();
    return fmt::format(
        "{}, and from the moment at which it was due for renewal{}, the client was never "
        "connected.{}",
        begin(), due_ ? " (" + moment(*due_) + ")" : "",
        contact.empty() ? "" : " Its last contact was at " + contact + ".");
  }
  // Of a refusal that no run knows, which the log of a client on disk names all the same.
  std::string not_recorded() const {
    const auto* refused = std::get_if<ReRegistrationRequired>(&events_[spell_.began].event);
    if (refused == nullptr) return "The log does not say why.";
    return fmt::format("The site refused its token at {}: {}.", moment(spell_.spell.begin),
                       words_for(refused->reason));
  }
  std::string refused(const char* because) const {
    const Tries found =
        tries(events_, spell_.began, EventKind::re_registration_required, background_);
    return fmt::format("The site refused its token at {}, since {}{}.", moment(spell_.spell.begin),
                       because, found.action);
  }
  std::string not_enrolled() const {
    const auto& began = events_[spell_.began];
    std::string installed = "It was installed at " + moment(began.time);
    if (std::holds_alternative<ClientAdopted>(began.event)) {
      installed = "It was there when the run began";
    } else if (std::holds_alternative<ClientReinstalled>(began.event)) {
      installed = "It was installed anew at " + moment(began.time);
    }
    const auto told = within(spell_, events_);
    if (spell_.end && *spell_.end <= events_.back().time) {
      const std::string kept = unanswered(told);
      return fmt::format("{}, and got {} token at {}{}.", installed,
                         client_after(told).newest_ordinal == 0 ? "its first" : "a",
                         moment(*spell_.end), kept.empty() ? "" : "; before that " + kept);
    }
    if (const std::string kept = unanswered(told); !kept.empty()) {
      return installed + " and has no token: " + kept + ".";
    }
    const Client client = client_after(events_);
    if (client.pending != PendingRequest::none) {
      return installed + ", and its registration is under way.";
    }
    return installed + " and has no token: " + unasked(client) + ".";
  }
  // What came of what it asked, if anything did.
  std::string unanswered(std::span<const Recorded<ClientEvent>> told) const {
    const std::string refused =
        tries(told, spell_.began, EventKind::registration_refused, background_).words();
    if (!refused.empty()) return "its registration was refused, since " + refused;
    const std::string failed =
        tries(told, spell_.began, EventKind::registration_failed, background_).words();
    return failed.empty() ? "" : "its registration failed, since " + failed;
  }
  // Why it has asked for nothing.
  std::string unasked(const Client& client) const {
    const bool is_first = std::holds_alternative<ClientInstalled>(events_[spell_.began].event);
    const char* const since = is_first ? "" : " since";
    const auto was = [&](Network network) {
      return was_on(network, events_.subspan(spell_.began),
                    client_after(events_.first(spell_.began + 1)).network);
    };
    const bool was_on_intranet = was(Network::intranet);
    if (!was_on_intranet && !was(Network::internet)) {
      return is_first ? "it has never been connected" : "it has not been connected since";
    }
    const bool always_cmg = client.on_intranet == OnIntranet::cmg;
    if (client.last_connected == Network::intranet && !always_cmg) return "it has not asked yet";
    if (!client.cmg_allowed) {
      return always_cmg ? "its client setting does not allow the CMG, and it uses nothing else"
                        : "on the internet its client setting does not allow the CMG";
    }
    const bool has_own = client.credential != Credential::self_signed;
    if (!client.bulk.is_nil() || (has_own && !client.credential_expired)) {
      return "it has not asked yet";
    }
    std::string words =
        has_own ? "its PKI certificate or Entra token has expired, and it holds no bulk token"
                : "it has nothing to register with (no bulk token, PKI certificate or Entra token)";
    if (always_cmg) return words + ", and it uses the CMG on the intranet too";
    words = "on the internet " + words;
    if (!was_on_intranet) words += fmt::format(", and it has not been on the intranet{}", since);
    return words;
  }

  const StorySpell& spell_;
  std::optional<Instant> due_;
  std::span<const Recorded<ClientEvent>> events_;
  const Background& background_;
};

using Ids = std::vector<std::string_view>;

// How the client first asked for a token, if it did.
std::string_view rule_of_registering(std::span<const Recorded<ClientEvent>> events) {
  for (const Recorded<ClientEvent>& recorded : events) {
    const auto* asked = std::get_if<RegistrationRequested>(&recorded.event);
    if (asked == nullptr) continue;
    if (asked->via == Endpoint::mp) break;
    return asked->credential == Credential::bulk ? "R20" : "A11";
  }
  return "R12";
}

Ids rules_behind_cause(const StorySpell& spell, std::span<const Recorded<ClientEvent>> events) {
  switch (spell.spell.cause) {
    case SpellCause::blocked: return {"A8"};
    case SpellCause::signer_retired: return {"A9"};
    case SpellCause::client_outdated: return {"R57", "R5", "D11"};
    case SpellCause::cmg_not_allowed: return {"R57", "R10", "D9"};
    case SpellCause::no_agent_start: return {"R57", "A2"};
    case SpellCause::offline: return {"R57", "A12"};
    case SpellCause::never_due: return {"R56", "R57"};
    case SpellCause::not_enrolled: {
      const auto* refused = last_of<RegistrationRefused>(within(spell, events), spell.began);
      if (refused == nullptr) return {"R2", rule_of_registering(events.subspan(spell.began))};
      const auto ids = rules_behind(std::get<RegistrationRefused>(refused->event).reason);
      return {ids.begin(), ids.end()};
    }
    case SpellCause::not_recorded: {
      const auto* refused = std::get_if<ReRegistrationRequired>(&events[spell.began].event);
      if (refused == nullptr) return {"R57"};
      const auto ids = rules_behind(refused->reason);
      return {ids.begin(), ids.end()};
    }
    case SpellCause::adopted:
    case SpellCause::endpoint_down:
    case SpellCause::sts_down:
    case SpellCause::answer_lost:
    case SpellCause::busy:
    case SpellCause::timed_out:
    case SpellCause::answer_late:
    case SpellCause::on_its_way: break;
  }
  return {"R57"};
}

}  // namespace

std::string why_of(const StorySpell& spell, std::optional<Instant> due,
                   std::span<const Recorded<ClientEvent>> events, const Background& background) {
  return Why(spell, due, events, background).sentences();
}

std::vector<std::string_view> rules_of(const StorySpell& spell, const Client& client,
                                       Service service,
                                       std::span<const Recorded<ClientEvent>> events) {
  Ids ids = rules_behind_cause(spell, events);
  const auto add = [&](std::string_view id) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  };
  // What keeps it from coming back.
  if (const auto* refused = last_of<RegistrationRefused>(events, spell.began);
      refused != nullptr && service != Service::served) {
    for (const std::string_view id :
         rules_behind(std::get<RegistrationRefused>(refused->event).reason)) {
      add(id);
    }
  }
  const bool has_lost = client.state == LifecycleState::expired ||
                        client.state == LifecycleState::re_registration_required;
  if (has_lost && client.last_connected == Network::internet && !client.blocked) {
    const bool was_refused_before =
        spell.spell.cause == SpellCause::blocked || spell.spell.cause == SpellCause::signer_retired;
    add(was_refused_before ? "R6" : "R60");
  }
  if (service == Service::stranded) add("A13");
  return ids;
}

}  // namespace tokenlife::sim
