// The transition table: which event is legal where, and what follows.
#include "core/lifecycle.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/client_event.hpp"
#include "core/evolve.hpp"
#include "core/evolve_in_place.hpp"
#include "core/transition_table.hpp"
#include "support/print.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

// ---- The legality matrix, by hand --------------------------------------------------------------

// In the order of LifecycleState. What a cell says:
//   -    the event cannot happen here
//   =    it can, and the state stays
//   by   registered on the intranet, roaming on the internet, and impossible without either
//   net  registered on the intranet, roaming on the internet, and stays offline
// otherwise the state that follows.
struct MatrixRow {
  EventKind kind;
  std::string_view cells;  // separated by spaces
};

std::string_view cell_of(const MatrixRow& row, std::size_t column) {
  std::string_view rest = row.cells;
  for (; column > 0; --column) {
    rest.remove_prefix(rest.find(' '));
    rest.remove_prefix(rest.find_first_not_of(' '));
  }
  return rest.substr(0, rest.find(' '));
}

// clang-format off
constexpr MatrixRow kMatrix[] = {
    //                                       none inst registd roaming renewing expired re-reg
    {EventKind::client_installed,           "inst -    -       -       -        -       -"},
    {EventKind::network_changed,            "-    =    net     net     =        =       ="},
    {EventKind::agent_restarted,            "-    =    =       =       =        =       ="},
    {EventKind::registration_requested,     "-    =    -       -       -        =       ="},
    {EventKind::registration_completed,     "-    by   -       -       -        by      by"},
    {EventKind::registration_refused,       "-    =    -       -       -        =       ="},
    {EventKind::registration_failed,        "-    =    -       -       -        =       ="},
    {EventKind::renewal_requested,          "-    -    renew   renew   -        -       -"},
    {EventKind::token_renewed,              "-    -    -       -       by       by      -"},
    {EventKind::renewal_refused,            "-    -    -       -       by       =       -"},
    {EventKind::renewal_failed,             "-    -    -       -       by       =       -"},
    {EventKind::token_expired,              "-    -    exp     exp     exp      -       -"},
    {EventKind::re_registration_required,   "-    -    rereg   rereg   -        rereg   -"},
    {EventKind::client_reinstalled,         "-    inst inst    inst    inst     inst    inst"},
    {EventKind::client_upgraded,            "-    =    =       =       =        =       ="},
    {EventKind::client_blocked,             "-    =    =       =       =        =       ="},
    {EventKind::client_unblocked,           "-    =    =       =       =        =       ="},
    {EventKind::cmg_allowed_changed,        "-    =    =       =       =        =       ="},
    {EventKind::client_adopted,             "found -   -       -       -        -       -"},
    {EventKind::client_policy_changed,      "-    =    =       =       =        =       ="},
    {EventKind::credential_renewed,         "-    =    =       =       =        =       ="},
    {EventKind::credential_expired,         "-    =    =       =       =        =       ="},
    {EventKind::clock_changed,              "-    =    =       =       =        =       ="},
    {EventKind::asked_to_renew,             "-    -    =       =       =        -       -"},
};
// clang-format on

constexpr Where kWheres[] = {Where::offline,       Where::intranet,
                             Where::internet,      Where::found_installed,
                             Where::found_expired, Where::found_in_re_registration};
static_assert(std::size(kWheres) == kCount<Where>);
// Only an adopted client is found in a state.
constexpr bool is_network(Where where) { return where <= Where::internet; }
constexpr Network network_in(Where where) { return static_cast<Network>(where); }

// The state that the matrix says, or nothing.
std::optional<LifecycleState> by_matrix(LifecycleState from, const MatrixRow& row, Where where) {
  const std::string_view cell = cell_of(row, static_cast<std::size_t>(from));
  if (cell == "=") return from;
  if (cell == "-") return std::nullopt;
  if (cell == "inst") return LifecycleState::installed;
  if (cell == "renew") return LifecycleState::renewing;
  if (cell == "exp") return LifecycleState::expired;
  if (cell == "rereg") return LifecycleState::re_registration_required;
  if (cell == "by" || cell == "net") {
    if (where == Where::intranet) return LifecycleState::registered;
    if (where == Where::internet) return LifecycleState::roaming;
    return cell == "net" ? std::optional(from) : std::nullopt;
  }
  if (cell == "found") {
    switch (where) {
      case Where::offline: return std::nullopt;
      case Where::intranet: return LifecycleState::registered;
      case Where::internet: return LifecycleState::roaming;
      case Where::found_installed: return LifecycleState::installed;
      case Where::found_expired: return LifecycleState::expired;
      case Where::found_in_re_registration: return LifecycleState::re_registration_required;
    }
  }
  FAIL("no such cell: " << cell);
  return std::nullopt;
}

template <class Visit>
void for_each_cell(Visit visit) {
  for (const MatrixRow& row : kMatrix) {
    for (std::size_t s = 0; s < 7; ++s) {
      for (const Where where : kWheres) visit(static_cast<LifecycleState>(s), row, where);
    }
  }
}

