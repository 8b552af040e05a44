#include "sim/check/state.hpp"

#include <algorithm>

#include "core/bulk_lifetime.hpp"
#include "core/ensure.hpp"
#include "core/site.hpp"

namespace tokenlife::sim::checker {
namespace {

// Fields of a key, first to last from its lowest bits; none lies in two words.
class StateWriter {
 public:
  template <class Value>
  void put(Value value, unsigned bits) {
    const auto number = static_cast<std::uint64_t>(value);
    ensure(number >> bits == 0, "a field to fit its bits");
    if (used_ % 64 + bits > 64) used_ = 64;
    ensure(used_ + bits <= 128, "the fields to fit the key");
    key_[used_ / 64] |= number << used_ % 64;
    used_ += bits;
  }
  PartKey key() const { return key_; }

 private:
  PartKey key_{};
  unsigned used_ = 0;
};

class Reader {
 public:
  explicit Reader(const PartKey& key) : key_(key) {}
  template <class Value>
  Value take(unsigned bits) {
    if (used_ % 64 + bits > 64) used_ = 64;
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    const std::uint64_t number = key_[used_ / 64] >> used_ % 64 & mask;
    used_ += bits;
    return static_cast<Value>(number);
  }
  bool flag() { return take<std::uint64_t>(1) != 0; }

