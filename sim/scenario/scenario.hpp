// A scenario file, read and checked: every duration is a whole number of ticks, every moment is on
// a tick, everything named exists. The format is documented in scenarios/README.md.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../../core/client.hpp"
#include "../../core/event.hpp"
#include "../../core/names.hpp"
#include "../../core/refusal.hpp"
#include "../../core/result.hpp"
#include "../../core/site_policy.hpp"
#include "../../core/spell_cause.hpp"
#include "../../core/time.hpp"
#include "../text/error.hpp"
#include "action.hpp"
#include "inventory.hpp"
#include "share.hpp"
#include "state_word.hpp"
#include "trace.hpp"

namespace tokenlife::sim {

// ---- How clients move --------------------------------------------------------------------------

struct FixedNetwork {
  Network on = Network::offline;
};

// The same steps for every client of the cohort, in order of time; the first is at 0.
struct TimelineNetwork {
  struct Step {
    Duration at;
    Network on;
  };
  std::vector<Step> steps;
  std::optional<Duration> repeat_every;  // longer than the last step's `at`
};

// A Markov chain whose stays are exponential, or have the quantiles that are given.
struct DwellNetwork {
  struct Stay {
    Duration mean{0};  // 0: it has quantiles, or the chain never gets there
    // Not falling, at least two: the lengths at the shares 0, 1/n, ... 1 of all stays, with
    // straight lines between them. Empty: it has a mean.
    std::vector<Duration> quantiles;
    // Cumulative, by Network: the first entry above a uniform draw is the next network.
    std::array<std::uint64_t, kCount<Network>> to{};
  };
  Network start = Network::offline;
  std::array<Stay, kCount<Network>> stays{};  // by Network
};

// From a moment on, clocks on the wall are that much ahead of UTC.
struct ZoneOffset {
  Duration from;    // after the run's start, or before it
  Duration offset;  // whole ticks, as `from` is; negative west of Greenwich
  friend bool operator==(const ZoneOffset&, const ZoneOffset&) = default;
};
// Rising: the first holds before, too, and the last for ever. At least one.
using ZoneOffsets = std::vector<ZoneOffset>;

// Office hours: on `office_days` a client that attends is on the intranet from `opens` to `closes`.
// All times are local. One that occurs twice is the earlier; one that does not is the moment at
// which clocks are put on.
struct WeekNetwork {
  std::array<bool, 7> office_days{};  // from Monday
  Duration opens{0};                  // after midnight
  Duration closes{0};                 // after the same midnight; more than 24 h if on the next day
  Share attendance{Share::kWhole};
  Network otherwise = Network::offline;
  // Local dates, rising: on these days no office hours begin.
  std::vector<std::chrono::sys_days> holidays;
  std::string time_zone;                       // as written in the scenario; empty: UTC
  std::shared_ptr<const ZoneOffsets> offsets;  // while the run lasts; null: UTC
};

// Recorded presence: client i replays device i mod n.
struct TraceNetwork {
  std::string file;  // as written in the scenario
  std::shared_ptr<const Trace> trace;
  bool loop = false;
  TraceAlign align = TraceAlign::device;
  // Looped: how long after its beginning a device starts over, if not after Trace::Device::period.
  std::optional<Duration> period;
};

// A future made of recorded pasts: each block of the run's time is a stretch of a recording, drawn
// from those that begin whole blocks from the run's start.
struct ResampleNetwork {
  std::string file;                    // as written in the scenario
  std::shared_ptr<const Trace> trace;  // absolute
  Duration block = std::chrono::days{7};
  bool any_device =
      false;  // each block draws its device first; else client i keeps to device i mod n
  // Those that clients keep to or draw from, each with a stretch at least.
  std::vector<std::uint32_t> devices;
};

// The stretches of a recording: they begin at `first`, `first + block`, ... after the run's start.
struct Stretches {
  Duration first;
  std::int64_t count;  // 0 or more
};
Stretches stretches_of(const Trace::Device& device, Duration block);

using PlainNetwork = std::variant<FixedNetwork, TimelineNetwork, DwellNetwork, WeekNetwork,
                                  TraceNetwork, ResampleNetwork>;

// One after the other; each counts from the run's start as if it had always run.
struct PhasedNetwork {
  struct Phase {
    PlainNetwork model;
    Instant until;  // rising; kNever of the last
  };
  std::vector<Phase> phases;  // at least one
};

using NetworkModel = std::variant<FixedNetwork, TimelineNetwork, DwellNetwork, WeekNetwork,
                                  TraceNetwork, ResampleNetwork, PhasedNetwork>;

// Calls `visitor` with each model that is not made of others.
template <class Network, class Visitor>
void for_each_model(Network& network, const Visitor& visitor) {
  std::visit(
      [&](auto& model) {
        if constexpr (requires { model.phases; }) {
          for (auto& phase : model.phases) std::visit(visitor, phase.model);
        } else {
          visitor(model);
        }
      },
      network);
}

// ---- Who the clients are -----------------------------------------------------------------------

// A14: how long a PKI or Entra credential is good, and when and where it is renewed.
struct CredentialLife {
  Duration validity{0};
  Duration renew_before{0};  // below `validity`
  RenewsOn renews_on = RenewsOn::intranet;
  friend bool operator==(const CredentialLife&, const CredentialLife&) = default;
};

struct Cohort {
  std::string name;
  ClientNumber first;         // clients are numbered through, in file order
  std::uint32_t clients = 0;  // at least 1
  // The clients are there before the run begins, each as its row says; null: they are installed. It
  // has a row for each client, and more if the run has fewer.
  std::shared_ptr<const Inventory> inventory;
  Instant install_at;
  Duration install_over{0};
  Credential credential = Credential::self_signed;
  ClientVersion version = ClientVersion::current;
  bool cmg_allowed = true;
  std::optional<std::uint32_t> bulk_token;  // index into Scenario::bulk_tokens
  Duration contact_every = std::chrono::hours{1};
  std::optional<Duration> agent_restart_every;  // mean of exponential gaps
  Skew clock_skew;
  ClientPolicyChange policy;  // its own: what goes before the site's
  std::optional<Duration> request_timeout;
  std::optional<RenewDraw> renew_draw;
  OnIntranet on_intranet = OnIntranet::mp;
  std::optional<CredentialLife> credential_life;  // absent: it never expires
  NetworkModel network;
};

// Which device of a trace the client replays, modulo their number.
inline std::uint32_t trace_device_of(const Cohort& cohort, std::uint32_t client_in_cohort) {
  if (cohort.inventory == nullptr) return client_in_cohort;
  return cohort.inventory->clients[client_in_cohort].trace_device.value_or(client_in_cohort);
}

// ---- What happens ------------------------------------------------------------------------------

// A bulk token that the scenario issues. At most one issue action has its name. If it is repeated,
// there is a new token of that name each time: see bulk_token_guid().
struct ScenarioBulkToken {
  std::string name;
  Guid guid;  // from the seed and the name; of the first
  std::int64_t lifetime_minutes = 0;
};

// ---- What must hold ----------------------------------------------------------------------------

struct Expectation {
  int line = 0;
  std::string text;                    // in words, for reports: "stranded at 120d: at most 3"
  std::optional<CohortNumber> cohort;  // absent: all clients

