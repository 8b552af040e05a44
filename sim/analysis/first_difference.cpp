#include "sim/analysis/first_difference.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

#include "core/ensure.hpp"
#include "core/token/sha256.hpp"
#include "events/batch_reader.hpp"
#include "events/partition_fold.hpp"

namespace tokenlife::sim {
namespace {

using events::LogError;
using events::LogReader;

// One of the two logs, with what tells its clients and cohorts in either.
struct DiffSide {
  const LogReader& log;
  std::uint64_t key;
  std::vector<std::uint32_t> in_a;     // by client: its number in A, or kUnmatched
  std::vector<std::uint64_t> cohorts;  // by cohort: the same for cohorts of the same name

  static constexpr std::uint32_t kUnmatched = UINT32_MAX;
};

// What an event is, as a number that looks like chance: the place into which its layout puts it.
class EventHash : public events::DetailByte {
 public:
  EventHash(const DiffSide& side, std::uint32_t client, const Envelope& envelope, EventKind kind)
      : side_(side), hash_(side.key) {
    mix(client);
    mix(static_cast<std::uint64_t>(envelope.time.time_since_epoch().count()));
    mix(std::uint64_t{envelope.seq} << 32 | envelope.cause.number);
    mix(static_cast<std::uint64_t>(kind) << 32 | static_cast<std::uint64_t>(envelope.cause.kind));
  }

  void cohort(CohortNumber cohort) {
    mix(cohort.value < side_.cohorts.size() ? side_.cohorts[cohort.value] : UINT64_MAX);
  }
  void guid(Guid guid) {
    mix(guid.high);
    mix(guid.low);
  }
  void guid_if(bool is_there, Guid its) {
    if (is_there) guid(its);
  }
  // Serials begin with the client's number, which is another in each log.
  void serial(TokenSerial serial) { mix(serial.ordinal()); }
  void token(const ClientToken& token, TokenSerial replaces = {}) {
    mix(std::uint64_t{token.serial.ordinal()} << 32 | replaces.ordinal());
    mix(static_cast<std::uint64_t>(token.not_before.time_since_epoch().count()));
    mix(static_cast<std::uint64_t>(token.expires.time_since_epoch().count()));
    mix(token.signer.value);
  }
  void number(const auto& value) { mix(static_cast<std::uint64_t>(events::to_number(value))); }
  void number_if(bool is_there, const auto& value) {
    if (is_there) number(value);
  }
  void optional(bool is_there, const auto& value) {
    if (is_there) number(*value);
  }

  std::uint64_t sum() {
    mix(bits);
    return hash_;
  }

 private:
  // The finalizer of SplitMix64: every bit of what is mixed in changes each with a half chance.
  void mix(std::uint64_t word) {
    std::uint64_t x = (hash_ ^ word) + 0x9e37'79b9'7f4a'7c15;
    x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9;
    x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11eb;
    hash_ = x ^ (x >> 31);
  }

  const DiffSide& side_;
  std::uint64_t hash_;
};

// Times of which sums are made, by parts of the same length or by clients of A.
struct DiffSpan {
  std::uint32_t from = 0;
  std::uint32_t until = UINT32_MAX;  // from <= time <= until
  std::uint32_t step = 1;
  bool by_client = false;

  std::size_t slots(std::uint32_t clients) const {
    return by_client ? clients : std::size_t{(until - from) / step} + 1;
  }
};

// A fold over partitions: see fold_partitions().
class SumFold {
 public:
  SumFold(const DiffSide& side, const DiffSpan& span, std::uint32_t clients_of_a)
      : side_(&side), span_(span), sums_(span.slots(clients_of_a)) {}

  Result<void, LogError> add(const LogReader& log, const events::PartitionSummary& partition) {
    const events::ReadWindow window{span_.from, span_.until};
    const auto visited = events::visit_batches(log, partition, *this, window);
    if (!visited) return Failed<LogError>(visited.error());
    return {};
  }
  void merge(const SumFold& other) {
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += other.sums_[i];
  }
  const std::vector<std::uint64_t>& sums() const { return sums_; }

