#include "core/lifecycle.hpp"

#include "core/lifecycle_dispatch.hpp"
#include "core/transition_table.hpp"

namespace tokenlife {
namespace {

namespace mp = boost::mp11;
using boost::msm::front::none;
template <class Source, class Event, class Target, class Guard = none>
using Row = boost::msm::front::Row<Source, Event, Target, none, Guard>;

// ---- States, in the order of LifecycleState ----------------------------------------------------

template <LifecycleState State>
struct In : boost::msm::front::state<> {
  static constexpr std::string_view name = tokenlife::name(State);
};
using NotInstalled = In<LifecycleState::not_installed>;
using Installed = In<LifecycleState::installed>;
using Registered = In<LifecycleState::registered>;
using Roaming = In<LifecycleState::roaming>;
using Renewing = In<LifecycleState::renewing>;
using Expired = In<LifecycleState::expired>;
using ReRegistration = In<LifecycleState::re_registration_required>;

// ---- Events, in the order of ClientEvent -------------------------------------------------------

template <class Event>
struct On {
  static constexpr std::string_view name = Event::kind_name;
};

// ---- Guards ------------------------------------------------------------------------------------

struct OnIntranet {
  static constexpr std::string_view name = "intranet";
  static constexpr bool admits(Where where) { return where == Where::intranet; }
};
struct OnInternet {
  static constexpr std::string_view name = "internet";
  static constexpr bool admits(Where where) { return where == Where::internet; }
};
struct NotIntranet {
  static constexpr std::string_view name = "not intranet";
  static constexpr bool admits(Where where) { return where != Where::intranet; }
};
struct NotInternet {
  static constexpr std::string_view name = "not internet";
  static constexpr bool admits(Where where) { return where != Where::internet; }
};
template <Where Found>
struct As {
  static constexpr std::string_view name = tokenlife::name(Found);
  static constexpr bool admits(Where where) { return where == Found; }
};

// ---- The table ---------------------------------------------------------------------------------

// Rows that let an event happen and leave the state as it is.
template <class Event, class... States>
using Stays = mp::mp_list<Row<States, On<Event>, none>...>;
template <class Event>
using StaysAnywhere =
    Stays<Event, Installed, Registered, Roaming, Renewing, Expired, ReRegistration>;

struct Lifecycle {
  using States =
      mp::mp_list<NotInstalled, Installed, Registered, Roaming, Renewing, Expired, ReRegistration>;
  using Events = mp::mp_transform<On, mp::mp_rename<ClientEvent, mp::mp_list>>;
  using Case = Where;
  static constexpr std::size_t cases = kCount<Where>;

  // clang-format off
  using Moves = mp::mp_list<
  //    from            event                        to               where
    Row<NotInstalled  , On<ClientInstalled>        , Installed                    >,
    Row<NotInstalled  , On<ClientAdopted>          , Registered     , OnIntranet  >,
    Row<NotInstalled  , On<ClientAdopted>          , Roaming        , OnInternet  >,
    Row<NotInstalled  , On<ClientAdopted>          , Installed      , As<Where::found_installed>>,
    Row<NotInstalled  , On<ClientAdopted>          , Expired        , As<Where::found_expired>>,
    Row<NotInstalled  , On<ClientAdopted>          , ReRegistration ,
                                                           As<Where::found_in_re_registration>>,
    Row<Installed     , On<RegistrationCompleted>  , Registered     , OnIntranet  >,  // R12
    Row<Installed     , On<RegistrationCompleted>  , Roaming        , OnInternet  >,  // R20
    Row<Registered    , On<NetworkChanged>         , Roaming        , OnInternet  >,
    Row<Registered    , On<NetworkChanged>         , none           , NotInternet >,  // A12
    Row<Roaming       , On<NetworkChanged>         , Registered     , OnIntranet  >,
    Row<Roaming       , On<NetworkChanged>         , none           , NotIntranet >,  // A12
    Row<Registered    , On<RenewalRequested>       , Renewing                     >,  // R56
    Row<Roaming       , On<RenewalRequested>       , Renewing                     >,  // R58
    Row<Renewing      , On<TokenRenewed>           , Registered     , OnIntranet  >,  // D7
    Row<Renewing      , On<TokenRenewed>           , Roaming        , OnInternet  >,
    Row<Renewing      , On<RenewalFailed>          , Registered     , OnIntranet  >,
    Row<Renewing      , On<RenewalFailed>          , Roaming        , OnInternet  >,
    Row<Renewing      , On<RenewalRefused>         , Registered     , OnIntranet  >,
    Row<Renewing      , On<RenewalRefused>         , Roaming        , OnInternet  >,
    Row<Registered    , On<TokenExpired>           , Expired                      >,  // R57
    Row<Roaming       , On<TokenExpired>           , Expired                      >,
    Row<Renewing      , On<TokenExpired>           , Expired                      >,
    Row<Expired       , On<TokenRenewed>           , Registered     , OnIntranet  >,  // in time
    Row<Expired       , On<TokenRenewed>           , Roaming        , OnInternet  >,
    Row<Expired       , On<RegistrationCompleted>  , Registered     , OnIntranet  >,  // R60, D8
    Row<Expired       , On<RegistrationCompleted>  , Roaming        , OnInternet  >,  // A11
    Row<ReRegistration, On<RegistrationCompleted>  , Registered     , OnIntranet  >,  // R60
    Row<ReRegistration, On<RegistrationCompleted>  , Roaming        , OnInternet  >,  // A11
    Row<Registered    , On<ReRegistrationRequired> , ReRegistration               >,  // A8, A9
    Row<Roaming       , On<ReRegistrationRequired> , ReRegistration               >,
    Row<Expired       , On<ReRegistrationRequired> , ReRegistration               >,  // A10
    Row<Installed     , On<ClientReinstalled>      , none                         >,  // A7
    Row<Registered    , On<ClientReinstalled>      , Installed                    >,
    Row<Roaming       , On<ClientReinstalled>      , Installed                    >,
    Row<Renewing      , On<ClientReinstalled>      , Installed                    >,
    Row<Expired       , On<ClientReinstalled>      , Installed                    >,
    Row<ReRegistration, On<ClientReinstalled>      , Installed                    >
  >;
  // clang-format on