  // A number of clients in any of some states at a moment ...
  StateSet states;
  Instant at;  // the end of the run, if past its last tick

  // ... of events in [from, to) ...
  std::optional<EventKind> event;
  Instant from;
  Instant to;
  std::optional<std::variant<RefusalReason, FailureReason>> reason;
  // ... or, instead of events, of spells (A13) with that cause that began in [from, to).
  std::optional<SpellCause> spell_cause;
  // Absent: all of them. Else the most in any stretch of time of this length.
  std::optional<Duration> peak_per;

  std::optional<std::uint64_t> count, min, max;
  std::optional<std::uint64_t> per_client_min, per_client_max;  // of events
  std::optional<double> share_min, share_max;                   // of the clients of the cohort
};

// With real tokens: whose keys clients prove to hold.
enum class ClientKeys : std::uint8_t {
  pool,     // a few RSA keys, shared by all; each client has a certificate of its own
  rsa,      // an RSA key each, which takes long to make
  ec_p256,  // a P-256 key each
};

// In which order requests of one tick stand in an endpoint's queue.
enum class QueueOrder : std::uint8_t {
  drawn,   // each draws its place
  number,  // of the clients' numbers
};

}  // namespace tokenlife::sim

namespace tokenlife {

template <>
struct Names<sim::ClientKeys> {
  static constexpr std::array<std::string_view, 3> values{"pool", "rsa", "ec-p256"};
};
template <>
struct Names<sim::QueueOrder> {
  static constexpr std::array<std::string_view, 2> values{"drawn", "number"};
};

}  // namespace tokenlife

namespace tokenlife::sim {

// Draws for what begins at or after a moment come from another seed. All before is the same run; so
// one past has many futures.
struct Reseed {
  Instant at;
  std::uint64_t seed = 1;
  friend bool operator==(const Reseed&, const Reseed&) = default;
};

struct Scenario {
  std::string path;          // as given on the command line
  double clients_scale = 1;  // already applied
  std::string text;          // the file, byte for byte
  std::string name;          // empty if it has none: see title()
  std::chrono::sys_seconds start;
  Duration duration{0};
  std::uint64_t seed = 1;
  std::optional<Reseed> reseed;
  Duration tick = std::chrono::minutes{1};
  Guid tenant;
  Policy policy;
  Capacities capacities;
  QueueOrder queue_order = QueueOrder::drawn;
  bool real_crypto = false;
  ClientKeys client_keys = ClientKeys::pool;  // if real
  std::vector<ScenarioBulkToken> bulk_tokens;
  std::vector<Cohort> cohorts;
  std::vector<Action> actions;  // in file order
  std::vector<Expectation> expectations;
  std::uint32_t clients = 0;  // of all cohorts
  // What is allowed and hardly meant, in the order of the file: as errors, for show_warning().
  std::vector<Error> warnings;
};

// Whether an endpoint has a limit at any time, so that clients depend on each other.
bool has_capacity(const Scenario& scenario);

// Of the bulk token that is issued in that repetition of its action.
Guid bulk_token_guid(const Scenario& scenario, std::uint32_t bulk_token, std::uint32_t repetition);

// The scenario's name, or words for none. Its file's name plays no part, since the same scenario
// gives the same bytes, whatever its file is called: so its log says the same.
std::string title(const Scenario& scenario);

// What the command line changes.
struct ScenarioOptions {
  std::optional<std::uint64_t> seed;
  // Every cohort has this many times its clients, rounded, at least 1.
  double clients_scale = 1;
};

// Reads the file and everything that it names. All mistakes are found: the error is the first one
// in the file, its `others` are the next ones. A text that is not TOML has one mistake.
Result<Scenario, Error> load_scenario(const std::string& path, const ScenarioOptions& options);

// The same for a text; `path` is for messages and for what the text names relative to it.
Result<Scenario, Error> parse_scenario(std::string text, const std::string& path,
                                       const ScenarioOptions& options);

}  // namespace tokenlife::sim
