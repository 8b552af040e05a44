#include "core/site.hpp"

namespace tokenlife {
namespace {

Failed<SiteRefusal> refused(SiteRefusal reason) { return Failed<SiteRefusal>(reason); }

std::size_t index_of(Endpoint endpoint) { return static_cast<std::size_t>(endpoint); }

// ---- Which commands are accepted ---------------------------------------------------------------

struct Decide {
  const Site& site;
  Instant now;
  using Outcome = Result<SiteEvent, SiteRefusal>;

  Outcome operator()(const EstablishSite& command) const {
    if (site.established) return refused(SiteRefusal::nothing_to_change);
    return SiteEstablished{command.tenant, command.policy};
  }
  Outcome operator()(const IssueBulkToken& command) const {
    if (command.lifetime_minutes < kBulkLifetimeMinutesMin ||
        command.lifetime_minutes > kBulkLifetimeMinutesMax) {
      return refused(SiteRefusal::lifetime_out_of_range);
    }
    if (site.bulk_tokens.contains(command.guid)) return refused(SiteRefusal::guid_in_use);
    // D3: the lifetime in minutes times 60.
    return BulkTokenIssued{command.name, command.guid, now,
                           now + std::chrono::minutes{command.lifetime_minutes}};
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
  Outcome operator()(const RotateSigningCertificate&) const {
    return SigningCertificateRotated{{static_cast<std::uint32_t>(site.keys.size())}};
  }
  Outcome operator()(const RetireSigningCertificate& command) const {
    if (command.key.value >= site.keys.size()) return refused(SiteRefusal::no_such_key);
    if (command.key.value + 1 == site.keys.size()) return refused(SiteRefusal::key_in_use);
    if (site.keys[command.key.value].retired) return refused(SiteRefusal::nothing_to_change);
    return SigningCertificateRetired{command.key};
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
    return {};
  }
  Outcome operator()(const BulkTokenIssued& event) const {
    const bool is_new =
        site.bulk_tokens
            .try_emplace(event.guid,
                         BulkToken{event.name, event.guid, event.not_before, event.expires, false})
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
    site.keys.push_back({});
    return {};
  }
  Outcome operator()(const SigningCertificateRetired& event) const {
    if (event.key.value >= site.keys.size() - 1) return SiteRefusal::no_such_key;
    if (site.keys[event.key.value].retired) return SiteRefusal::nothing_to_change;
    site.keys[event.key.value].retired = true;
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

Result<SiteEvent, SiteRefusal> decide(const Site& site, const SiteCommand& command, Instant now) {
  return std::visit(Decide{site, now}, command);
}

Result<Site, SiteRefusal> evolve(const Site& site, const SiteEvent& event) {
  Site next = site;
  if (const auto refusal = std::visit(Evolve{next}, event)) return refused(*refusal);
  return next;
}

}  // namespace tokenlife
