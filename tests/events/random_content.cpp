#include "events/random_content.hpp"

#include <ostream>
#include <utility>

#include "core/evolve.hpp"
#include "core/site.hpp"

namespace tokenlife::test {
namespace {

// The event of that number among the alternatives, with nothing in it.
template <class... Events>
std::variant<Events...> empty_event(std::size_t index, const std::variant<Events...>*) {
  const std::variant<Events...> all[] = {Events{}...};
  return all[index];
}

Endpoint any_via() { return any_of<Endpoint>(2); }
Guid any_guid() { return {static_cast<std::uint64_t>(any_below(3)), 7}; }

// Events that are quite likely to be legal for the client. One overload for each kind: a new kind
// is drawn, too, or does not compile.
struct AnyEvent {
  const Client& client;
  ClientNumber number;
  CohortNumber cohort;
  Instant now;

  void draw(ClientInstalled& e) const {
    e = {cohort,
         any_of<Network>(),
         any_of<Credential>(),
         any_of<ClientVersion>(),
         any_below(2) == 0,
         any_below(2) == 0,
         any_guid(),
         any_of<OnIntranet>()};
  }
  void draw(NetworkChanged& e) const { e = {client.network, any_of<Network>()}; }
  void draw(AgentRestarted&) const {}
  void draw(RegistrationRequested& e) const {
    const auto credential = any_of<Credential>();
    e = {any_via(), credential, credential == Credential::bulk ? any_guid() : Guid{}};
  }
  void draw(RegistrationCompleted& e) const { e = {client.pending_via, next_token()}; }
  void draw(RegistrationRefused& e) const { e = {client.pending_via, any_of<RefusalReason>()}; }
  void draw(RegistrationFailed& e) const { e = {client.pending_via, any_of<FailureReason>()}; }
  void draw(RenewalRequested& e) const { e = {any_via(), client.token.serial}; }
  void draw(TokenRenewed& e) const { e = {client.pending_via, next_token(), client.token.serial}; }
  void draw(RenewalRefused& e) const { e = {client.pending_via, any_of<RefusalReason>()}; }
  void draw(RenewalFailed& e) const { e = {client.pending_via, any_of<FailureReason>()}; }
  void draw(TokenExpired& e) const {
    e = {client.token.serial, any_of<SpellCause>(), {}};
    if (e.spell_cause != SpellCause::not_recorded) e.since_contact = any_length();
  }
  void draw(ReRegistrationRequired& e) const {
    e = {any_via(), any_of<RefusalReason>(), any_below(2) == 0, {}};
    if (e.begins_spell) e.since_contact = any_length();
  }
  void draw(ClientReinstalled& e) const {
    e = {any_guid(), any_below(2) == 0, any_below(2) == 0, {}};
    if (e.begins_spell) e.since_contact = any_length();
  }
  void draw(ClientUpgraded&) const {}
  void draw(ClientBlocked&) const {}
  void draw(ClientUnblocked&) const {}
  void draw(CmgAllowedChanged& e) const { e = {!client.cmg_allowed}; }
  void draw(ClientAdopted& e) const {
    const Network there = any_below(2) == 0 ? Network::intranet : Network::internet;
    e.cohort = cohort;
    e.state = any_of<LifecycleState>();
    e.network = any_below(2) == 0 ? there : Network::offline;
    e.last_connected = there;
    e.credential = any_of<Credential>();
    e.version = any_of<ClientVersion>();
    e.cmg_allowed = any_below(2) == 0;
    e.blocked = any_below(2) == 0;
    e.on_intranet = any_of<OnIntranet>();
    e.credential_expired = any_below(2) == 0;
    e.credential_renews_on = any_of<RenewsOn>();
    e.bulk = any_guid();
    if (any_below(3) == 0) return;
    // Before the run.
    const Instant issued = at(Duration{-any_below(1'000'000)});
    e.token = {TokenSerial::of(number, 1), issued, issued + Duration{1 + any_below(2'000'000)}, {}};
    e.tokens = any_below(4) == 0 ? 2 : 1;  // the newest one, or the one before
  }
  void draw(ClientPolicyChanged& e) const {
    if (any_below(2) == 0) e.changed.renew_after = any_length();
    if (any_below(2) == 0) e.changed.renew_jitter = any_length();
    if (any_below(2) == 0) e.changed.renew_on = any_of<RenewOn>();
    if (any_below(2) == 0) e.changed.retry_after_failure = any_length();
    if (any_below(2) == 0) e.changed.retry_after_refusal = any_length();
    if (any_below(3) == 0) e.changed.retry_backoff = any_thousandths();
    if (any_below(3) == 0) e.changed.retry_max = any_length();
    if (any_below(3) == 0) e.changed.retry_jitter = any_thousandths();
  }
  void draw(AskedToRenew& e) const { e = {client.token.serial}; }
  static Thousandths any_thousandths() {
    return {static_cast<std::uint32_t>(1000 + any_below(5000))};
  }
  void draw(CredentialRenewed& e) const { e = {any_length()}; }
  void draw(CredentialExpired& e) const { e = {any_of<RenewsOn>()}; }
  void draw(ClockChanged& e) const { e = {Duration{any_below(2000) - 1000}}; }

