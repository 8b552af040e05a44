// What a client has before it.
#include <fmt/format.h>

#include <algorithm>

#include "core/decide.hpp"
#include "core/request.hpp"
#include "core/spell.hpp"
#include "core/token_life.hpp"
#include "core/verdict.hpp"
#include "sim/analysis/reasons.hpp"
#include "sim/analysis/words.hpp"

namespace tokenlife::sim {
namespace {

// "a network, the CMG to be up again and its next contact"
std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

// What can be done for a client that nothing it does itself helps.
struct Help {
  const char* words;
  void (*give)(Client&);
};
constexpr Help kHelps[] = {
    {"to bring it to the intranet",
     [](Client& client) { client.network = client.last_connected = Network::intranet; }},
    {"to upgrade it to the current version",
     [](Client& client) { client.version = ClientVersion::current; }},
    {"to allow it to use the CMG", [](Client& client) { client.cmg_allowed = true; }},
    {"to unblock it", [](Client& client) { client.blocked = false; }},
    {"to renew its PKI certificate or Entra token",
     [](Client& client) { client.credential_expired = false; }},
};

constexpr const char* kEither = "the management point or the CMG to be up again";

// The networks from which a client gets what it asks for.
struct Reach {
  bool intranet;
  bool internet;
  const char* words() const {
    return intranet == internet ? "a network" : intranet ? "the intranet" : "the internet";
  }
};

class Next {
 public:
  Next(const Client& client, const Outlook& outlook, const AskedSite& asked)
      : client_(client), outlook_(outlook), asked_(asked) {}

  std::vector<NextStep> steps() {
    is_answered_ = client_.pending == PendingRequest::none && outlook_.answer_at == kNever &&
                   outlook_.gives_up_at == kNever;
    if (!is_answered_) plan_answer();
    if (!is_out_of_service(client_.state)) {
      plan_token();
    } else if (client_.pending != PendingRequest::renewal) {
      plan_registration("a registration", client_);
    }
    if (const Instant expires = next_expiry(client_, asked_.policy); expires != kNever) {
      add(fmt::format("its token expires, unless it is {} before", ended_by_), expires, "");
    }
    if (outlook_.credential_ends != kNever && !client_.credential_expired) {
      add("its PKI certificate or Entra token expires, unless it is renewed before",
          outlook_.credential_ends, "");
    }
    return std::move(steps_);
  }

 private:
  void add(std::string what, std::optional<Instant> at, std::string waits_for) {
    steps_.push_back({std::move(what), at, std::move(waits_for)});
  }

  void plan_answer() {
    const bool is_known = outlook_.answer_at != kNever;
    const bool gives_up = outlook_.gives_up_at < outlook_.answer_at;
    if (!is_known) add("the answer to its request", std::nullopt, "the site");
    if (is_known && !gives_up) add("the answer to its request", outlook_.answer_at, "the site");
    if (!gives_up) return;
    add(is_known ? "it gives up waiting for the answer to its request"
                 : "it gives up waiting for the answer to its request, unless that comes before",
        outlook_.gives_up_at, "");
  }

  // What the site would say, were all of it up, if the client asked for a token from there; nothing
  // if it would not ask.
  std::optional<Verdict> asks_from(Client there, Network network, bool mp_down = false) const {
    there.last_connected = network;
    if (there.state == LifecycleState::renewing) there.state = LifecycleState::registered;
    there = at_last_connected(there);
    const auto request = ask(there, {true, true, mp_down}, asked_.policy);
    if (!request || request->kind == RequestKind::exchange) return std::nullopt;
    if (mp_down && request->via == Endpoint::mp) return std::nullopt;
    SiteView site = asked_.site.view(there, *request, asked_.now);
    site.endpoint_up = site.sts_up = true;
    return judge(there, *request, site, asked_.policy, asked_.now);
  }
  bool gets_one(const Client& there, Network network, bool mp_down = false) const {
    const auto verdict = asks_from(there, network, mp_down);
    return verdict && verdict->kind == Verdict::Kind::granted;
  }

  // The fewest helps with which the site would give it a token.
  std::string what_helps(const Client& client) const {
    constexpr unsigned kAll = 1U << std::size(kHelps);
    std::string best;
    int fewest = 99;
    for (unsigned some = 1; some < kAll; ++some) {
      const int count = __builtin_popcount(some);
      if (count >= fewest) continue;
      Client helped = client;
      std::vector<std::string> words;
      for (std::size_t i = 0; i < std::size(kHelps); ++i) {
        if ((some & (1U << i)) == 0) continue;
        kHelps[i].give(helped);
        words.emplace_back(kHelps[i].words);
      }
      if (!gets_one(helped, helped.last_connected)) continue;
      fewest = count;
      best = joined(words);
    }
    if (best.empty()) return "to install it anew, with what the site asks for";
    // R20, A7: with a bulk token it would be taken where it is.
    const bool is_intranet_alone = best == kHelps[0].words;
    const bool uses_cmg = client.last_connected == Network::internet && client.cmg_allowed;
    if (!is_intranet_alone || !uses_cmg) return best;
    return best + (asked_.is_on_disk ? ", or to make a new client in its place (`tokenlife client "
                                       "new --dir NEW --site SITE`) and register that with a bulk "
                                       "token"
                                     : ", or to reinstall it with a bulk token");
  }

