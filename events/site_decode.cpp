#include <cmath>
#include <cstring>

#include "core/utf8.hpp"
#include "events/event.capnp.h"
#include "events/log_format.hpp"
#include "events/message_reader.hpp"
#include "events/site_codec.hpp"

namespace tokenlife::events {
namespace {

// Nine million years: sums of a few such times do not overflow.
constexpr std::int64_t kSecondsLimit = std::int64_t{1} << 48;

void require(bool holds, const char* otherwise) {
  if (!holds) throw Malformed{otherwise};
}

std::string decode_text(capnp::Text::Reader text) {
  std::string copy(text.cStr(), text.size());
  require(is_utf8(copy), "a text is not UTF-8");
  return copy;
}

// A Digest or a thumbprint.
template <class Hash>
Hash decode_hash(capnp::Data::Reader from, const char* otherwise) {
  Hash hash;
  require(from.size() == hash.bytes.size(), otherwise);
  std::memcpy(hash.bytes.data(), from.begin(), hash.bytes.size());
  return hash;
}

Digest decode_digest(capnp::Data::Reader from) {
  return decode_hash<Digest>(from, "a digest does not have 32 bytes");
}

Sha256Thumbprint decode_thumbprint(capnp::Data::Reader from) {
  return decode_hash<Sha256Thumbprint>(from, "a thumbprint does not have 32 bytes");
}

Duration decode_duration(std::int64_t seconds) {
  require(seconds >= 0 && seconds <= kSecondsLimit, "a duration is out of range");
  return Duration{seconds};
}

// Of a site on disk whose clock was wrong also before its start.
Instant decode_time(std::int64_t seconds) {
  require(seconds >= -kSecondsLimit && seconds <= kSecondsLimit, "a time is out of range");
  return at(Duration{seconds});
}

template <class Enum>
Enum decode_enum(std::uint8_t code) {
  require(code < kCount<Enum>, "an enumerated value is unknown");
  return static_cast<Enum>(code);
}

Guid decode_guid(wire::Guid::Reader guid) { return {guid.getHigh(), guid.getLow()}; }

Policy decode_policy(wire::Policy::Reader from) {
  Policy policy;
  policy.token_validity = decode_duration(from.getTokenValidity());
  policy.renew_after = decode_duration(from.getRenewAfter());
  policy.renew_jitter = decode_duration(from.getRenewJitter());
  policy.renew_on = decode_enum<RenewOn>(from.getRenewOn());
  policy.internal_registration = from.getInternalRegistration();
  policy.mp = decode_enum<MpMode>(from.getMp());
  policy.leeway = decode_duration(from.getLeeway());
  policy.latency = decode_duration(from.getLatency());
  policy.retry_after_failure = decode_duration(from.getRetryAfterFailure());
  policy.retry_after_refusal = decode_duration(from.getRetryAfterRefusal());
  return policy;
}

std::optional<Capacity> decode_capacity(bool is_there, wire::Capacity::Reader from) {
  if (!is_there) return std::nullopt;
  return Capacity{from.getPerMinute(), from.getQueue()};
}

std::optional<Duration> decode_changed(std::int64_t seconds) {
  return seconds == -1 ? std::nullopt : std::optional(decode_duration(seconds));
}

PolicyChanged decode_policy_change(wire::PolicyChange::Reader from) {
  constexpr std::uint8_t kAsItWas = 255;
  SitePolicyChange changed;
  changed.token_validity = decode_changed(from.getTokenValidity());
  changed.leeway = decode_changed(from.getLeeway());
  changed.bulk_leeway = decode_changed(from.getBulkLeeway());
  if (from.getInternalRegistration() != kAsItWas) {
    require(from.getInternalRegistration() <= 1, "an enumerated value is unknown");
    changed.internal_registration = from.getInternalRegistration() == 1;
  }
  if (from.getMp() != kAsItWas) changed.mp = decode_enum<MpMode>(from.getMp());
  return {changed};
}

SiteEstablished decode_site_on_disk(wire::SiteOnDisk::Reader from) {
  SiteEstablished event{decode_guid(from.getTenant()), decode_policy(from.getPolicy()),
                        decode_thumbprint(from.getCertificate())};
  event.policy.bulk_leeway = decode_changed(from.getBulkLeeway());
  return event;
}

SiteEstablished decode_site_under_load(wire::SiteUnderLoad::Reader from) {
  SiteEstablished event{decode_guid(from.getTenant()), decode_policy(from.getPolicy())};
  Policy& policy = event.policy;
  policy.bulk_leeway = decode_changed(from.getBulkLeeway());
  policy.retry_backoff = {from.getRetryBackoff()};
  policy.retry_max = decode_changed(from.getRetryMax());
  policy.retry_jitter = {from.getRetryJitter()};
  require(policy.retry_backoff.value >= 1000 && policy.retry_jitter.value <= 1000,
          "a factor is out of range");
  policy.request_timeout = decode_changed(from.getRequestTimeout());
  policy.renew_draw = decode_enum<RenewDraw>(from.getRenewDraw());
  event.capacities = {decode_capacity(from.hasMp(), from.getMp()),
                      decode_capacity(from.hasCmg(), from.getCmg())};
  return event;
}

CapacityChanged decode_capacity_change(wire::CapacityChange::Reader from) {
  const auto endpoint = decode_enum<Endpoint>(from.getEndpoint());
  require(endpoint != Endpoint::sts, "an STS has a capacity");
  return {endpoint, decode_capacity(from.hasCapacity(), from.getCapacity())};
}

ClientTokenIssued decode_client_token(wire::ClientToken::Reader from) {
  return {decode_thumbprint(from.getThumbprint()),
          {{from.getSerial()},
           decode_time(from.getNotBefore()),
           decode_time(from.getExpires()),
           {from.getSigner()}}};
}

CaTrusted decode_ca(wire::TrustedCa::Reader from) {
  const auto revocation = from.getRevocation();
  return {decode_text(from.getName()), decode_thumbprint(from.getCertificate()),
          revocation.size() == 0 ? std::nullopt : std::optional(decode_thumbprint(revocation))};
}

EntraTrusted decode_entra(wire::TrustedEntra::Reader from) {
  return {decode_text(from.getIssuer()), decode_text(from.getAudience()),
          decode_thumbprint(from.getKeys())};
}

SiteEvent decode_site_event(wire::SiteEvent::Reader from, Instant time) {
  using Wire = wire::SiteEvent;
  switch (from.which()) {
    case Wire::UNSET: throw Malformed{"an event of the site has no kind"};
    case Wire::SITE_ESTABLISHED: {
      const auto group = from.getSiteEstablished();
      SiteEstablished event{decode_guid(group.getTenant()), decode_policy(group.getPolicy())};
      event.policy.bulk_leeway = decode_changed(group.getBulkLeeway());
      return event;
    }
    case Wire::BULK_TOKEN_ISSUED: {
      const auto group = from.getBulkTokenIssued();
      return BulkTokenIssued{decode_text(group.getName()), decode_guid(group.getGuid()),
                             decode_time(group.getNotBefore()), decode_time(group.getExpires())};
    }
    case Wire::BULK_TOKEN_BLOCKED: return BulkTokenBlocked{decode_guid(from.getBulkTokenBlocked())};
    case Wire::BULK_TOKEN_UNBLOCKED:
      return BulkTokenUnblocked{decode_guid(from.getBulkTokenUnblocked())};
    case Wire::ENDPOINT_DOWN: return EndpointDown{decode_enum<Endpoint>(from.getEndpointDown())};
    case Wire::ENDPOINT_UP: return EndpointUp{decode_enum<Endpoint>(from.getEndpointUp())};
    case Wire::SIGNING_CERTIFICATE_ROTATED:
      return SigningCertificateRotated{{from.getSigningCertificateRotated()}};
    case Wire::SIGNING_CERTIFICATE_RETIRED:
      return SigningCertificateRetired{{from.getSigningCertificateRetired()}};
    case Wire::CLIENT_TOKEN_ISSUED: return decode_client_token(from.getClientTokenIssued());
    case Wire::POLICY_CHANGED: return decode_policy_change(from.getPolicyChanged());
    case Wire::ESTABLISHED_ON_DISK: return decode_site_on_disk(from.getEstablishedOnDisk());
    case Wire::ROTATED_ON_DISK: {
      const auto made = from.getRotatedOnDisk();
      return SigningCertificateRotated{{made.getKey()}, decode_thumbprint(made.getCertificate())};
    }
    case Wire::SIGNING_CERTIFICATE_LEARNT: {
      const auto learnt = from.getSigningCertificateLearnt();
      return SigningCertificateLearnt{{learnt.getKey()},
                                      decode_thumbprint(learnt.getCertificate())};
    }
    case Wire::CLIENT_CERTIFICATE_BLOCKED:
      return ClientCertificateBlocked{decode_thumbprint(from.getClientCertificateBlocked())};
    case Wire::CLIENT_CERTIFICATE_UNBLOCKED:
      return ClientCertificateUnblocked{decode_thumbprint(from.getClientCertificateUnblocked())};
    case Wire::CLOCK_WENT_BACK: return ClockWentBack{decode_time(from.getClockWentBack()), time};
    case Wire::JOURNAL_REPAIRED: {
      const auto repaired = from.getJournalRepaired();
      return JournalRepaired{repaired.getAcknowledged(), repaired.getKept(),
                             repaired.getBytesCut()};
    }
    case Wire::EPOCH_BEGUN: return EpochBegun{{from.getEpochBegun()}};
    case Wire::CLIENT_RECOGNISED: {
      const auto client = from.getClientRecognised();
      return ClientRecognised{
          decode_thumbprint(client.getThumbprint()), {client.getSerial()}, {client.getNumber()}};
    }
    case Wire::CLIENT_TOKEN_SHOWN: {
      const auto shown = from.getClientTokenShown();
      return ClientTokenShown{decode_thumbprint(shown.getThumbprint()), {shown.getSerial()}};
    }
    case Wire::CA_TRUSTED: return decode_ca(from.getCaTrusted());
    case Wire::CA_DISTRUSTED: return CaDistrusted{decode_thumbprint(from.getCaDistrusted())};
    case Wire::ENTRA_TRUSTED: return decode_entra(from.getEntraTrusted());
    case Wire::ESTABLISHED_UNDER_LOAD:
      return decode_site_under_load(from.getEstablishedUnderLoad());
    case Wire::CAPACITY_CHANGED: return decode_capacity_change(from.getCapacityChanged());
    case Wire::ENTRA_DISTRUSTED: return EntraDistrusted{decode_text(from.getEntraDistrusted())};
  }
  // A journal may have been written on by a newer program than the one that wrote its header.
  throw Malformed{"unsupported kind of site event (number " +
                      std::to_string(static_cast<unsigned>(from.which())) + ")",
                  LogError::Kind::unsupported};
}

std::int64_t decode_start(std::int64_t unix_seconds) {
  require(unix_seconds >= -kSecondsLimit && unix_seconds <= kSecondsLimit,
          "the start is out of range");
  return unix_seconds;
}

// Before anything else is looked at, which another version may have changed.
void check_schema_version(std::uint32_t version) {
  require(version != 0, "schema version 0");
  if (version <= kSchemaVersion) return;
  throw Malformed{"unsupported schema version " + std::to_string(version) +
                      " (this program reads 1 to " + std::to_string(kSchemaVersion) + ")",
                  LogError::Kind::unsupported};
}

void check_partition_clients(std::uint32_t clients) {
  if (clients == kPartitionClients) return;
  throw Malformed{"unsupported partitions of " + std::to_string(clients) +
                      " clients (this program reads partitions of " +
                      std::to_string(kPartitionClients) + ")",
                  LogError::Kind::unsupported};
}

void check_cohorts(const LogHeader& header) {
  std::uint64_t clients = 0;
  for (const LogCohort& cohort : header.cohorts) {
    require(cohort.first.value == clients, "a cohort does not start where the one before ends");
    clients += cohort.clients;
    require(cohort.devices.empty() || cohort.devices.size() == cohort.clients,
            "a cohort does not name each of its devices");
  }
  require(clients == header.clients, "the cohorts do not add up to the number of clients");
}

// Times do not go back, but with the event that says so; and that says when it was before.
void check_order(const std::vector<Recorded<SiteEvent>>& before, Instant time,
                 const SiteEvent& event) {
  const auto* back = std::get_if<ClockWentBack>(&event);
  if (back == nullptr) {
    require(before.empty() || time >= before.back().time, "time goes back in the site's events");
  } else {
    require(!before.empty() && back->from == before.back().time && back->to < back->from,
            "a clock goes back, and not from the event before");
  }
}

Recorded<SiteEvent> decode_recorded(wire::SiteEvent::Reader from) {
  const Instant time = at(Duration{from.getTime() + (std::int64_t{from.getTimeHigh()} << 32)});
  const Cause cause{decode_enum<CauseKind>(from.getCauseKind()), from.getCauseNumber()};
  return {{time, from.getSeq(), cause}, decode_site_event(from, time)};
}

}  // namespace

LogHeader decode_header(capnp::MessageReader& message) {
  const auto root = message.getRoot<wire::RunHeader>();
  check_schema_version(root.getSchemaVersion());
  check_partition_clients(root.getPartitionClients());
  LogHeader header;
  header.scenario_name = decode_text(root.getScenarioName());
  header.scenario_text = decode_text(root.getScenarioText());
  header.seed = root.getSeed();
  header.clients_scale = root.getClientsScale();
  require(std::isfinite(header.clients_scale), "the scale of the clients is not a number");
  header.start_unix_seconds = decode_start(root.getStartUnixSeconds());
  header.tick = decode_duration(root.getTick());
  header.duration = decode_duration(root.getDuration());
  header.clients = root.getClients();
  header.lifecycle_fingerprint = root.getLifecycleFingerprint();
  header.client_schema = root.getSchemaVersion() >= kSchemaVersionOfLoad ? kSchemaVersionOfLoad
                                                                         : kSchemaVersionOfSpells;
  for (const auto input : root.getInputs()) {
    header.inputs.push_back({decode_text(input.getName()), decode_digest(input.getSha256())});
  }
  for (const auto cohort : root.getCohorts()) {
    header.cohorts.push_back(
        {decode_text(cohort.getName()), {cohort.getFirstClient()}, cohort.getClients(), {}});
    for (const auto device : cohort.getDevices()) {
      header.cohorts.back().devices.push_back(decode_text(device));
    }
  }
  check_cohorts(header);
  return header;
}

JournalHeader decode_journal_header(capnp::MessageReader& message) {
  const auto root = message.getRoot<wire::JournalHeader>();
  check_schema_version(root.getSchemaVersion());
  // Before and after any time that a clock may have, and no further from it than the events of a
  // journal can count.
  constexpr std::int64_t kStartMax = std::int64_t{1} << 38;
  const std::int64_t start = root.getStartUnixSeconds();
  require(start >= -kStartMax && start <= kStartMax, "the start is out of range");
  return {start, root.getSchemaVersion(), root.getKeepsHead()};
}

void decode_site_events(capnp::MessageReader& message, bool is_journal,
                        std::vector<Recorded<SiteEvent>>& events) {
  for (const auto from : message.getRoot<wire::SiteEvents>().getEvents()) {
    require(from.getSeq() == events.size(), "the numbering of the site's events has a gap");
    Recorded<SiteEvent> recorded = decode_recorded(from);
    require(
        is_journal || (from.getTimeHigh() == 0 && (kind_of(recorded.event) <= PolicyChanged::kind ||
                                                   is_of_runs(kind_of(recorded.event)))),
        "a run has what sites on disk alone have");
    check_order(events, recorded.time, recorded.event);
    events.push_back(std::move(recorded));
  }
}

std::vector<Recorded<SiteEvent>> decode_site_events_alone(capnp::MessageReader& message) {
  std::vector<Recorded<SiteEvent>> events;
  for (const auto from : message.getRoot<wire::SiteEvents>().getEvents()) {
    events.push_back(decode_recorded(from));
  }
  return events;
}

RunEnd decode_run_end(capnp::MessageReader& message) {
  const auto root = message.getRoot<wire::RunEnd>();
  RunEnd end;
  end.complete = root.getComplete();
  end.site_events = root.getSiteEvents();
  end.client_events = root.getClientEvents();
  for (const auto from : root.getPartitions()) {
    end.partitions.push_back({from.getNumber(), from.getClients(), from.getEvents(),
                              from.getBytes(), decode_digest(from.getDigest())});
  }
  const auto kinds = root.getKinds();
  if (kinds.size() == 0) return end;
  // A kind from the future is in a schema from the future, which has been refused.
  require(kinds.size() <= kEventKinds, "there are more kinds of events than the schema has");
  end.counted.emplace();
  // Kinds of clients come first: a schema with more of them moves those of the site.
  constexpr std::uint32_t kClientKindsOfSchema3 =
      kinds_of_schema(kSchemaVersionOfStretches, 0, kClientKinds);
  const std::uint32_t of_clients =
      root.getClientKinds() == 0 ? kClientKindsOfSchema3 : root.getClientKinds();
  require(of_clients <= kClientKinds && of_clients <= kinds.size() &&
              kinds.size() - of_clients <= kEventKinds - kClientKinds,
          "there are more kinds of events than the schema has");
  if (of_clients > kinds_of_schema(kSchemaVersionOfSpells, 0, kClientKinds)) {
    end.client_schema = kSchemaVersionOfLoad;
  }
  for (unsigned i = 0; i < kinds.size(); ++i) {
    const std::size_t kind = i < of_clients ? i : i - of_clients + kClientKinds;
    end.counted->of_kind[kind] = kinds[i];
  }
  if (end.site_events + end.client_events == 0) return end;
  end.counted->first = at(Duration{root.getFirst()});
  end.counted->last = at(Duration{root.getLast()});
  return end;
}

PartitionHeader decode_partition_header(capnp::MessageReader& message) {
  const auto root = message.getRoot<wire::PartitionHeader>();
  return {decode_digest(root.getRunHeaderDigest()), root.getPartition(), root.getFirstClient()};
}

PartitionEnd decode_partition_end(capnp::MessageReader& message) {
  const auto root = message.getRoot<wire::PartitionEnd>();
  PartitionEnd end{root.getClients(), root.getEvents()};
  for (const auto from : root.getStretches()) {
    end.stretches.push_back({from.getOffset(), from.getFirstClient(), from.getClients(),
                             from.getFrom(), from.getUntil(), from.getEvents()});
  }
  return end;
}

}  // namespace tokenlife::events