  static Duration any_length() { return Duration{any_below(1'000'000)}; }

  ClientToken next_token() const {
    return {TokenSerial::of(number, client.newest_ordinal + 1),
            now,
            now + Duration{1 + any_below(1000)},
            {static_cast<std::uint32_t>(any_below(4))}};
  }
};

ClientEvent any_event(const AnyEvent& any) {
  // Clients that move come by more states.
  const auto kind = static_cast<std::size_t>(any_below(static_cast<int>(kClientKinds) + 1));
  ClientEvent event = kind == kClientKinds
                          ? ClientEvent(NetworkChanged{})
                          : empty_event(kind, static_cast<const ClientEvent*>(nullptr));
  std::visit([&](auto& e) { any.draw(e); }, event);
  return event;
}

Cause any_cause() {
  const auto kind = any_of<CauseKind>();
  return {kind, events::has_number(kind) ? static_cast<std::uint32_t>(any_below(9)) : 0};
}

// A legal stream of about so many events; perhaps an empty one.
Stream any_stream(ClientNumber number, CohortNumber cohort, int tries) {
  Stream stream;
  Client client;
  Instant now{};
  const int edges[] = {0, 0, 1, 60, 86'400};
  for (int i = 0; i < tries; ++i) {
    ClientEvent event = any_event({client, number, cohort, now});
    if (client.state == LifecycleState::not_installed && any_below(2) == 0) {
      event = ClientInstalled{
          cohort, Network::intranet, Credential::self_signed, ClientVersion::current, true, false,
          {}};
    }
    const auto next = evolve(client, event);
    if (!next) continue;
    client = *next;
    stream.push_back({{now, static_cast<std::uint32_t>(stream.size()), any_cause()}, event});
    now += Duration{edges[any_below(5)]};
  }
  return stream;
}

// The same for the site.
struct AnySiteEvent {
  const Site& site;
  Instant now;

  void draw(SiteEstablished& e) const {
    e = {any_guid(), {}};
    e.policy.mp = any_of<MpMode>();
    e.policy.renew_on = any_of<RenewOn>();
    e.policy.internal_registration = any_below(2) == 0;
    e.policy.leeway = Duration{any_below(1000)};
    if (any_below(2) == 0) return;
    e.policy.retry_backoff = {static_cast<std::uint32_t>(1000 + any_below(5000))};
    if (any_below(2) == 0) e.policy.retry_max = Duration{any_below(1000)};
    e.policy.retry_jitter = {static_cast<std::uint32_t>(any_below(1001))};
    if (any_below(2) == 0) e.policy.request_timeout = Duration{any_below(1000)};
    e.policy.renew_draw = any_of<RenewDraw>();
    e.capacities = {any_capacity(), any_capacity()};
  }
  static std::optional<Capacity> any_capacity() {
    if (any_below(3) == 0) return std::nullopt;
    return Capacity{static_cast<std::uint64_t>(any_below(1000)),
                    static_cast<std::uint64_t>(any_below(1000))};
  }
  void draw(CapacityChanged& e) const {
    e = {any_below(2) == 0 ? Endpoint::mp : Endpoint::cmg, any_capacity()};
  }
  void draw(BulkTokenIssued& e) const {
    e = {"bulk", any_guid(), now, now + std::chrono::minutes{1 + any_below(10'080)}};
  }
  void draw(BulkTokenBlocked& e) const { e = {any_guid()}; }
  void draw(BulkTokenUnblocked& e) const { e = {any_guid()}; }
  void draw(EndpointDown& e) const { e = {any_of<Endpoint>()}; }
  void draw(EndpointUp& e) const { e = {any_of<Endpoint>()}; }
  void draw(SigningCertificateRotated& e) const {
    e = {{static_cast<std::uint32_t>(site.keys.size())}};
  }
  void draw(SigningCertificateRetired& e) const {
    e = {{static_cast<std::uint32_t>(any_below(static_cast<int>(site.keys.size())))}};
  }
  template <class Event>
  requires(!is_of_runs(Event::kind)) void draw(Event&) const { FAIL("no event of a run"); }
  void draw(PolicyChanged& e) const {
    if (any_below(2) == 0) e.changed.token_validity = Duration{1 + any_below(100)};
    if (any_below(2) == 0) e.changed.internal_registration = any_below(2) == 0;
    if (any_below(2) == 0) e.changed.mp = any_of<MpMode>();
    if (any_below(2) == 0) e.changed.leeway = Duration{any_below(100)};
    if (any_below(2) == 0) e.changed.bulk_leeway = Duration{any_below(100)};
    e.changed = news(site.policy, e.changed);
  }
};

std::vector<Recorded<SiteEvent>> any_site(int tries) {
  std::vector<Recorded<SiteEvent>> stream;
  Site site;
  Instant now{};
  for (int i = 0; i < tries; ++i) {
    const std::size_t kinds = kEventKinds - kClientKinds;
    const auto kind =
        site.established ? static_cast<std::size_t>(any_below(static_cast<int>(kinds))) : 0;
    if (!is_of_runs(static_cast<EventKind>(kClientKinds + kind))) continue;
    SiteEvent event = empty_event(kind, static_cast<const SiteEvent*>(nullptr));
    std::visit([&](auto& e) { AnySiteEvent{site, now}.draw(e); }, event);
    auto next = evolve(site, event);
    if (!next) continue;
    site = std::move(*next);
    stream.push_back({{now, static_cast<std::uint32_t>(stream.size()), any_cause()}, event});
    now += Duration{any_below(100)};
  }
  return stream;
}

}  // namespace

rc::Gen<LogContent> any_content(int clients_max, int tries) {
  return rc::gen::exec([=] {
    const auto clients = static_cast<std::uint32_t>(any_below(clients_max + 1));
    LogContent content{header_for(clients), {}, {}};
    content.header.client_schema = 7;
    content.site = any_site(1 + tries);
    for (std::uint32_t i = 0; i < clients; ++i) {
      content.clients.push_back(any_stream({i}, cohort_of(content.header, i), tries));
    }
    return content;
  });
}

std::ostream& operator<<(std::ostream& out, const LogContent& content) {
  out << content.clients.size() << " clients with";
  for (const Stream& stream : content.clients) {
    for (const auto& recorded : stream) out << " " << name(kind_of(recorded.event));
    out << ";";
  }
  return out;
}

}  // namespace tokenlife::test
