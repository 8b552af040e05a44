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
#include "../../core/site_policy.hpp"
#include "../../core/time.hpp"
#include "share.hpp"
#include "state_word.hpp"

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
// What is left out stays.
struct SetCapacity {
  static constexpr std::string_view kName = "set-capacity";
  Endpoint endpoint;  // mp or cmg
  std::optional<std::uint64_t> per_minute;
  bool unlimited = false;  // then there is no `per_minute`
  std::optional<std::uint64_t> queue;
};
using SiteAction = std::variant<Outage, IssueBulk, BlockBulk, UnblockBulk, RotateCertificate,
                                LoseAnswers, SetCapacity>;

// Of a client's clock against the site's: a uniform draw, both ends included.
struct Skew {
  Duration from{0};
  Duration to{0};
  friend bool operator==(const Skew&, const Skew&) = default;
};

// ---- On clients --------------------------------------------------------------------------------

// Whom an action concerns: one client of a cohort, or all of them; and of these, which and when.
// Whether and when is drawn for each repetition of the action, see selection_draw().
struct Target {
  CohortNumber cohort;
  std::optional<std::uint32_t> client{};  // its number in the cohort, from 0
  Share share{Share::kWhole};             // each with this chance
  std::optional<StateWord> state{};       // only who is in it at its moment
  Duration over{0};                       // each at a moment of its own, in [at, at + over)
};

// A15: when a setting takes effect.
enum class Arrives : std::uint8_t { contact, at_once };

struct SetCmgAllowed {
  static constexpr std::string_view kName = "set-cmg-allowed";
  Target target;
  bool value;
  Arrives arrives = Arrives::contact;
};
// Of the site, of all clients or of some.
struct SetPolicy {
  static constexpr std::string_view kName = "set-policy";
  Target target;
  bool is_for_all = false;  // then the target counts for nothing
  SitePolicyChange site;    // empty unless it is for all
  ClientPolicyChange clients;
  Arrives arrives = Arrives::contact;
};
struct SetClock {
  static constexpr std::string_view kName = "set-clock";
  Target target;
  Skew skew;
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
  bool new_identity = false;  // A8
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
// Tokens that were issued before are due when their client hears of it.
struct AskToRenew {
  static constexpr std::string_view kName = "ask-to-renew";
  Target target;
  Arrives arrives = Arrives::contact;
};
using ClientAction = std::variant<SetCmgAllowed, Upgrade, BlockClients, UnblockClients, Reinstall,
                                  RestartAgents, Move, SetPolicy, SetClock, AskToRenew>;

// ---- Either ------------------------------------------------------------------------------------

using AnyAction = std::variant<SiteAction, ClientAction>;

// An action happens again and again, first at its time.
struct Repeat {
  Duration every;                        // above 0
  std::optional<std::uint32_t> times{};  // the first one counts; absent: to the end of the run
};

struct Action {
  Instant at;
  AnyAction what;
  int line = 0;           // in the scenario file
  bool left_out = false;  // it is there, under its number, and never happens
  std::optional<Repeat> repeat{};
};

// Whether there is one more after that repetition, from 0, be it beyond the end of the run.
constexpr bool goes_on_after(const Action& action, std::uint32_t repetition) {
  return action.repeat && repetition + 1 < action.repeat->times.value_or(UINT32_MAX);
}

// When that repetition begins, from 0.
constexpr Instant begin_of(const Action& action, std::uint32_t repetition) {
  return action.repeat ? action.at + action.repeat->every * repetition : action.at;
}

// The number of the draws for a client's share and moment in a repetition.
constexpr std::uint64_t selection_draw(std::uint32_t action, std::uint32_t repetition) {
  return (std::uint64_t{action} << 32) | repetition;
}

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

// Whom an action on clients concerns; null if it is the site's, or for all clients.
inline const Target* target_of(const Action& action) {
  const auto* of_clients = std::get_if<ClientAction>(&action.what);
  if (of_clients == nullptr) return nullptr;
  const auto* set = std::get_if<SetPolicy>(of_clients);
  if (set != nullptr && set->is_for_all) return nullptr;
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

template <>
struct tokenlife::Names<tokenlife::sim::Arrives> {
  static constexpr std::array<std::string_view, 2> values{"contact", "at-once"};
};
