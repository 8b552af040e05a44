#include "core/site.hpp"

#include <algorithm>

#include "core/bulk_lifetime.hpp"
#include "core/policy.hpp"

namespace tokenlife {
namespace {

Failed<SiteRefusal> refused(SiteRefusal reason) { return Failed<SiteRefusal>(reason); }

std::size_t index_of(Endpoint endpoint) { return static_cast<std::size_t>(endpoint); }

// The serial of the next token for the client with this certificate: at its first registration that
// of a new client.
std::optional<TokenSerial> next_serial(const Site& site, const Sha256Thumbprint& thumbprint) {
  const auto client = site.clients.find(thumbprint);
  if (client == site.clients.end()) {
    if (site.clients.size() > UINT32_MAX) return std::nullopt;
    return TokenSerial::of({static_cast<std::uint32_t>(site.clients.size())}, 1);
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
    site.clients[event.thumbprint] = {event.token.serial.client(), event.token.serial.ordinal()};
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
