// A scenario file, read and checked: every duration is a whole number of ticks, every moment is on
// a tick, everything named exists. The format is documented in scenarios/README.md.
#pragma once

#include <array>
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
#include "../../core/time.hpp"
#include "../text/error.hpp"
#include "action.hpp"
#include "share.hpp"
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

// A Markov chain with exponential stays.
struct DwellNetwork {
  struct Stay {
    Duration mean{0};  // 0: the chain never gets there
    // Cumulative, by Network: the first entry above a uniform draw is the next network.
    std::array<std::uint64_t, kCount<Network>> to{};
  };
  Network start = Network::offline;
  std::array<Stay, kCount<Network>> stays{};  // by Network
};

// Office hours: on `office_days` a client that attends is on the intranet from `opens` to `closes`.
struct WeekNetwork {
  std::array<bool, 7> office_days{};  // from Monday
  Duration opens{0};                  // after midnight UTC
  Duration closes{0};                 // after the same midnight; more than 24 h if on the next day
  Share attendance{Share::kWhole};
  Network otherwise = Network::offline;
};

// Recorded presence: client i replays device i mod n.
struct TraceNetwork {
  std::string file;  // as written in the scenario
  std::shared_ptr<const Trace> trace;
  bool loop = false;
};

using NetworkModel =
    std::variant<FixedNetwork, TimelineNetwork, DwellNetwork, WeekNetwork, TraceNetwork>;

// ---- Who the clients are -----------------------------------------------------------------------

struct Cohort {
  std::string name;
  ClientNumber first;         // clients are numbered through, in file order
  std::uint32_t clients = 0;  // at least 1
  Instant install_at;
  Duration install_over{0};
  Credential credential = Credential::self_signed;
  ClientVersion version = ClientVersion::current;
  bool cmg_allowed = true;
  std::optional<std::uint32_t> bulk_token;  // index into Scenario::bulk_tokens
  Duration contact_every = std::chrono::hours{1};
  std::optional<Duration> agent_restart_every;  // mean of exponential gaps
  Duration clock_skew{0};
  NetworkModel network;
};

// ---- What happens ------------------------------------------------------------------------------

// A bulk token that the scenario issues. At most one issue action has its name.
struct ScenarioBulkToken {
  std::string name;
  Guid guid;  // from the seed and the name
  std::int64_t lifetime_minutes = 0;
};

// ---- What must hold ----------------------------------------------------------------------------

struct Expectation {
  int line = 0;
  std::string text;                    // in words, for reports: "stranded at 120d: at most 3"
  std::optional<CohortNumber> cohort;  // absent: all clients

  // A number of clients in a state at a moment ...
  std::optional<LifecycleState> state;
  Instant at;  // the end of the run, if past its last tick

  // ... or of events in [from, to).
  std::optional<EventKind> event;
  Instant from;
  Instant to;
  std::optional<std::variant<RefusalReason, FailureReason>> reason;

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

}  // namespace tokenlife::sim

namespace tokenlife {

template <>
struct Names<sim::ClientKeys> {
  static constexpr std::array<std::string_view, 3> values{"pool", "rsa", "ec-p256"};
};

}  // namespace tokenlife

namespace tokenlife::sim {

struct Scenario {
  std::string path;          // as given on the command line
  double clients_scale = 1;  // already applied
  std::string text;          // the file, byte for byte
  std::string name;          // empty if it has none: see title()
  std::chrono::sys_seconds start;
  Duration duration{0};
  std::uint64_t seed = 1;
  Duration tick = std::chrono::minutes{1};
  Guid tenant;
  Policy policy;
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
