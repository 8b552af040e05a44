#include "core/ensure.hpp"
#include "events/event.capnp.h"
#include "events/log_format.hpp"
#include "events/site_codec.hpp"

namespace tokenlife::events {
namespace {

std::int64_t seconds(Duration duration) { return duration.count(); }
std::int64_t seconds(Instant time) { return time.time_since_epoch().count(); }

std::uint32_t event_seconds(Instant time) {
  const std::int64_t count = seconds(time);
  ensure(count >= 0 && count <= UINT32_MAX, "an event's time to fit into 32 bits");
  return static_cast<std::uint32_t>(count);
}

// Of a journal it may also lie before the start, or far behind it.
void encode_time(Instant time, wire::SiteEvent::Builder to) {
  const std::int64_t count = seconds(time);
  const std::int64_t high = count >> 32;
  ensure(high >= INT8_MIN && high <= INT8_MAX, "an event's time to fit into 40 bits");
  to.setTime(static_cast<std::uint32_t>(count & UINT32_MAX));
  to.setTimeHigh(static_cast<std::int8_t>(high));
}

std::uint8_t byte(Endpoint endpoint) { return static_cast<std::uint8_t>(endpoint); }

// Of a Digest or a thumbprint.
template <class Hash>
kj::ArrayPtr<const kj::byte> data(const Hash& hash) {
  return {hash.bytes.data(), hash.bytes.size()};
}

void encode_guid(Guid guid, wire::Guid::Builder to) {
  to.setHigh(guid.high);
  to.setLow(guid.low);
}

void encode_policy(const Policy& policy, wire::Policy::Builder to) {
  to.setTokenValidity(seconds(policy.token_validity));
  to.setRenewAfter(seconds(policy.renew_after));
  to.setRenewJitter(seconds(policy.renew_jitter));
  to.setRenewOn(static_cast<std::uint8_t>(policy.renew_on));
  to.setInternalRegistration(policy.internal_registration);
  to.setMp(static_cast<std::uint8_t>(policy.mp));
  to.setLeeway(seconds(policy.leeway));
  to.setLatency(seconds(policy.latency));
  to.setRetryAfterFailure(seconds(policy.retry_after_failure));
  to.setRetryAfterRefusal(seconds(policy.retry_after_refusal));
}

void encode_capacity(const Capacity& capacity, wire::Capacity::Builder to) {
  to.setPerMinute(capacity.per_minute);
  to.setQueue(capacity.queue);
}

void encode_certificate(KeyNumber key, const Sha256Thumbprint& certificate,
                        wire::SigningCertificate::Builder to) {
  to.setKey(key.value);
  to.setCertificate(data(certificate));
}

struct EncodeSiteEvent {
  wire::SiteEvent::Builder to;