  bool is_offline() const { return client_.network == Network::offline; }
  // From where it gets what it asks for.
  Reach reach(const Client& client) const {
    return {gets_one(client, Network::intranet), gets_one(client, Network::internet)};
  }
  // What has to be up again for who asks from there; empty: nothing.
  std::string outage(const Client& client, Network from) const {
    const auto is_up = [&](Endpoint endpoint) { return asked_.site.up(endpoint, asked_.now); };
    const bool asks_mp = from == Network::intranet && client.on_intranet != OnIntranet::cmg;
    const Endpoint first = asks_mp ? Endpoint::mp : Endpoint::cmg;
    if (is_up(first)) return "";
    if (!asks_mp || !gets_one(client, from, true)) {
      return fmt::format("{} to be up again", words_for(first));
    }
    return is_up(Endpoint::cmg) ? "" : kEither;
  }
  // The same of who may come from any of these networks.
  std::string outage(const Client& client, const Reach& there) const {
    const std::string intranet = there.intranet ? outage(client, Network::intranet) : "";
    const std::string internet = there.internet ? outage(client, Network::internet) : "";
    if (!there.internet) return intranet;
    if (!there.intranet || intranet.empty()) return there.intranet ? "" : internet;
    return internet.empty() || internet == intranet ? internet : kEither;
  }
  // What a request that the site would grant waits for, and then `last`.
  std::string obstacles(const Client& client, std::string last) const {
    std::vector<std::string> all;
    const auto add = [&](std::string words) {
      if (!words.empty()) all.push_back(std::move(words));
    };
    if (is_offline()) {
      const Reach there = reach(client);
      add(there.words());
      add(outage(client, there));
    } else {
      if (outlook_.silent_until > asked_.now) add("the pause after its last attempt to be over");
      add(outage(client, client.network));
    }
    if (!asked_.site.up(Endpoint::sts, asked_.now)) {
      add(fmt::format("{} to be up again", words_for(Endpoint::sts)));
    }
    add(std::move(last));
    return joined(all);
  }
  std::optional<Instant> not_before(Instant due) const {
    Instant at = std::max(due, asked_.now);
    if (!is_offline()) at = std::max(at, outlook_.silent_until);
    return at > asked_.now ? std::optional(at) : std::nullopt;
  }

  void plan_registration(std::string what, const Client& client) {
    // Who has never been connected may come from anywhere.
    const Reach there = reach(client);
    const bool is_granted = client.last_connected == Network::offline
                                ? there.intranet || there.internet
                                : gets_one(client, client.last_connected);
    if (!is_granted) {
      return add(std::move(what), std::nullopt, "somebody " + what_helps(client));
    }
    if (!is_answered_) return;
    add(std::move(what), is_offline() ? std::nullopt : not_before(asked_.now),
        obstacles(client, is_offline() ? "" : "its next contact"));
  }

  // What lets it ask again, if from where it is or was it may not (R10, A16).
  std::string leave() const {
    return client_.on_intranet == OnIntranet::cmg ? "permission to use the CMG"
                                                  : "the intranet, or permission to use the CMG";
  }

  // The site does not take its token any more, which it hears when it asks for anything.
  void plan_refusal(RefusalReason reason, bool may_ask) {
    add(fmt::format("the refusal of its token, since {}", words_for(reason)), std::nullopt,
        !may_ask       ? leave()
        : is_offline() ? "a network"
                       : "its next contact");
    Client refused = client_;
    refused.state = LifecycleState::re_registration_required;
    refused.token = {};
    plan_registration("then a registration", refused);
  }

  void plan_token() {
    const Network from =
        client_.last_connected == Network::offline ? Network::intranet : client_.last_connected;
    const bool may_ask = asks_from(client_, from).has_value();
    Client allowed = client_;
    allowed.cmg_allowed = true;
    const auto verdict = asks_from(allowed, from);
    const bool is_refused = verdict && verdict->kind == Verdict::Kind::refused;
    const bool is_taken = !is_refused || !ends_client_token(verdict->refusal);
    // What is under way may be older than what makes the site refuse its token, but not older than
    // its version.
    if (!is_taken) ended_by_ = is_answered_ ? "refused" : "renewed or refused";
    if (!is_answered_ && (!is_refused || !is_taken)) return;
    if (!is_taken) return plan_refusal(verdict->refusal, may_ask);

    const Instant due = outlook_.renewal_due;
    if (asked_.is_due_known && due >= next_expiry(client_, asked_.policy)) return;
    const bool is_due = asked_.is_due_known && due <= asked_.now;
    std::string waits;
    if (is_refused) {
      waits = "somebody to upgrade it to the current version: until then it is refused";
    } else if (!may_ask) {
      waits = leave();
    } else {
      const bool at_start = asked_.is_due_known && asked_.policy.renew_on == RenewOn::agent_start;
      waits = at_start                  ? "an agent start while it is connected"
              : is_due && !is_offline() ? "its next contact"
                                        : "";
      if (is_due) waits = obstacles(client_, waits);
    }
    if (!asked_.is_due_known) {
      add("the renewal of its token; when it is due is not known", std::nullopt, waits);
    } else if (is_due) {
      add("its renewal, which is overdue", is_refused ? std::nullopt : not_before(due), waits);
    } else {
      add("the renewal of its token is due", due, waits);
    }
  }

  bool is_answered_ = true;           // what it has asked
  const char* ended_by_ = "renewed";  // its token, if nothing else does
  const Client& client_;
  const Outlook& outlook_;
  const AskedSite& asked_;
  std::vector<NextStep> steps_;
};

}  // namespace

std::vector<NextStep> next_steps(const Client& client, const Outlook& outlook,
                                 const AskedSite& asked) {
  return Next(client, outlook, asked).steps();
}

}  // namespace tokenlife::sim
