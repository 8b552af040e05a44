// What a client has before it.
#include <fmt/format.h>

#include <algorithm>

#include "core/decide.hpp"
#include "core/policy.hpp"
#include "core/spell.hpp"
#include "sim/analysis/reasons.hpp"
#include "sim/analysis/words.hpp"

namespace tokenlife::sim {
namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

// What can be done for a client that nothing it does itself helps.
struct Help {
  const char* words;
  void (*give)(Client&);
};
constexpr Help kHelps[] = {
    {"to come to the intranet",
     [](Client& client) { client.network = client.last_connected = Network::intranet; }},
    {"to be upgraded to the current version",
     [](Client& client) { client.version = ClientVersion::current; }},
    {"to be allowed to use the CMG", [](Client& client) { client.cmg_allowed = true; }},
    {"to be unblocked", [](Client& client) { client.blocked = false; }},
    {"to get its PKI certificate or Entra token renewed",
     [](Client& client) { client.credential_expired = false; }},
};

// The fewest of these with which the site would give it a token.
std::string what_helps(const Client& client, const AskedSite& asked) {
  constexpr unsigned kAll = 1U << std::size(kHelps);
  std::string best;
  int fewest = 99;
  for (unsigned some = 1; some < kAll; ++some) {
    const int count = __builtin_popcount(some);
    if (count >= fewest) continue;
    Client helped = client;
    helped.pending = PendingRequest::none;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < std::size(kHelps); ++i) {
      if ((some & (1U << i)) == 0) continue;
      kHelps[i].give(helped);
      words.emplace_back(kHelps[i].words);
    }
    const auto view = [&](const Client& there, const Request& request) {
      return asked.site.view(there, request, asked.now);
    };
    if (helped.blocked || helped.last_connected == Network::offline) continue;
    if (service_of(helped, false, asked.policy, asked.now, view) != Service::out_of_service) {
      continue;
    }
    fewest = count;
    best = joined(words, " and ");
  }
  return best.empty() ? "to be installed anew, with what the site asks for" : best;
}

class Next {
 public:
  Next(const Client& client, Service service, const Outlook& outlook, const AskedSite& asked)
      : client_(client), service_(service), outlook_(outlook), asked_(asked) {}

  std::vector<NextStep> steps() {
    if (outlook_.answer_at != kNever) {
      add("the answer to its request", outlook_.answer_at, "the site");
    } else if (is_out_of_service(client_.state)) {
      plan_registration();
    }
    if (!is_out_of_service(client_.state)) plan_token();
    if (outlook_.credential_ends != kNever && !client_.credential_expired) {
      add("its PKI certificate or Entra token ends, unless it is renewed before",
          outlook_.credential_ends, "");
    }
    return std::move(steps_);
  }

 private:
  void add(std::string what, std::optional<Instant> at, std::string waits_for) {
    steps_.push_back({std::move(what), at, std::move(waits_for)});
  }

  bool is_offline() const { return client_.network == Network::offline; }
  // A16: where it turns to, from where it is or was last.
  Endpoint endpoint() const {
    if (client_.last_connected == Network::intranet && client_.on_intranet != OnIntranet::cmg) {
      return Endpoint::mp;
    }
    return Endpoint::cmg;
  }
  // What keeps its next request, besides what it asks for.
  std::string obstacles(std::string last) const {
    std::vector<std::string> all;
    if (is_offline()) all.emplace_back("a network");
    if (!is_offline() && outlook_.silent_until > asked_.now) {
      all.emplace_back("the wait after its last try to be over");
    }
    for (const Endpoint needed : {endpoint(), Endpoint::sts}) {
      if (!asked_.site.up(needed, asked_.now)) {
        all.push_back(fmt::format("{} to be up again", words_for(needed)));
      }
    }
    if (!last.empty()) all.push_back(std::move(last));
    return joined(all, ", ");
  }
  std::optional<Instant> not_before(Instant due) const {
    Instant at = std::max(due, asked_.now);
    if (!is_offline()) at = std::max(at, outlook_.silent_until);
    return at > asked_.now ? std::optional(at) : std::nullopt;
  }

  void plan_registration() {
    if (client_.blocked || service_ == Service::stranded) {
      return add("a registration", std::nullopt, "somebody: it has " + what_helps(client_, asked_));
    }
    add("a registration, at its next contact", not_before(asked_.now),
        obstacles(is_offline() ? "" : "its next contact"));
  }

  void plan_token() {
    const Instant expires = next_expiry(client_, asked_.policy);
    if (outlook_.renewal_due < expires) {
      const bool is_due = outlook_.renewal_due <= asked_.now;
      std::string last = asked_.policy.renew_on == RenewOn::agent_start
                             ? "its agent to start while it is connected"
                         : is_due ? "its next contact"
                                  : "";
      if (is_due && !is_offline() && endpoint() == Endpoint::cmg && !client_.cmg_allowed) {
        last = "the intranet, or leave to use the CMG";
      }
      add(is_due ? "its renewal, which is overdue" : "the renewal of its token is due",
          is_due ? not_before(outlook_.renewal_due) : std::optional(outlook_.renewal_due),
          is_due ? obstacles(last) : last);
    }
    if (expires != kNever) add("its token expires, unless it is renewed before", expires, "");
  }

  const Client& client_;
  Service service_;
  const Outlook& outlook_;
  const AskedSite& asked_;
  std::vector<NextStep> steps_;
};

}  // namespace

std::vector<NextStep> next_steps(const Client& client, Service service, const Outlook& outlook,
                                 const AskedSite& asked) {
  return Next(client, service, outlook, asked).steps();
}

}  // namespace tokenlife::sim