 private:
  PartKey key_;
  unsigned used_ = 0;
};

constexpr unsigned kAgeBits = 10;
constexpr unsigned kOffBits = 4;
constexpr unsigned kCertificateBits = 10;
constexpr unsigned kRefusalBits = 5;
static_assert(kCount<RefusalReason> <= std::size_t{1} << kRefusalBits);
constexpr std::int64_t kOffMax = 7;

}  // namespace

bool operator==(const ClientState& a, const ClientState& b) {
  const bool same_answer =
      a.answer_in == b.answer_in &&
      (a.answer_in == 0 ||
       (a.answer.request == b.answer.request && a.answer.verdict == b.answer.verdict &&
        a.answer.token == b.answer.token && a.answer.lost == b.answer.lost));
  return a.client == b.client && same_answer && a.moved == b.moved &&
         a.agent_started == b.agent_started && a.reinstall == b.reinstall &&
         a.unheard == b.unheard && a.certificate_age == b.certificate_age;
}

ClientState initial_client() {
  ClientState part;
  part.client.newest_ordinal = 1;
  return part;
}

SiteState initial_site() {
  SiteState part;
  part.site->established = true;
  part.site->keys = {SigningKey{true}, SigningKey{true}, SigningKey{false}};
  return part;
}

bool has_just_got_token(const ClientState& part, const Options& options) {
  const ClientToken& token = part.client.token;
  return token.exists() && kPresent - token.not_before == options.unit * options.latency;
}

StateCodec::StateCodec(const Options& options)
    : unit_(options.unit),
      token_validity_(policy_of(options).token_validity),
      latency_(options.latency),
      token_age_max_((token_validity_ + unit_ - Duration{1}) / unit_),
      bulk_age_max_(
          (Duration{std::chrono::minutes{kBulkLifetimeMinutesDefault}} + unit_ - Duration{1}) /
          unit_),
      certificate_age_max_(
          options.features.has(Feature::pki_expiry)
              ? static_cast<std::uint32_t>((kCertificateValidity + unit_ - Duration{1}) / unit_)
              : 0),
      keeps_agent_start_(policy_of(options).renew_on == RenewOn::agent_start),
      keeps_day_(options.days.has_value()) {
  ensure(token_age_max_ <= kAgeMax, "ages to fit their bits");
  ensure(certificate_age_max_ < 1U << kCertificateBits, "ages of certificates to fit their bits");
}

// How far a token's expiry is from where the policy has it, in units: only a fault makes it so.
std::int64_t StateCodec::off(const ClientToken& token) const {
  const std::int64_t units = (token.expires - token.not_before - token_validity_) / unit_;
  return std::clamp(units, -kOffMax, kOffMax);
}

std::int64_t StateCodec::age(Instant since, Instant now, std::int64_t age_max) const {
  ensure(since <= now && (now - since) % unit_ == Duration{0}, "an age in whole units");
  return std::min((now - since) / unit_, age_max);
}

PartKey StateCodec::pack(const ClientState& part, Instant now) const {
  const Client& client = part.client;
  StateWriter key;
  key.put(client.state, 3);
  key.put(client.network, 2);
  key.put(client.last_connected, 2);
  key.put(client.credential, 2);
  key.put(client.version, 1);
  key.put(client.cmg_allowed, 1);
  key.put(client.blocked, 1);
  key.put(!client.bulk.is_nil(), 1);
  key.put(part.moved, 1);
  key.put(part.agent_started && keeps_agent_start_, 1);
  key.put(part.reinstall.ordered, 1);
  key.put(part.reinstall.with_bulk, 1);
  key.put(part.reinstall.new_identity, 1);
  key.put(part.unheard, 1);
  key.put(part.certificate_age, kCertificateBits);
  key.put(client.credential_expired, 1);
  key.put(client.token.exists(), 1);
  if (client.token.exists()) {
    const std::int64_t off_by = off(client.token);
    const std::int64_t age_max = token_age_max_ + std::max<std::int64_t>(off_by, 0);
    key.put(age(client.token.not_before, now, age_max), kAgeBits);
    key.put(client.token.signer.value, 2);
    key.put(off_by + kOffMax, kOffBits);
  } else {
    key.put(0, kAgeBits + 2 + kOffBits);
  }
  key.put(client.pending, 2);
  key.put(client.pending != PendingRequest::none && client.pending_via == Endpoint::cmg, 1);
  key.put(client.pending != PendingRequest::none && client.pending_shows_bulk, 1);
  key.put(part.answer_in, 2);
  if (part.answer_in > 0) {
    key.put(part.answer.request.kind, 2);
    key.put(part.answer.request.via == Endpoint::cmg, 1);
    key.put(part.answer.request.credential, 2);
    key.put(part.answer.verdict.kind, 2);
    key.put(part.answer.verdict.refusal, kRefusalBits);
    key.put(part.answer.verdict.failure, 2);
    key.put(part.answer.lost, 1);
    key.put(part.answer.token.exists(), 1);
    key.put(part.answer.token.signer.value, 2);
    key.put(part.answer.token.exists() ? off(part.answer.token) + kOffMax : 0, kOffBits);
  }
  return key.key();
}

ClientState StateCodec::unpack_client(const PartKey& packed) const {
  Reader key(packed);
  ClientState part;
  Client& client = part.client;
  const auto token = [&](std::uint32_t ordinal, std::int64_t age, std::uint32_t signer) {
    const Instant not_before = kPresent - unit_ * age;
    const Duration off_by = unit_ * (key.take<std::int64_t>(kOffBits) - kOffMax);
    return ClientToken{TokenSerial::of({}, ordinal), not_before,
                       not_before + token_validity_ + off_by, KeyNumber{signer}};
  };
  client.state = key.take<LifecycleState>(3);
  client.network = key.take<Network>(2);
  client.last_connected = key.take<Network>(2);
  client.credential = key.take<Credential>(2);
  client.version = key.take<ClientVersion>(1);
  client.cmg_allowed = key.flag();
  client.blocked = key.flag();
  if (key.flag()) client.bulk = kBulkGuid;
  part.moved = key.flag();
  part.agent_started = key.flag();
  part.reinstall = {key.flag(), key.flag(), key.flag()};
  part.unheard = key.flag();
  part.certificate_age = key.take<std::uint32_t>(kCertificateBits);
  client.credential_expired = key.flag();
  const bool has_token = key.flag();
  const auto token_age = key.take<std::int64_t>(kAgeBits);
  const auto signer = key.take<std::uint32_t>(2);
  const ClientToken held = token(1, token_age, signer);
  if (has_token) client.token = held;
  client.newest_ordinal = 1;
  client.pending = key.take<PendingRequest>(2);
  client.pending_via = key.flag() ? Endpoint::cmg : Endpoint::mp;
  client.pending_shows_bulk = key.flag();
  part.answer_in = key.take<std::uint32_t>(2);
  if (part.answer_in > 0) {
    Answer& answer = part.answer;
    answer.request.kind = key.take<RequestKind>(2);
    answer.request.via = key.flag() ? Endpoint::cmg : Endpoint::mp;
    answer.request.credential = key.take<Credential>(2);
    if (answer.request.credential == Credential::bulk) answer.request.bulk = kBulkGuid;
    answer.verdict.kind = key.take<Verdict::Kind>(2);
    answer.verdict.refusal = key.take<RefusalReason>(kRefusalBits);
    answer.verdict.failure = key.take<FailureReason>(2);
    answer.lost = key.flag();
    const bool brings_token = key.flag();
    const auto signed_by = key.take<std::uint32_t>(2);
    const ClientToken brought = token(2, latency_ - part.answer_in, signed_by);
    if (brings_token) answer.token = brought;
  }
  return part;
}

PartKey StateCodec::pack(const SiteState& part, Instant now) const {
  StateWriter key;
  for (const bool up : part.site->up) key.put(up, 1);
  key.put(!part.site->keys[kPreviousKey.value].retired, 1);
  for (const bool loses : part.loses_answers) key.put(loses, 1);
  const auto bulk = part.site->bulk_tokens.find(kBulkGuid);
  const bool issued = bulk != part.site->bulk_tokens.end();
  key.put(issued, 1);
  key.put(issued && bulk->second.blocked, 1);
  key.put(issued ? bulk->second.signer.value : 0, 2);
  key.put(issued ? age(bulk->second.not_before, now, bulk_age_max_) : 0, kAgeBits);
  key.put(keeps_day_ ? part.day : 0, 20);
  return key.key();
}

SiteState StateCodec::unpack_site(const PartKey& packed) const {
  Reader key(packed);
  SiteState part = initial_site();
  for (bool& up : part.site->up) up = key.flag();
  const bool previous_is_trusted = key.flag();
  part.site->keys[kPreviousKey.value].retired = !previous_is_trusted;
  for (bool& loses : part.loses_answers) loses = key.flag();
  const bool issued = key.flag();
  const bool blocked = key.flag();
  const KeyNumber signer{key.take<std::uint32_t>(2)};
  const auto age = key.take<std::int64_t>(kAgeBits);
  if (issued) {
    const Instant not_before = kPresent - unit_ * age;
    const Instant expires = not_before + std::chrono::minutes{kBulkLifetimeMinutesDefault};
    part.site->bulk_tokens[kBulkGuid] = {
        std::string(kBulkName), kBulkGuid, not_before, expires, blocked, signer};
  }
  part.day = key.take<std::uint32_t>(20);
  return part;
}

SiteView view_of(const SiteState& part, const Client& client, const Request& request) {
  SiteView view;
  view.endpoint_up = part.site->up[static_cast<std::size_t>(request.via)];
  view.sts_up = part.site->up[static_cast<std::size_t>(Endpoint::sts)];
  view.signer = kCurrentKey;
  view.token_signer_trusted = !part.site->keys[client.token.signer.value].retired;
  if (const auto bulk = part.site->bulk_tokens.find(request.bulk);
      bulk != part.site->bulk_tokens.end()) {
    view.bulk_token = bulk->second.terms();
    view.bulk_signer_trusted = !part.site->keys[bulk->second.signer.value].retired;
  }
  return view;
}

}  // namespace tokenlife::sim::checker