std::optional<LifecycleState> by_dispatch(LifecycleState from, EventKind kind, Where where) {
  const std::uint8_t next =
      kLifecycleDispatch.next[static_cast<std::size_t>(from)][static_cast<std::size_t>(kind)]
                             [static_cast<std::size_t>(where)];
  if (next == kNoTransition) return std::nullopt;
  return static_cast<LifecycleState>(next);
}

TEST_CASE("the matrix has every client event once") {
  CHECK(std::size(kMatrix) == kClientKinds);
  for (std::size_t i = 0; i < std::size(kMatrix); ++i) {
    CHECK(kMatrix[i].kind == static_cast<EventKind>(i));
  }
}

TEST_CASE("every event is legal exactly where the matrix says, and leads where it says") {
  for_each_cell([](LifecycleState from, const MatrixRow& row, Where where) {
    CAPTURE(from, row.kind, where);
    CHECK(by_dispatch(from, row.kind, where) == by_matrix(from, row, where));
  });
}

// An event of that kind to which nothing but the state can speak against, and a client that fits
// it.
struct Occasion {
  Client client;
  ClientEvent event;
};

// A client that is found in the state that the case stands for.
Occasion adoption(LifecycleState state, Where where, const ClientToken& held) {
  const auto found = by_matrix(LifecycleState::not_installed, kMatrix[18], where);
  ClientAdopted event{};
  event.state = found.value_or(LifecycleState::renewing);
  event.network = event.last_connected =
      where == Where::intranet ? Network::intranet : Network::internet;
  const bool holds = event.state == LifecycleState::registered ||
                     event.state == LifecycleState::roaming ||
                     event.state == LifecycleState::expired;
  if (holds) event.token = held;
  event.tokens = 1;
  Client client;
  client.state = state;
  return {client, event};
}

Occasion occasion(LifecycleState state, EventKind kind, Where found) {
  const Network where = network_in(found);
  const Endpoint via = endpoint_on(where);
  const ClientToken held{TokenSerial::of({0}, 1), at(Duration{0}), at(Duration{10}), {}};
  const ClientToken fresh{TokenSerial::of({0}, 2), at(Duration{5}), at(Duration{15}), {}};
  const auto refusal = RefusalReason::expired;
  const auto failure = FailureReason::sts_down;
  if (kind == EventKind::client_adopted) return adoption(state, found, held);
  Client client;
  client.state = state;
  client.network = client.last_connected = where;
  client.token = held;
  client.newest_ordinal = 1;
  client.version = ClientVersion::outdated;
  client.blocked = kind == EventKind::client_unblocked;
  client.pending_via = via;
  switch (kind) {
    case EventKind::client_installed: return {client, ClientInstalled{}};
    case EventKind::network_changed:
      client.network = where == Network::offline ? Network::intranet : Network::offline;
      return {client, NetworkChanged{client.network, where}};
    case EventKind::agent_restarted: return {client, AgentRestarted{}};
    case EventKind::registration_requested: return {client, RegistrationRequested{via, {}, {}}};
    case EventKind::registration_completed:
      client.pending = PendingRequest::registration;
      return {client, RegistrationCompleted{via, fresh}};
    case EventKind::registration_refused:
      client.pending = PendingRequest::registration;
      return {client, RegistrationRefused{via, refusal}};
    case EventKind::registration_failed:
      client.pending = PendingRequest::registration;
      return {client, RegistrationFailed{via, failure}};
    case EventKind::renewal_requested: return {client, RenewalRequested{via, held.serial}};
    case EventKind::token_renewed:
      client.pending = PendingRequest::renewal;
      return {client, TokenRenewed{via, fresh, held.serial}};
    case EventKind::renewal_refused:
      client.pending = PendingRequest::renewal;
      return {client, RenewalRefused{via, refusal}};
    case EventKind::renewal_failed:
      client.pending = PendingRequest::renewal;
      return {client, RenewalFailed{via, failure}};
    case EventKind::token_expired: return {client, TokenExpired{held.serial}};
    case EventKind::re_registration_required: return {client, ReRegistrationRequired{via, refusal}};
    case EventKind::client_reinstalled: return {client, ClientReinstalled{}};
    case EventKind::client_upgraded: return {client, ClientUpgraded{}};
    case EventKind::client_blocked: return {client, ClientBlocked{}};
    case EventKind::client_unblocked: return {client, ClientUnblocked{}};
    case EventKind::cmg_allowed_changed: return {client, CmgAllowedChanged{false}};
    case EventKind::client_policy_changed:
      return {client, ClientPolicyChanged{{Duration{1}, {}, {}, {}, {}}}};
    case EventKind::credential_renewed: return {client, CredentialRenewed{Duration{1}}};
    case EventKind::credential_expired: return {client, CredentialExpired{}};
    case EventKind::clock_changed: return {client, ClockChanged{Duration{60}}};
    case EventKind::asked_to_renew: return {client, AskedToRenew{client.token.serial}};
    default: break;
  }
  FAIL("not a client's event");
  return {};
}

