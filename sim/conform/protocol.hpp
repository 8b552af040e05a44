// The words of the protocol, and what an adapter says of itself in its answer to `hello`.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/names.hpp"
#include "core/result.hpp"
#include "core/site_policy.hpp"

namespace tokenlife::sim {

inline constexpr int kConformProtocol = 1;

enum class Role : std::uint8_t { site, client };

// What an adapter can be asked, by the words of `can`.
enum class Ability : std::uint8_t {
  bulk,
  block,
  list,
  renew,
  rotate,
  client_block,
  mp,
  cmg,
  pki,
  entra,
  version,
  user,
  tenant,
  exchange,
  reinstall,
  state,
};

}  // namespace tokenlife::sim

namespace tokenlife {
template <>
struct Names<sim::Role> {
  static constexpr std::array<std::string_view, 2> values{"site", "client"};
};
template <>
struct Names<sim::Ability> {
  static constexpr std::array<std::string_view, 16> values{
      "bulk", "block", "list",    "renew", "rotate", "client-block", "mp",        "cmg",
      "pki",  "entra", "version", "user",  "tenant", "exchange",     "reinstall", "state"};
};
}  // namespace tokenlife

namespace tokenlife::sim {

// Values of policy keys that the adapter cannot change.
struct FixedPolicy {
  SitePolicyChange site;
  ClientPolicyChange client;
};

struct Hello {
  std::string name;
  std::string version;
  std::set<Ability> can;
  FixedPolicy fixed;
  bool reasons = false;
  bool jwt = false;

  bool able(Ability ability) const { return can.contains(ability); }
};

// The adapter's answer to `hello`; or, completing "its answer to hello ...", what is wrong with it.
Result<Hello, std::string> read_hello(const nlohmann::json& answer, Role role);

// The keys of `[site]`: all of them, durations in seconds.
nlohmann::ordered_json to_json(const Policy& policy);
// All of the keys have to be there. The error completes "the policy ...".
Result<Policy, std::string> read_policy(const nlohmann::json& keys);

void apply(Policy& policy, const FixedPolicy& fixed);

// ---- Operations --------------------------------------------------------------------------------

enum class Op : std::uint8_t {
  reset,
  issue_bulk_token,
  block_bulk_token,
  unblock_bulk_token,
  list,
  rotate,
  retire,
  block_client,
  unblock_client,
  register_client,
  renew,
  exchange,
  contact,
  policy,
  answer,
  reinstall,
  state,
};

}  // namespace tokenlife::sim

namespace tokenlife {
template <>
struct Names<sim::Op> {
  static constexpr std::array<std::string_view, 17> values{
      "reset",   "issue-bulk-token", "block-bulk-token", "unblock-bulk-token", "list",  "rotate",
      "retire",  "block-client",     "unblock-client",   "register",           "renew", "exchange",
      "contact", "policy",           "answer",           "reinstall",          "state"};
};
}  // namespace tokenlife