  using Rows = mp::mp_append<
      Moves, Stays<NetworkChanged, Installed, Renewing, Expired, ReRegistration>,
      Stays<RegistrationRequested, Installed, Expired, ReRegistration>,
      Stays<RegistrationRefused, Installed, Expired, ReRegistration>,
      Stays<RegistrationFailed, Installed, Expired, ReRegistration>,
      // The answer to a renewal can find the token expired.
      Stays<RenewalRefused, Expired>, Stays<RenewalFailed, Expired>, StaysAnywhere<AgentRestarted>,
      StaysAnywhere<ClientUpgraded>, StaysAnywhere<ClientBlocked>, StaysAnywhere<ClientUnblocked>,
      StaysAnywhere<CmgAllowedChanged>, StaysAnywhere<ClientPolicyChanged>,
      StaysAnywhere<CredentialRenewed>, StaysAnywhere<CredentialExpired>,
      StaysAnywhere<ClockChanged>, Stays<AskedToRenew, Registered, Roaming, Renewing>>;
};

static_assert(table::check<Lifecycle>() == table::Fault::none);
static_assert(table::kStates<Lifecycle> == kCount<LifecycleState>);
static_assert(table::kEvents<Lifecycle> == kClientKinds,
              "an event without a row could never be recorded");

constexpr auto kRows = table::rows<Lifecycle>();

}  // namespace

constinit const LifecycleDispatch kLifecycleDispatch = [] {
  constexpr auto cells = table::dispatch<Lifecycle>();
  LifecycleDispatch flat{};
  for (std::size_t s = 0; s < cells.size(); ++s) {
    for (std::size_t e = 0; e < cells[s].size(); ++e) {
      for (std::size_t w = 0; w < cells[s][e].size(); ++w) flat.next[s][e][w] = cells[s][e][w];
    }
  }
  return flat;
}();

std::span<const RowText> lifecycle_rows() { return kRows; }

std::uint64_t lifecycle_fingerprint() {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xff) * 0x100000001b3;
  };
  for (const RowText& row : kRows) {
    add(row.source);
    add(row.event);
    add(row.target);
    add(row.guard);
  }
  return hash;
}

struct LifecycleMachine::Impl {
  table::Machine<Lifecycle> machine;
};

LifecycleMachine::LifecycleMachine() : impl_(std::make_unique<Impl>()) {}
LifecycleMachine::~LifecycleMachine() = default;

LifecycleState LifecycleMachine::state() const {
  return static_cast<LifecycleState>(impl_->machine.state());
}

void LifecycleMachine::restore(LifecycleState state) {
  impl_->machine.restore(static_cast<std::uint8_t>(state));
}

bool LifecycleMachine::process(EventKind kind, Where where) {
  return impl_->machine.process(static_cast<std::size_t>(kind), where);
}

}  // namespace tokenlife
