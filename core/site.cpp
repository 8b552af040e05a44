#include "core/site.hpp"

#include <algorithm>

#include "core/bulk_lifetime.hpp"
#include "core/policy.hpp"

namespace tokenlife {
namespace {

Failed<SiteRefusal> refused(SiteRefusal reason) { return Failed<SiteRefusal>(reason); }

std::size_t index_of(Endpoint endpoint) { return static_cast<std::size_t>(endpoint); }

// An epoch that does not begin at 0 has so many numbers, so that none meets another.
constexpr std::uint64_t kEpochClients = std::uint64_t{1} << 20;

// Whether an epoch can begin there: none of its numbers has been given, or may have been in one
// that the site has forgotten a part of.
bool is_free(const Site& site, ClientNumber first) {
  const std::uint64_t end = first.value + kEpochClients;
  if (end > UINT32_MAX) return false;
  const auto meets = [&](std::uint64_t from, std::uint64_t next) {
    return from < end && first.value < next + kEpochClients;
  };
  const auto is_in_it = [&](ClientNumber number) {
    return number.value >= first.value && number.value < end;
  };
  const auto& earlier = site.earlier_epochs;
  return !meets(site.epoch.value, site.next_client) &&
         std::none_of(earlier.begin(), earlier.end(),
                      [&](const auto& epoch) { return meets(epoch.first, epoch.second); }) &&
         std::none_of(site.clients.begin(), site.clients.end(), [&](const auto& known) {
           return is_in_it(known.second.number) || is_in_it(known.second.former.client());
         });
}

bool has_numbers(const Site& site) {
  const std::uint64_t end =
      site.epoch.value == 0 ? std::uint64_t{UINT32_MAX} + 1 : site.epoch.value + kEpochClients;
  return site.next_client < end;
}

// The serial of the next token for the client with this certificate: at its first registration that
// of a new client.
std::optional<TokenSerial> next_serial(const Site& site, const Sha256Thumbprint& thumbprint) {
  const auto client = site.clients.find(thumbprint);
  if (client == site.clients.end()) {
    if (!has_numbers(site)) return std::nullopt;
    return TokenSerial::of({static_cast<std::uint32_t>(site.next_client)}, 1);
  }
  if (client->second.tokens == UINT32_MAX) return std::nullopt;
  return TokenSerial::of(client->second.number, client->second.tokens + 1);
}

// ---- Which commands are accepted ---------------------------------------------------------------

struct Decide {
  const Site& site;
  Instant now;
  using Outcome = Result<SiteEvent, SiteRefusal>;

