// What a scenario does to its clients and to the site, and when.
//
// An action is a type, with the word by which files call it. Code that reads, writes, draws or
// carries out actions visits them without a fallback: one that is added to its list below does not
// compile until each of them knows it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

#include "../../core/client.hpp"
#include "../../core/id.hpp"
#include "../../core/time.hpp"
#include "share.hpp"

namespace tokenlife::sim {

// ---- On the site -------------------------------------------------------------------------------

struct Outage {
  static constexpr std::string_view kName = "outage";
  Endpoint endpoint;
  Duration length;
};
struct IssueBulk {
  static constexpr std::string_view kName = "issue-bulk-token";
  std::uint32_t bulk_token;  // index into Scenario::bulk_tokens
};
struct BlockBulk {
  static constexpr std::string_view kName = "block-bulk-token";
  std::uint32_t bulk_token;
};
struct UnblockBulk {
  static constexpr std::string_view kName = "unblock-bulk-token";
  std::uint32_t bulk_token;
};
struct RotateCertificate {
  static constexpr std::string_view kName = "rotate-signing-certificate";
  std::optional<Duration> retire_old_after;
};
struct LoseAnswers {
  static constexpr std::string_view kName = "lose-answers";
  Endpoint endpoint;  // mp, cmg; sts: the answers of both to registrations and renewals
  Duration length;
  Share share;
};
using SiteAction =
    std::variant<Outage, IssueBulk, BlockBulk, UnblockBulk, RotateCertificate, LoseAnswers>;

// ---- On clients --------------------------------------------------------------------------------

// One client of a cohort, or all of them.
struct Target {
  CohortNumber cohort;
  std::optional<std::uint32_t> client;  // its number in the cohort, from 0
};

struct SetCmgAllowed {
  static constexpr std::string_view kName = "set-cmg-allowed";
  Target target;
  bool value;
};
struct Upgrade {
  static constexpr std::string_view kName = "upgrade";
  Target target;
};
struct BlockClients {
  static constexpr std::string_view kName = "block-client";
  Target target;
};
struct UnblockClients {
  static constexpr std::string_view kName = "unblock-client";
  Target target;
};
struct Reinstall {
  static constexpr std::string_view kName = "reinstall";
  Target target;
  std::optional<std::uint32_t> bulk_token;
};
struct RestartAgents {
  static constexpr std::string_view kName = "restart-agents";
  Target target;
};
struct Move {
  static constexpr std::string_view kName = "move";
  Target target;
  Network on;
  std::optional<Duration> length;  // absent: for good
};
using ClientAction = std::variant<SetCmgAllowed, Upgrade, BlockClients, UnblockClients, Reinstall,
                                  RestartAgents, Move>;

// ---- Either ------------------------------------------------------------------------------------

using AnyAction = std::variant<SiteAction, ClientAction>;

struct Action {
  Instant at;
  AnyAction what;
  int line = 0;  // in the scenario file
};

// Calls `visitor` with the action as what it is.
template <class Visitor>
decltype(auto) visit_action(Visitor&& visitor, const Action& action) {
  return std::visit([&](const auto& what) -> decltype(auto) { return std::visit(visitor, what); },
                    action.what);
}

// The action if it is a `What`, or null.
template <class What>
const What* action_if(const Action& action) {
  constexpr bool is_of_site = std::is_constructible_v<SiteAction, What>;
  const auto* what =
      std::get_if<std::conditional_t<is_of_site, SiteAction, ClientAction>>(&action.what);
  return what == nullptr ? nullptr : std::get_if<What>(what);
}

// What lasts for a while: the code that carries it out has to know what its end does.
template <class What>
concept HasLength = requires(const What& what) {
  what.length;
};

// Whom an action on clients concerns; null if it is the site's.
inline const Target* target_of(const Action& action) {
  const auto* of_clients = std::get_if<ClientAction>(&action.what);
  if (of_clients == nullptr) return nullptr;
  return std::visit([](const auto& what) { return &what.target; }, *of_clients);
}

inline std::string_view name_of(const Action& action) {
  return visit_action([](const auto& what) { return what.kName; }, action);
}

// ---- All of them -------------------------------------------------------------------------------

// Stands for a type of action where there is no action yet.
template <class What>
using ActionType = std::type_identity<What>;

template <class... Whats>
struct ActionList {};

template <class... OfSite, class... OfClients>
constexpr ActionList<OfSite..., OfClients...> list_actions(std::variant<OfSite...>*,
                                                           std::variant<OfClients...>*) {
  return {};
}

// Every type of action: for code that goes through them in another way than by a visit.
using AllActions =
    decltype(list_actions(static_cast<SiteAction*>(nullptr), static_cast<ClientAction*>(nullptr)));

template <class... Whats>
constexpr auto names_of(ActionList<Whats...>) {
  return std::array{Whats::kName...};
}
inline constexpr auto kActionNames = names_of(AllActions{});

}  // namespace tokenlife::sim