  void operator()(const SiteEstablished& event) {
    if (event.certificate) return established_on_disk(event);
    if (is_under_load(event)) return established_under_load(event);
    auto group = to.initSiteEstablished();
    encode_guid(event.tenant, group.initTenant());
    encode_policy(event.policy, group.initPolicy());
    if (event.policy.bulk_leeway) group.setBulkLeeway(seconds(*event.policy.bulk_leeway));
  }
  void operator()(const BulkTokenIssued& event) {
    auto group = to.initBulkTokenIssued();
    group.setName(event.name);
    encode_guid(event.guid, group.initGuid());
    group.setNotBefore(seconds(event.not_before));
    group.setExpires(seconds(event.expires));
  }
  void operator()(const BulkTokenBlocked& event) {
    encode_guid(event.guid, to.initBulkTokenBlocked());
  }
  void operator()(const BulkTokenUnblocked& event) {
    encode_guid(event.guid, to.initBulkTokenUnblocked());
  }
  void operator()(const EndpointDown& event) { to.setEndpointDown(byte(event.endpoint)); }
  void operator()(const EndpointUp& event) { to.setEndpointUp(byte(event.endpoint)); }
  void operator()(const SigningCertificateRotated& event) {
    if (event.certificate) {
      encode_certificate(event.key, *event.certificate, to.initRotatedOnDisk());
    } else {
      to.setSigningCertificateRotated(event.key.value);
    }
  }
  void operator()(const SigningCertificateRetired& event) {
    to.setSigningCertificateRetired(event.key.value);
  }
  void operator()(const ClientTokenIssued& event) {
    auto token = to.initClientTokenIssued();
    token.setThumbprint(data(event.thumbprint));
    token.setSerial(event.token.serial.value);
    token.setNotBefore(seconds(event.token.not_before));
    token.setExpires(seconds(event.token.expires));
    token.setSigner(event.token.signer.value);
  }
  void operator()(const PolicyChanged& event) {
    auto change = to.initPolicyChanged();
    const SitePolicyChange& changed = event.changed;
    if (changed.token_validity) change.setTokenValidity(seconds(*changed.token_validity));
    if (changed.leeway) change.setLeeway(seconds(*changed.leeway));
    if (changed.bulk_leeway) change.setBulkLeeway(seconds(*changed.bulk_leeway));
    if (changed.internal_registration) {
      change.setInternalRegistration(*changed.internal_registration ? 1 : 0);
    }
    if (changed.mp) change.setMp(static_cast<std::uint8_t>(*changed.mp));
  }
  void operator()(const SigningCertificateLearnt& event) {
    encode_certificate(event.key, event.certificate, to.initSigningCertificateLearnt());
  }
  void operator()(const ClientCertificateBlocked& event) {
    to.setClientCertificateBlocked(data(event.thumbprint));
  }
  void operator()(const ClientCertificateUnblocked& event) {
    to.setClientCertificateUnblocked(data(event.thumbprint));
  }
  void operator()(const ClockWentBack& event) { to.setClockWentBack(seconds(event.from)); }
  void operator()(const JournalRepaired& event) {
    auto repaired = to.initJournalRepaired();
    repaired.setAcknowledged(event.acknowledged);
    repaired.setKept(event.kept);
    repaired.setBytesCut(event.bytes_cut);
  }
  void operator()(const EpochBegun& event) { to.setEpochBegun(event.first.value); }
  void operator()(const ClientRecognised& event) {
    auto recognised = to.initClientRecognised();
    recognised.setThumbprint(data(event.thumbprint));
    recognised.setSerial(event.serial.value);
    recognised.setNumber(event.number.value);
  }
  void operator()(const ClientTokenShown& event) {
    auto shown = to.initClientTokenShown();
    shown.setThumbprint(data(event.thumbprint));
    shown.setSerial(event.serial.value);
  }
  void operator()(const CaTrusted& event) {
    auto trusted = to.initCaTrusted();
    trusted.setName(event.name);
    trusted.setCertificate(data(event.certificate));
    if (event.revocation) trusted.setRevocation(data(*event.revocation));
  }
  void operator()(const CaDistrusted& event) { to.setCaDistrusted(data(event.certificate)); }
  void operator()(const EntraTrusted& event) {
    auto trusted = to.initEntraTrusted();
    trusted.setIssuer(event.issuer);
    trusted.setAudience(event.audience);
    trusted.setKeys(data(event.keys));
  }
  void operator()(const EntraDistrusted& event) { to.setEntraDistrusted(event.issuer); }

  void operator()(const CapacityChanged& event) {
    auto changed = to.initCapacityChanged();
    changed.setEndpoint(byte(event.endpoint));
    if (event.capacity) encode_capacity(*event.capacity, changed.initCapacity());
  }