  Outcome operator()(const EstablishSite& command) const {
    if (site.established) return refused(SiteRefusal::nothing_to_change);
    return SiteEstablished{command.tenant, command.policy, command.certificate};
  }
  Outcome operator()(const IssueBulkToken& command) const {
    if (command.lifetime_minutes < kBulkLifetimeMinutesMin ||
        command.lifetime_minutes > kBulkLifetimeMinutesMax) {
      return refused(SiteRefusal::lifetime_out_of_range);
    }
    if (site.bulk_tokens.contains(command.guid)) return refused(SiteRefusal::guid_in_use);
    // D3: the lifetime in minutes times 60.
    const Instant expires = now + std::chrono::minutes{command.lifetime_minutes};
    return BulkTokenIssued{command.name, command.guid, now, std::min(expires, command.signer_ends)};
  }
  Outcome operator()(const BlockBulkToken& command) const {
    const auto token = site.bulk_tokens.find(command.guid);
    if (token == site.bulk_tokens.end()) return refused(SiteRefusal::no_such_token);
    if (token->second.blocked) return refused(SiteRefusal::nothing_to_change);
    return BulkTokenBlocked{command.guid};
  }
  Outcome operator()(const UnblockBulkToken& command) const {
    const auto token = site.bulk_tokens.find(command.guid);
    if (token == site.bulk_tokens.end()) return refused(SiteRefusal::no_such_token);
    if (!token->second.blocked) return refused(SiteRefusal::nothing_to_change);
    return BulkTokenUnblocked{command.guid};
  }
  Outcome operator()(const TakeEndpointDown& command) const {
    if (!site.up[index_of(command.endpoint)]) return refused(SiteRefusal::nothing_to_change);
    return EndpointDown{command.endpoint};
  }
  Outcome operator()(const BringEndpointUp& command) const {
    if (site.up[index_of(command.endpoint)]) return refused(SiteRefusal::nothing_to_change);
    return EndpointUp{command.endpoint};
  }
  Outcome operator()(const RotateSigningCertificate& command) const {
    return SigningCertificateRotated{{static_cast<std::uint32_t>(site.keys.size())},
                                     command.certificate};
  }
  Outcome operator()(const RetireSigningCertificate& command) const {
    if (command.key.value >= site.keys.size()) return refused(SiteRefusal::no_such_key);
    if (command.key.value + 1 == site.keys.size()) return refused(SiteRefusal::key_in_use);
    if (site.keys[command.key.value].retired) return refused(SiteRefusal::nothing_to_change);
    return SigningCertificateRetired{command.key};
  }
  Outcome operator()(const IssueClientToken& command) const {
    const auto serial = next_serial(site, command.thumbprint);
    if (!serial) return refused(SiteRefusal::serials_used_up);
    return ClientTokenIssued{
        command.thumbprint,
        {*serial, now, std::min(expiry(site.policy, now), command.signer_ends), site.signs_now()}};
  }
  Outcome operator()(const ChangePolicy& command) const {
    const SitePolicyChange changed = news(site.policy, command.change);
    if (changed.empty()) return refused(SiteRefusal::nothing_to_change);
    return PolicyChanged{changed};
  }
  Outcome operator()(const LearnSigningCertificate& command) const {
    if (command.key.value >= site.keys.size()) return refused(SiteRefusal::no_such_key);
    if (site.keys[command.key.value].certificate) return refused(SiteRefusal::nothing_to_change);
    return SigningCertificateLearnt{command.key, command.certificate};
  }
  Outcome operator()(const BlockClientCertificate& command) const {
    const bool is_blocked = site.blocked_clients.contains(command.thumbprint);
    if (is_blocked) return refused(SiteRefusal::nothing_to_change);
    return ClientCertificateBlocked{command.thumbprint};
  }
  Outcome operator()(const UnblockClientCertificate& command) const {
    const bool is_blocked = site.blocked_clients.contains(command.thumbprint);
    if (!is_blocked) return refused(SiteRefusal::nothing_to_change);
    return ClientCertificateUnblocked{command.thumbprint};
  }
  Outcome operator()(const BeginEpoch& command) const {
    if (!is_free(site, command.first)) return refused(SiteRefusal::serial_out_of_order);
    return EpochBegun{command.first};
  }
  Outcome operator()(const RecogniseClient& command) const {
    if (knows(site, command.thumbprint, command.serial)) {
      return refused(SiteRefusal::nothing_to_change);
    }
    if (!has_numbers(site)) return refused(SiteRefusal::serials_used_up);
    return ClientRecognised{
        command.thumbprint, command.serial, {static_cast<std::uint32_t>(site.next_client)}};
  }
  Outcome operator()(const ShowClientToken& command) const {
    if (!knows(site, command.thumbprint, command.serial)) {
      return refused(SiteRefusal::no_such_token);
    }
    const KnownClient& client = site.clients.at(command.thumbprint);
    if (has_shown(client, command.serial)) return refused(SiteRefusal::nothing_to_change);
    return ClientTokenShown{command.thumbprint, command.serial};
  }
  Outcome operator()(const RecordRepair& command) const { return command.repair; }
};

// ---- What an event changes ---------------------------------------------------------------------

struct Evolve {
  Site& site;
  using Outcome = std::optional<SiteRefusal>;

