#include "core/site.hpp"

#include <algorithm>

#include "core/bulk_lifetime.hpp"
#include "core/evolve_site.hpp"
#include "core/policy.hpp"
#include "core/site_command.hpp"

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
           const auto& former = known.second.former;
           return is_in_it(known.second.number) ||
                  std::any_of(former.begin(), former.end(),
                              [&](TokenSerial serial) { return is_in_it(serial.client()); });
         });
}

bool has_numbers(const Site& site) {
  const std::uint64_t end =
      site.epoch.value == 0 ? std::uint64_t{UINT32_MAX} + 1 : site.epoch.value + kEpochClients;
  return site.next_client < end;
}

const KnownClient* find_client(const Site& site, const Sha256Thumbprint& thumbprint) {
  const auto found = site.clients.find(thumbprint);
  return found == site.clients.end() ? nullptr : &found->second;
}

// The serial of the next token for the client, which may be none that is known: with a new number
// at its first registration, and when it is older than the epoch.
std::optional<TokenSerial> next_serial(const Site& site, const KnownClient* client) {
  const std::uint32_t tokens = client == nullptr ? 0 : client->tokens;
  if (tokens == UINT32_MAX) return std::nullopt;
  if (client != nullptr && client->number.value >= site.epoch.value &&
      client->number.value < site.next_client) {
    return TokenSerial::of(client->number, tokens + 1);
  }
  if (!has_numbers(site)) return std::nullopt;
  return TokenSerial::of({static_cast<std::uint32_t>(site.next_client)}, tokens + 1);
}

// Journals of the version that began epochs first: a client that was known kept its number.
bool is_next_serial(const Site& site, const KnownClient* client, TokenSerial serial) {
  if (next_serial(site, client) == serial) return true;
  return client != nullptr && client->tokens != UINT32_MAX &&
         serial == TokenSerial::of(client->number, client->tokens + 1);
}

// An event has its place in a journal's frame.
constexpr std::size_t kTextBytesMax = 1024;
bool is_good_text(const std::string& text) { return !text.empty() && text.size() <= kTextBytesMax; }

bool changes(const Site& site, const CapacityChanged& event) {
  return site.capacities.of(event.endpoint) != event.capacity;
}
bool is_trusted(const Site& site, const CaTrusted& trusted) {
  const auto known = site.cas.find(trusted.certificate);
  return known != site.cas.end() && known->second == TrustedCa{trusted.name, trusted.revocation};
}

// ---- Which commands are accepted ---------------------------------------------------------------

struct Decide {
  const Site& site;
  Instant now;
  using Outcome = Result<SiteEvent, SiteRefusal>;

  Outcome operator()(const EstablishSite& command) const {
    if (site.established) return refused(SiteRefusal::nothing_to_change);
    return SiteEstablished{command.tenant, command.policy, command.certificate, command.capacities};
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
    const auto serial = next_serial(site, find_client(site, command.thumbprint));
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
  Outcome operator()(const TrustCa& command) const {
    const CaTrusted& trusted = command.trusted;
    if (!is_good_text(trusted.name)) return refused(SiteRefusal::bad_text);
    if (is_trusted(site, trusted)) return refused(SiteRefusal::nothing_to_change);
    return trusted;
  }
  Outcome operator()(const DistrustCa& command) const {
    const bool is_there = site.cas.contains(command.certificate);
    if (!is_there) return refused(SiteRefusal::not_trusted);
    return CaDistrusted{command.certificate};
  }
  Outcome operator()(const TrustEntra& command) const {
    const EntraTrusted& trusted = command.trusted;
    if (!is_good_text(trusted.issuer) || !is_good_text(trusted.audience)) {
      return refused(SiteRefusal::bad_text);
    }
    if (site.entra == trusted) return refused(SiteRefusal::nothing_to_change);
    return trusted;
  }
  Outcome operator()(const DistrustEntra&) const {
    if (!site.entra) return refused(SiteRefusal::not_trusted);
    return EntraDistrusted{site.entra->issuer};
  }
  Outcome operator()(const ChangeCapacity& command) const {
    const CapacityChanged event{command.endpoint, command.capacity};
    return changes(site, event) ? Outcome{event} : refused(SiteRefusal::nothing_to_change);
  }
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
    site.capacities = event.capacities;
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
    // Looked up once, and so it is there before it is known whether it may.
    const auto [known, is_new] = site.clients.try_emplace(event.thumbprint);
    KnownClient& client = known->second;
    if (!is_next_serial(site, is_new ? nullptr : &client, event.token.serial)) {
      if (is_new) site.clients.erase(known);
      return SiteRefusal::serial_out_of_order;
    }
    const ClientNumber number = event.token.serial.client();
    if (is_new || number != client.number) ++site.next_client;
    if (!is_new && number != client.number) {
      client.former.push_back(TokenSerial::of(client.number, client.tokens));
    }
    client.number = number;
    client.tokens = event.token.serial.ordinal();
    client.newest = event.token.serial;
    return {};
  }
  Outcome operator()(const PolicyChanged& event) const {
    if (event.changed.empty() || news(site.policy, event.changed) != event.changed) {
      return SiteRefusal::nothing_to_change;
    }
    apply(site.policy, event.changed);
    return {};
  }
  Outcome operator()(const CapacityChanged& event) const {
    if (!changes(site, event)) return SiteRefusal::nothing_to_change;
    site.capacities.of(event.endpoint) = event.capacity;
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
    // Also one that is known: earlier versions remembered the last former number alone.
    const auto [known, is_new] = site.clients.try_emplace(event.thumbprint);
    KnownClient& client = known->second;
    if (!is_new) client.former.push_back(TokenSerial::of(client.number, client.tokens));
    client.former.push_back(event.serial);
    client.number = event.number;
    // Not fewer than it had by an earlier number: a client's ordinals only rise.
    if (event.serial.ordinal() >= client.tokens) client.newest = event.serial;
    client.tokens = std::max(client.tokens, event.serial.ordinal());
    ++site.next_client;
    return {};
  }
  Outcome operator()(const ClientTokenShown& event) const {
    if (!knows(site, event.thumbprint, event.serial)) return SiteRefusal::no_such_token;
    KnownClient& client = site.clients[event.thumbprint];
    (is_replaced(client, event.serial) ? client.replaced : client.shown) = event.serial;
    return {};
  }
  Outcome operator()(const CaTrusted& event) const {
    if (is_trusted(site, event)) return SiteRefusal::nothing_to_change;
    site.cas[event.certificate] = {event.name, event.revocation};
    return {};
  }
  Outcome operator()(const CaDistrusted& event) const {
    const bool was_there = site.cas.erase(event.certificate) == 1;
    return was_there ? Outcome{} : SiteRefusal::not_trusted;
  }
  Outcome operator()(const EntraTrusted& event) const {
    if (site.entra == event) return SiteRefusal::nothing_to_change;
    site.entra = event;
    return {};
  }
  Outcome operator()(const EntraDistrusted& event) const {
    if (!site.entra || site.entra->issuer != event.issuer) return SiteRefusal::not_trusted;
    site.entra.reset();
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
  if (const auto refusal = evolve_in_place(site, event)) return refused(*refusal);
  return std::move(site);
}

std::optional<SiteRefusal> evolve_in_place(Site& site, const SiteEvent& event) {
  return std::visit(Evolve{site}, event);
}

}  // namespace tokenlife
