// A story of six clients in which everything happens that a log can tell. The golden log holds it.
#pragma once

#include "events/log_content.hpp"

namespace tokenlife::test {

// A stream as it is told: numbers are filled in.
class Telling {
 public:
  explicit Telling(std::uint32_t client) : client_{client} {}

  Telling& tell(Duration time, Cause cause, ClientEvent event) {
    stream_.push_back(
        {{at(time), static_cast<std::uint32_t>(stream_.size()), cause}, std::move(event)});
    return *this;
  }
  TokenSerial serial(std::uint32_t ordinal) const { return TokenSerial::of(client_, ordinal); }
  ClientToken token(std::uint32_t ordinal, Duration issued, KeyNumber signer = {}) const {
    return {serial(ordinal), at(issued), at(issued + std::chrono::days{90}), signer};
  }
  // Installed at 0d on the intranet and registered a minute later: three events.
  Telling& registered(CohortNumber cohort, ClientVersion version = ClientVersion::current) {
    tell(Duration{0}, {CauseKind::installation},
         ClientInstalled{
             cohort, Network::intranet, Credential::self_signed, version, true, false, {}});
    if (version == ClientVersion::outdated) {
      tell(Duration{0}, {CauseKind::action, 2}, ClientUpgraded{});
    }
    const auto asked = static_cast<std::uint32_t>(stream_.size());
    tell(Duration{0}, {CauseKind::contact},
         RegistrationRequested{Endpoint::mp, Credential::self_signed, {}});
    return tell(Duration{60}, {CauseKind::request, asked},
                RegistrationCompleted{Endpoint::mp, token(1, Duration{0})});
  }
  const Stream& stream() const { return stream_; }