  // What visit_batches() calls.
  bool begin(ClientNumber client) {
    client_ = side_->in_a[client.value];
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    const auto time = static_cast<std::uint32_t>(recorded.time.time_since_epoch().count());
    if (client_ == DiffSide::kUnmatched || time < span_.from || time > span_.until) return true;
    EventHash hash(*side_, client_, recorded.envelope(), Event::kind);
    Event event = recorded.event;
    events::Layout<Event>::fields(hash, event);
    sums_[span_.by_client ? client_ : (time - span_.from) / span_.step] += hash.sum();
    return true;
  }

 private:
  const DiffSide* side_;
  DiffSpan span_;
  std::vector<std::uint64_t> sums_;
  std::uint32_t client_ = DiffSide::kUnmatched;
};

std::uint64_t key_of(const LogReader& a, const LogReader& b) {
  std::string both;
  for (const LogReader* log : {&a, &b}) {
    const events::Digest digest = log->summary().digest;
    both.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
  }
  const auto hash = sha256(both);
  std::uint64_t key = 0;
  std::memcpy(&key, hash.data(), sizeof key);
  return key;
}

DiffSide side_of(const LogReader& log, std::uint64_t key,
                 std::map<std::string_view, std::uint64_t>& names) {
  DiffSide side{log, key, {}, {}};
  side.in_a.resize(log.header().clients, DiffSide::kUnmatched);
  for (const events::LogCohort& cohort : log.header().cohorts) {
    side.cohorts.push_back(names.emplace(cohort.name, names.size()).first->second);
  }
  return side;
}

class SumSearch {
 public:
  SumSearch(const DiffSide& a, const DiffSide& b, unsigned threads)
      : a_(a), b_(b), threads_(threads) {}

  // The first slot of the span in which the sums differ.
  Result<std::optional<std::uint32_t>, LogError> find(const DiffSpan& span) const {
    const std::uint32_t clients = a_.log.header().clients;
    const auto a = events::fold_partitions(a_.log, threads_, SumFold(a_, span, clients));
    if (!a) return Failed<LogError>(a.error());
    const auto b = events::fold_partitions(b_.log, threads_, SumFold(b_, span, clients));
    if (!b) return Failed<LogError>(b.error());
    const auto [its, other] = std::mismatch(a->sums().begin(), a->sums().end(), b->sums().begin());
    if (its == a->sums().end()) return std::optional<std::uint32_t>();
    return std::optional(static_cast<std::uint32_t>(its - a->sums().begin()));
  }

 private:
  const DiffSide& a_;
  const DiffSide& b_;
  unsigned threads_;
};

}  // namespace

Result<std::optional<MatchedClient>, LogError> first_differing(
    const LogReader& a, const LogReader& b, const std::vector<MatchedClient>& clients,
    unsigned threads) {
  std::map<std::string_view, std::uint64_t> names;
  const std::uint64_t key = key_of(a, b);
  DiffSide side_a = side_of(a, key, names);
  DiffSide side_b = side_of(b, key, names);
  for (const MatchedClient& client : clients) {
    side_a.in_a[client.a.value] = client.a.value;
    side_b.in_a[client.b.value] = client.a.value;
  }
  const SumSearch search(side_a, side_b, threads);
  // Parts of 18 hours, then the seconds of the first that differs, then the clients of that second.
  DiffSpan span{.step = std::uint32_t{1} << 16};
  for (const std::uint32_t next_step : {1U, 0U}) {
    const auto slot = search.find(span);
    if (!slot) return Failed<LogError>(slot.error());
    if (!*slot) return std::optional<MatchedClient>();
    span.from += **slot * span.step;
    span.until = span.from + (span.step - 1);
    span.by_client = next_step == 0;
    span.step = std::max(next_step, 1U);
  }
  const auto client = search.find(span);
  if (!client) return Failed<LogError>(client.error());
  const auto found = std::find_if(clients.begin(), clients.end(), [&](const MatchedClient& it) {
    return *client && it.a.value == **client;
  });
  ensure(found != clients.end(), "a moment that differs to do so in some client");
  return std::optional(*found);
}

}  // namespace tokenlife::sim
