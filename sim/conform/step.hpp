// A history as the harness asks it: a list of requests that name tokens, GUIDs and keys by the
// answer that brought them, so that it can be asked of any adapter, and stand in a file (D4).
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/client.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "core/site_policy.hpp"
#include "sim/conform/protocol.hpp"

namespace tokenlife {
enum class Scope : std::uint8_t;  // core/request.hpp; 0: a device
}  // namespace tokenlife

namespace tokenlife::sim {

// Instants of histories count from 1970.
inline constexpr Duration kClockBackMax = std::chrono::days{1};

// A request by its number in the history: it stays when others are left out. 0: none.
using StepId = std::size_t;

// A token that a request shows.
struct ShownToken {
  enum class Change : std::uint8_t {
    none,
    changed,  // one character, at about `place`
    cut,      // after at most `place` characters
    empty,    // there is no text at all
  };
  StepId granted_by = 0;
  Change change = Change::none;
  std::size_t place = 0;
  friend bool operator==(const ShownToken&, const ShownToken&) = default;
};

// What the harness, as a site, answers to a client.
enum class GivenAnswer : std::uint8_t { token, nothing, refused, failed };

// One request; of its fields those count that its operation has.
struct Step {
  StepId id = 0;
  Op op{};
  Instant now;
  Guid tenant;         // reset of a site
  Policy policy{};     // reset, policy
  std::string client;  // its name
  std::string certificate;
  Endpoint via = Endpoint::mp;
  Credential credential = Credential::self_signed;
  ClientVersion version = ClientVersion::current;
  Scope subject{};                      // a device
  std::optional<ShownToken> token;      // bulk token of a registration; of a renewal or exchange
  std::optional<std::string> lifetime;  // JSON; nothing: the field is not there
  StepId of = 0;                        // whose bulk token is blocked, whose key is retired
  Guid unknown_guid;                    // if it is none's
  // Role client.
  bool has_bulk = false;  // reset, reinstall: they bring a bulk token
  Network network = Network::intranet;
  bool agent_start = false;
  bool cmg_allowed = true;
  GivenAnswer given = GivenAnswer::nothing;
  std::string reason;  // if it is refused or has failed
  Instant not_before;  // of the token that is given
  Instant expires;
  friend bool operator==(const Step&, const Step&) = default;
};

using History = std::vector<Step>;

// How references are written: as the text that an adapter gave, or as what stands in a file.
struct References {
  std::function<nlohmann::ordered_json(const ShownToken&)> token;
  std::function<nlohmann::ordered_json(StepId)> guid;
  std::function<nlohmann::ordered_json(StepId)> key;
  std::function<nlohmann::ordered_json(StepId)> own_token;  // that the request itself brings
};

// The request without its `id`.
nlohmann::ordered_json to_json(const Step& step, Role role, const References& references);
// With references as they stand in files: {"granted-by":7,"changed":31}.
References in_files();

// A request as it stands in a file; its id is the step's. The error completes "the request ...".
Result<Step, std::string> read_step(const nlohmann::json& request, Role role);

// "2026-01-01T00:00:00Z"
std::string time_text(Instant instant);
// Nothing unless it is such a time, in UTC with a Z.
std::optional<Instant> read_time(const nlohmann::json& value);

// The token as it is shown. Nothing that can be changed in it: as it is.
std::string with_change(const std::string& token, const ShownToken& shown);
// Where it was changed in the end.
std::size_t place_of_change(const std::string& token, std::size_t place);

}  // namespace tokenlife::sim