 private:
  ClientNumber client_;
  Stream stream_;
};

inline std::vector<Recorded<SiteEvent>> small_site() {
  using std::chrono::days;
  const Guid bulk{0xb5, 1};
  Policy policy;
  policy.leeway = Duration{300};
  policy.mp = MpMode::https;
  policy.renew_on = RenewOn::agent_start;
  policy.internal_registration = false;
  const Instant day{days{1}};
  return {
      {{at(Duration{0}), 0, {}}, SiteEstablished{{0xaa, 0xbb}, policy}},
      {{at(Duration{0}), 1, {CauseKind::action, 0}},
       BulkTokenIssued{"kiosks", bulk, at(Duration{0}), at(days{3})}},
      {{day, 2, {CauseKind::action, 1}}, BulkTokenBlocked{bulk}},
      {{day, 3, {CauseKind::action, 3}}, EndpointDown{Endpoint::sts}},
      {{day + days{1}, 4, {CauseKind::action_end, 3}}, EndpointUp{Endpoint::sts}},
      {{day + days{2}, 5, {CauseKind::action, 4}}, BulkTokenUnblocked{bulk}},
      {{day + days{20}, 6, {CauseKind::action, 5}}, SigningCertificateRotated{{1}}},
      {{day + days{60}, 7, {CauseKind::action_end, 5}}, SigningCertificateRetired{{0}}},
  };
}

inline LogContent small_log() {
  using std::chrono::days;
  const Cause contact{CauseKind::contact};
  const Guid bulk{0xb5, 1};

  Telling roamer(0);
  roamer.registered({0})
      .tell(days{1}, {CauseKind::network}, NetworkChanged{Network::intranet, Network::internet})
      .tell(days{31}, contact, RenewalRequested{Endpoint::cmg, roamer.serial(1)})
      .tell(days{31} + Duration{60}, {CauseKind::request, 4},
            TokenRenewed{Endpoint::cmg, roamer.token(2, days{31}, {1}), roamer.serial(1)})
      .tell(days{40}, {CauseKind::agent_start}, AgentRestarted{});

  Telling blocked(1);
  blocked.registered({0})
      .tell(days{30}, contact, RenewalRequested{Endpoint::mp, blocked.serial(1)})
      .tell(days{30}, {CauseKind::action, 6}, ClientBlocked{})
      .tell(days{30} + Duration{60}, {CauseKind::request, 3},
            RenewalRefused{Endpoint::mp, RefusalReason::client_blocked})
      .tell(days{30} + Duration{60}, {CauseKind::request, 3},
            ReRegistrationRequired{Endpoint::mp, RefusalReason::client_blocked})
      .tell(days{33}, {CauseKind::action_end, 6}, ClientUnblocked{});

  Telling late(2);
  late.registered({0}, ClientVersion::outdated)
      .tell(days{30}, contact, RenewalRequested{Endpoint::mp, late.serial(1)})
      .tell(days{30} + Duration{60}, {CauseKind::request, 4},
            RenewalFailed{Endpoint::mp, FailureReason::sts_down})
      .tell(days{90}, {CauseKind::expiry}, TokenExpired{late.serial(1)});

  Telling kiosk(3);
  kiosk
      .tell(Duration{0}, {CauseKind::installation},
            ClientInstalled{{1},
                            Network::internet,
                            Credential::self_signed,
                            ClientVersion::current,
                            true,
                            false,
                            bulk})
      .tell(days{1}, contact, RegistrationRequested{Endpoint::cmg, Credential::bulk, bulk})
      .tell(days{1} + Duration{60}, {CauseKind::request, 1},
            RegistrationRefused{Endpoint::cmg, RefusalReason::bulk_token_blocked})
      .tell(days{2}, {CauseKind::action, 7}, ClientReinstalled{bulk})
      .tell(days{2}, contact, RegistrationRequested{Endpoint::cmg, Credential::bulk, bulk})
      .tell(days{2} + Duration{60}, {CauseKind::request, 4},
            RegistrationFailed{Endpoint::cmg, FailureReason::answer_lost})
      .tell(days{5}, {CauseKind::action, 8}, CmgAllowedChanged{false});

  Telling renewing(4);
  renewing.registered({1}).tell(days{119}, contact,
                                RenewalRequested{Endpoint::mp, renewing.serial(1)});

  // The sixth client is never installed.
  return {
      header_for(6),
      small_site(),
      {roamer.stream(), blocked.stream(), late.stream(), kiosk.stream(), renewing.stream(), {}}};
}

// What came with schema 4: clients that were there before, and all that is said of them.
inline LogContent fleet_log() {
  using std::chrono::days;
  LogContent content = small_log();
  content.header.cohorts[0].devices = {"LT-1", "LT-\xc3\xa4", "LT/3, the \"old\" one"};

  Telling adopted(0);
  ClientAdopted found{};
  found.state = LifecycleState::roaming;
  found.network = Network::offline;
  found.last_connected = Network::internet;
  found.credential = Credential::pki;
  found.version = ClientVersion::current;
  found.cmg_allowed = true;
  found.on_intranet = OnIntranet::mp_then_cmg;
  found.token = {adopted.serial(1), at(-days{40}), at(days{50}), {}};
  found.tokens = 1;
  adopted.tell(Duration{0}, {CauseKind::run_start}, found)
      .tell(days{1}, {CauseKind::action, 9}, ClockChanged{Duration{-300}})
      .tell(days{2}, {CauseKind::network}, NetworkChanged{Network::offline, Network::intranet})
      .tell(days{2}, {CauseKind::action, 10},
            ClientPolicyChanged{{Duration{86'400}, {}, RenewOn::agent_start, Duration{60}, {}}})
      .tell(days{3}, {CauseKind::expiry}, CredentialExpired{RenewsOn::connected})
      .tell(days{4}, {CauseKind::network}, CredentialRenewed{days{365}})
      .tell(days{50}, {CauseKind::expiry},
            TokenExpired{adopted.serial(1), SpellCause::no_agent_start, Duration{3600}})
      .tell(days{51}, {CauseKind::action, 11}, ClientReinstalled{{}, true, false, {}});
  content.clients[0] = adopted.stream();

  Telling refused(1);
  refused.registered({0}).tell(
      days{9}, {CauseKind::exchange, 60},
      ReRegistrationRequired{Endpoint::mp, RefusalReason::unknown_signer, true, Duration{60}});
  content.clients[1] = refused.stream();

  content.site.push_back(
      {{at(days{100}), 8, {CauseKind::action, 12}},
       PolicyChanged{{days{30}, true, MpMode::enhanced_http, {}, Duration{60}}}});
  return content;
}

// What came with schema 7: endpoints that have limits, and clients that are told how to retry.
inline LogContent load_log() {
  using std::chrono::days;
  LogContent content = fleet_log();
  content.header.client_schema = 7;
  auto& established = std::get<SiteEstablished>(content.site[0].event);
  established.policy.retry_backoff = {2000};
  established.policy.retry_max = days{1};
  established.policy.retry_jitter = {200};
  established.policy.request_timeout = Duration{600};
  established.policy.renew_draw = RenewDraw::per_contact;
  established.capacities = {std::nullopt, Capacity{300, 1000}};
  content.site.push_back(
      {{at(days{101}), 9, {CauseKind::action, 13}}, CapacityChanged{Endpoint::mp, Capacity{0, 5}}});
  content.site.push_back(
      {{at(days{102}), 10, {CauseKind::action, 14}}, CapacityChanged{Endpoint::cmg, {}}});

  Telling told(1);
  told.registered({0})
      .tell(days{9}, {CauseKind::action, 15}, AskedToRenew{told.serial(1)})
      .tell(days{9}, {CauseKind::contact}, RenewalRequested{Endpoint::mp, told.serial(1)})
      .tell(days{10}, {CauseKind::request, 4},
            RenewalFailed{Endpoint::mp, FailureReason::timed_out})
      .tell(days{11}, {CauseKind::contact}, RenewalRequested{Endpoint::mp, told.serial(1)})
      .tell(days{11}, {CauseKind::request, 6}, RenewalFailed{Endpoint::mp, FailureReason::busy})
      .tell(days{12}, {CauseKind::action, 16},
            ClientPolicyChanged{{{}, {}, {}, {}, {}, Thousandths{1500}, days{2}, Thousandths{1}}});
  content.clients[1] = told.stream();
  return content;
}

// Clients that register, and no more: 1,024 in the first partition, 76 in the second.
inline LogContent two_partitions() {
  LogContent content{header_for(1'100), small_site(), {}};
  for (std::uint32_t client = 0; client < 1'100; ++client) {
    content.clients.push_back(
        Telling(client).registered(cohort_of(content.header, client)).stream());
  }
  return content;
}

}  // namespace tokenlife::test