TEST_CASE(
    "evolve accepts an event where the matrix does, and elsewhere refuses and changes nothing") {
  for_each_cell([](LifecycleState from, const MatrixRow& row, Where where) {
    // On no network nothing is asked or answered.
    const bool is_adoption = row.kind == EventKind::client_adopted;
    if (!is_network(where) && !is_adoption) return;
    if (where == Where::offline && row.kind != EventKind::network_changed) return;
    CAPTURE(from, row.kind, where);
    const Occasion moment = occasion(from, row.kind, where);
    const auto expected = by_matrix(from, row, where);
    const auto next = evolve(moment.client, moment.event);
    if (expected) {
      REQUIRE(next);
      CHECK(next->state == *expected);
    } else {
      CHECK(next == Failed<EventError>(EventError::wrong_state));
      Client in_place = moment.client;
      const EventError legality = std::visit(
          [&](const auto& event) { return evolve_in_place(in_place, event); }, moment.event);
      CHECK(legality == EventError::wrong_state);
      CHECK(in_place == moment.client);
    }
  });
}

TEST_CASE("D10: only an installation, a registration or a held token lead to a token's states") {
  // From installed nothing but a completed registration leads out.
  for (const MatrixRow& row : kMatrix) {
    for (const Where where : kWheres) {
      const auto next = by_dispatch(LifecycleState::installed, row.kind, where);
      CAPTURE(row.kind);
      if (row.kind != EventKind::registration_completed) {
        CHECK((!next || *next == LifecycleState::installed));
      }
    }
  }
}

// ---- The Boost.MSM machine ---------------------------------------------------------------------

TEST_CASE("the MSM machine starts where no client is installed") {
  CHECK(LifecycleMachine().state() == LifecycleState::not_installed);
}

TEST_CASE("the MSM machine does in every cell what the dispatch table says") {
  LifecycleMachine machine;
  for_each_cell([&](LifecycleState from, const MatrixRow& row, Where where) {
    CAPTURE(from, row.kind, where);
    machine.restore(from);
    REQUIRE(machine.state() == from);
    const auto expected = by_dispatch(from, row.kind, where);
    CHECK(machine.process(row.kind, where) == expected.has_value());
    CHECK(machine.state() == expected.value_or(from));
  });
}

TEST_CASE("the MSM machine and the dispatch table stay together over any sequence of events") {
  property("MSM == dispatch over sequences", [] {
    LifecycleMachine machine;
    LifecycleState state = LifecycleState::not_installed;
    std::size_t accepted = 0;
    const int length = *rc::gen::resize(100, rc::gen::inRange(1, 100));
    for (int i = 0; i < length; ++i) {
      // Mostly events that are legal, or a sequence would hardly ever leave its first states.
      const Where where =
          *rc::gen::elementOf(std::vector<Where>(std::begin(kWheres), std::end(kWheres)));
      std::vector<EventKind> kinds;
      const bool any = *rc::gen::weightedElement<bool>({{3, false}, {1, true}});
      for (const MatrixRow& row : kMatrix) {
        if (any || by_dispatch(state, row.kind, where)) kinds.push_back(row.kind);
      }
      if (kinds.empty()) continue;
      const EventKind kind = *rc::gen::elementOf(kinds);
      const auto expected = by_dispatch(state, kind, where);
      RC_ASSERT(machine.process(kind, where) == expected.has_value());
      state = expected.value_or(state);
      RC_ASSERT(machine.state() == state);
      accepted += expected ? 1U : 0U;
    }
    RC_CLASSIFY(accepted > 10, "more than ten accepted");
  });
}

// ---- The rows as text --------------------------------------------------------------------------

TEST_CASE("the rows as text say what the dispatch table does") {
  const auto admits = [](std::string_view guard, Where where) {
    if (guard == "not intranet") return where != Where::intranet;
    if (guard == "not internet") return where != Where::internet;
    return guard.empty() || guard == name(where);
  };
  std::size_t cells = 0;
  for (const RowText& row : lifecycle_rows()) {
    const auto source = from_name<LifecycleState>(row.source);
    const auto kind = from_name<EventKind>(row.event);
    REQUIRE(source);
    REQUIRE(kind);
    for (const Where where : kWheres) {
      if (!admits(row.guard, where)) continue;
      ++cells;
      CHECK(by_dispatch(*source, *kind, where) == from_name<LifecycleState>(row.target));
    }
  }
  std::size_t legal = 0;
  for_each_cell([&](LifecycleState from, const MatrixRow& row, Where where) {
    legal += by_dispatch(from, row.kind, where) ? 1U : 0U;
  });
  CHECK(cells == legal);
}

TEST_CASE("the fingerprint of the table is known: a change of it changes what logs mean") {
  CHECK(lifecycle_fingerprint() == 0xce2a7f6a94f81102);
}

}  // namespace
}  // namespace tokenlife::test