  void established_under_load(const SiteEstablished& event) {
    auto site = to.initEstablishedUnderLoad();
    const Policy& policy = event.policy;
    encode_guid(event.tenant, site.initTenant());
    encode_policy(policy, site.initPolicy());
    if (policy.bulk_leeway) site.setBulkLeeway(seconds(*policy.bulk_leeway));
    site.setRetryBackoff(policy.retry_backoff.value);
    if (policy.retry_max) site.setRetryMax(seconds(*policy.retry_max));
    site.setRetryJitter(policy.retry_jitter.value);
    if (policy.request_timeout) site.setRequestTimeout(seconds(*policy.request_timeout));
    site.setRenewDraw(static_cast<std::uint8_t>(policy.renew_draw));
    if (event.capacities.mp) encode_capacity(*event.capacities.mp, site.initMp());
    if (event.capacities.cmg) encode_capacity(*event.capacities.cmg, site.initCmg());
  }
  void established_on_disk(const SiteEstablished& event) {
    auto site = to.initEstablishedOnDisk();
    encode_guid(event.tenant, site.initTenant());
    encode_policy(event.policy, site.initPolicy());
    if (event.policy.bulk_leeway) site.setBulkLeeway(seconds(*event.policy.bulk_leeway));
    site.setCertificate(data(*event.certificate));
  }
};

std::size_t words_of_text(const std::string& text) { return text.size() / 8 + 1; }

std::size_t words_of_texts(const SiteEvent& event) {
  if (const auto* issued = std::get_if<BulkTokenIssued>(&event)) return words_of_text(issued->name);
  if (const auto* ca = std::get_if<CaTrusted>(&event)) return words_of_text(ca->name);
  if (const auto* entra = std::get_if<EntraTrusted>(&event)) {
    return words_of_text(entra->issuer) + words_of_text(entra->audience);
  }
  const auto* gone = std::get_if<EntraDistrusted>(&event);
  return gone == nullptr ? 0 : words_of_text(gone->issuer);
}

// More than any struct of the schema takes with all structs that it points to.
constexpr std::size_t kWordsOfStruct = 48;

unsigned list_size(std::size_t elements) { return static_cast<unsigned>(elements); }

}  // namespace

bool is_under_load(const SiteEstablished& event) {
  Policy earlier = event.policy;
  const Policy plain;
  earlier.retry_backoff = plain.retry_backoff;
  earlier.retry_max = plain.retry_max;
  earlier.retry_jitter = plain.retry_jitter;
  earlier.request_timeout = plain.request_timeout;
  earlier.renew_draw = plain.renew_draw;
  return event.capacities.any() || earlier != event.policy;
}

std::size_t words_of(const LogHeader& header) {
  std::size_t words =
      kWordsOfStruct + words_of_text(header.scenario_name) + words_of_text(header.scenario_text);
  for (const LogInput& input : header.inputs) words += kWordsOfStruct + words_of_text(input.name);
  for (const LogCohort& cohort : header.cohorts) {
    words += kWordsOfStruct + words_of_text(cohort.name);
    for (const std::string& device : cohort.devices) words += 1 + words_of_text(device);
  }
  return words;
}

std::size_t words_of(std::span<const Recorded<SiteEvent>> events) {
  std::size_t words = kWordsOfStruct * (events.size() + 1);
  for (const Recorded<SiteEvent>& recorded : events) words += words_of_texts(recorded.event);
  return words;
}

std::size_t words_of(std::span<const PartitionSummary> partitions) {
  return kWordsOfStruct + kEventKinds + 16 * partitions.size();
}

std::size_t words_of(const PartitionEnd& end) { return kWordsOfStruct + 4 * end.stretches.size(); }

void encode(const LogHeader& header, std::uint32_t schema_version, capnp::MessageBuilder& message) {
  auto root = message.initRoot<wire::RunHeader>();
  root.setSchemaVersion(schema_version);
  root.setLifecycleFingerprint(header.lifecycle_fingerprint);
  root.setPartitionClients(kPartitionClients);
  root.setScenarioName(header.scenario_name);
  root.setScenarioText(header.scenario_text);
  root.setSeed(header.seed);
  root.setClientsScale(header.clients_scale);
  root.setStartUnixSeconds(header.start_unix_seconds);
  root.setTick(seconds(header.tick));
  root.setDuration(seconds(header.duration));
  root.setClients(header.clients);
  auto inputs = root.initInputs(list_size(header.inputs.size()));
  for (unsigned i = 0; i < inputs.size(); ++i) {
    inputs[i].setName(header.inputs[i].name);
    inputs[i].setSha256(data(header.inputs[i].digest));
  }
  auto cohorts = root.initCohorts(list_size(header.cohorts.size()));
  for (unsigned i = 0; i < cohorts.size(); ++i) {
    cohorts[i].setName(header.cohorts[i].name);
    cohorts[i].setFirstClient(header.cohorts[i].first.value);
    cohorts[i].setClients(header.cohorts[i].clients);
    const std::vector<std::string>& names = header.cohorts[i].devices;
    if (names.empty()) continue;
    auto devices = cohorts[i].initDevices(list_size(names.size()));
    for (unsigned d = 0; d < devices.size(); ++d) devices.set(d, names[d]);
  }
}

void encode(const JournalHeader& header, capnp::MessageBuilder& message) {
  auto root = message.initRoot<wire::JournalHeader>();
  root.setSchemaVersion(header.schema_version);
  root.setStartUnixSeconds(header.start_unix_seconds);
  root.setKeepsHead(header.keeps_head);
}

void encode(std::span<const Recorded<SiteEvent>> events, capnp::MessageBuilder& message) {
  auto list = message.initRoot<wire::SiteEvents>().initEvents(list_size(events.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    const Recorded<SiteEvent>& recorded = events[i];
    auto to = list[i];
    to.setSeq(recorded.seq);
    encode_time(recorded.time, to);
    to.setCauseKind(static_cast<std::uint8_t>(recorded.cause.kind));
    to.setCauseNumber(recorded.cause.number);
    std::visit(EncodeSiteEvent{to}, recorded.event);
  }
}

void encode(const RunEnd& end, capnp::MessageBuilder& message) {
  auto root = message.initRoot<wire::RunEnd>();
  root.setComplete(end.complete);
  root.setSiteEvents(end.site_events);
  root.setClientEvents(end.client_events);
  auto list = root.initPartitions(list_size(end.partitions.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    auto to = list[i];
    to.setNumber(end.partitions[i].partition);
    to.setClients(end.partitions[i].clients);
    to.setEvents(end.partitions[i].events);
    to.setBytes(end.partitions[i].bytes);
    to.setDigest(data(end.partitions[i].digest));
  }
  if (!end.counted) return;
  // Those of runs: an older reader refuses kinds that its schema does not have.
  const unsigned of_clients = kinds_of_schema(end.client_schema, 0, kClientKinds);
  const unsigned of_site = kinds_of_schema(end.client_schema, kClientKinds, kEventKinds);
  root.setClientKinds(of_clients);
  auto kinds = root.initKinds(of_clients + of_site);
  for (unsigned i = 0; i < kinds.size(); ++i) {
    kinds.set(i, end.counted->of_kind[i < of_clients ? i : i - of_clients + kClientKinds]);
  }
  if (end.site_events + end.client_events == 0) return;
  root.setFirst(event_seconds(end.counted->first));
  root.setLast(event_seconds(end.counted->last));
}

void encode(const PartitionHeader& header, capnp::MessageBuilder& message) {
  auto root = message.initRoot<wire::PartitionHeader>();
  root.setRunHeaderDigest(data(header.run_header));
  root.setPartition(header.partition);
  root.setFirstClient(header.first_client);
}

void encode(const PartitionEnd& end, capnp::MessageBuilder& message) {
  auto root = message.initRoot<wire::PartitionEnd>();
  root.setClients(end.clients);
  root.setEvents(end.events);
  auto list = root.initStretches(list_size(end.stretches.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    auto to = list[i];
    to.setOffset(end.stretches[i].offset);
    to.setFirstClient(end.stretches[i].first_client);
    to.setClients(end.stretches[i].clients);
    to.setFrom(end.stretches[i].from);
    to.setUntil(end.stretches[i].until);
    to.setEvents(end.stretches[i].events);
  }
}

}  // namespace tokenlife::events