  Outcome operator()(const SiteEstablished& event) const {
    if (site.established) return SiteRefusal::nothing_to_change;
    site.established = true;
    site.tenant = event.tenant;
    site.policy = event.policy;
    site.keys.front().certificate = event.certificate;
    return {};
  }
  Outcome operator()(const BulkTokenIssued& event) const {
    const bool is_new =
        site.bulk_tokens
            .try_emplace(event.guid, BulkToken{event.name, event.guid, event.not_before,
                                               event.expires, false, site.signs_now()})
            .second;
    return is_new ? Outcome{} : SiteRefusal::guid_in_use;
  }
  Outcome operator()(const BulkTokenBlocked& event) const { return set_blocked(event.guid, true); }
  Outcome operator()(const BulkTokenUnblocked& event) const {
    return set_blocked(event.guid, false);
  }
  Outcome operator()(const EndpointDown& event) const { return set_up(event.endpoint, false); }
  Outcome operator()(const EndpointUp& event) const { return set_up(event.endpoint, true); }
  Outcome operator()(const SigningCertificateRotated& event) const {
    if (event.key.value != site.keys.size()) return SiteRefusal::no_such_key;
    site.keys.push_back({false, event.certificate});
    return {};
  }
  Outcome operator()(const SigningCertificateRetired& event) const {
    if (event.key.value >= site.keys.size() - 1) return SiteRefusal::no_such_key;
    if (site.keys[event.key.value].retired) return SiteRefusal::nothing_to_change;
    site.keys[event.key.value].retired = true;
    return {};
  }
  Outcome operator()(const ClientTokenIssued& event) const {
    if (event.token.signer != site.signs_now()) return SiteRefusal::no_such_key;
    if (next_serial(site, event.thumbprint) != event.token.serial) {
      return SiteRefusal::serial_out_of_order;
    }
    const auto [known, is_new] = site.clients.try_emplace(event.thumbprint);
    if (is_new) ++site.next_client;
    KnownClient& client = known->second;
    client.number = event.token.serial.client();
    client.tokens = event.token.serial.ordinal();
    return {};
  }
  Outcome operator()(const PolicyChanged& event) const {
    if (event.changed.empty() || news(site.policy, event.changed) != event.changed) {
      return SiteRefusal::nothing_to_change;
    }
    apply(site.policy, event.changed);
    return {};
  }
  // Never another one in the place of one that is known.
  Outcome operator()(const SigningCertificateLearnt& event) const {
    if (event.key.value >= site.keys.size()) return SiteRefusal::no_such_key;
    SigningKey& key = site.keys[event.key.value];
    if (key.certificate) return SiteRefusal::nothing_to_change;
    key.certificate = event.certificate;
    return {};
  }
  Outcome operator()(const ClientCertificateBlocked& event) const {
    const bool is_new = site.blocked_clients.insert(event.thumbprint).second;
    return is_new ? Outcome{} : SiteRefusal::nothing_to_change;
  }
  Outcome operator()(const ClientCertificateUnblocked& event) const {
    const bool was_there = site.blocked_clients.erase(event.thumbprint) == 1;
    return was_there ? Outcome{} : SiteRefusal::nothing_to_change;
  }
  Outcome operator()(const ClockWentBack& event) const {
    return event.to < event.from ? Outcome{} : SiteRefusal::nothing_to_change;
  }
  Outcome operator()(const JournalRepaired&) const { return {}; }
  Outcome operator()(const EpochBegun& event) const {
    if (!is_free(site, event.first)) return SiteRefusal::serial_out_of_order;
    site.earlier_epochs.emplace_back(site.epoch.value, site.next_client);
    site.epoch = event.first;
    site.next_client = event.first.value;
    return {};
  }
  Outcome operator()(const ClientRecognised& event) const {
    if (event.number.value != site.next_client || !has_numbers(site))
      return SiteRefusal::serial_out_of_order;
    if (knows(site, event.thumbprint, event.serial)) return SiteRefusal::nothing_to_change;
    KnownClient& client = site.clients[event.thumbprint];
    // Not fewer than it had by an earlier number: a client's ordinals only rise.
    client.number = event.number;
    client.tokens = std::max(client.tokens, event.serial.ordinal());
    client.former = event.serial;
    ++site.next_client;
    return {};
  }
  Outcome operator()(const ClientTokenShown& event) const {
    if (!knows(site, event.thumbprint, event.serial)) return SiteRefusal::no_such_token;
    KnownClient& client = site.clients[event.thumbprint];
    (is_replaced(client, event.serial) ? client.replaced : client.shown) = event.serial.ordinal();
    return {};
  }

  // R49, R54, R55: the flag, and nothing else; above all not the dates.
  Outcome set_blocked(Guid guid, bool blocked) const {
    const auto token = site.bulk_tokens.find(guid);
    if (token == site.bulk_tokens.end()) return SiteRefusal::no_such_token;
    if (token->second.blocked == blocked) return SiteRefusal::nothing_to_change;
    token->second.blocked = blocked;
    return {};
  }
  Outcome set_up(Endpoint endpoint, bool up) const {
    if (site.up[index_of(endpoint)] == up) return SiteRefusal::nothing_to_change;
    site.up[index_of(endpoint)] = up;
    return {};
  }
};

}  // namespace

bool knows(const Site& site, const Sha256Thumbprint& thumbprint, TokenSerial serial) {
  const auto known = site.clients.find(thumbprint);
  if (known == site.clients.end()) return false;
  const KnownClient& client = known->second;
  if (serial.client() == client.number) return serial.ordinal() <= client.tokens;
  return serial.client() == client.former.client() && serial.ordinal() <= client.former.ordinal();
}

bool is_replaced(const KnownClient& client, TokenSerial serial) {
  const std::uint32_t ordinal = serial.ordinal();
  return client.shown != 0 && ordinal != client.shown && ordinal != client.tokens;
}

bool has_shown(const KnownClient& client, TokenSerial serial) {
  return serial.ordinal() == client.shown || serial.ordinal() == client.replaced;
}

bool is_of_earlier_epoch(const Site& site, ClientNumber number) {
  return std::any_of(
      site.earlier_epochs.begin(), site.earlier_epochs.end(), [&](const auto& epoch) {
        return number.value >= epoch.first && number.value < epoch.second + kEpochClients;
      });
}

Result<SiteEvent, SiteRefusal> decide(const Site& site, const SiteCommand& command, Instant now) {
  return std::visit(Decide{site, now}, command);
}

Result<Site, SiteRefusal> evolve(const Site& site, const SiteEvent& event) {
  return evolve(Site(site), event);
}

Result<Site, SiteRefusal> evolve(Site&& site, const SiteEvent& event) {
  if (const auto refusal = std::visit(Evolve{site}, event)) return refused(*refusal);
  return std::move(site);
}

}  // namespace tokenlife
