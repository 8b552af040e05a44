// A state machine of one's own from core/transition_table.hpp: the lock of a door, which jams in
// the cold. And the lifecycle of a tokenlife client.
#include <tokenlife/core/evolve.hpp>
#include <tokenlife/core/lifecycle.hpp>
#include <tokenlife/core/transition_table.hpp>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string_view>

#include "core/id.hpp"

namespace {

constexpr downstream::DoorId kFrontDoor{0, 1};

using boost::msm::front::none;
namespace mp = boost::mp11;

// States.
struct Locked : boost::msm::front::state<> {
  static constexpr std::string_view name = "locked";
};
struct Closed : boost::msm::front::state<> {
  static constexpr std::string_view name = "closed";
};
struct Open : boost::msm::front::state<> {
  static constexpr std::string_view name = "open";
};

// Events.
struct KeyTurned {
  static constexpr std::string_view name = "key-turned";
};
struct Pushed {
  static constexpr std::string_view name = "pushed";
};
struct Pulled {
  static constexpr std::string_view name = "pulled";
};

// What guards look at.
enum class Weather : std::uint8_t { mild, frost };

struct InMildWeather {
  static constexpr std::string_view name = "mild";
  static constexpr bool admits(Weather weather) { return weather == Weather::mild; }
};

template <class Source, class Event, class Target, class Guard = none>
using Row = boost::msm::front::Row<Source, Event, Target, none, Guard>;

struct DoorLock {
  using States = mp::mp_list<Locked, Closed, Open>;
  using Events = mp::mp_list<KeyTurned, Pushed, Pulled>;
  using Case = Weather;
  static constexpr std::size_t cases = 2;
  using Rows = mp::mp_list<                           //
      Row<Locked, KeyTurned, Closed, InMildWeather>,  //
      Row<Closed, KeyTurned, Locked, InMildWeather>,  //
      Row<Closed, Pushed, Open>,                      //
      Row<Open, Pulled, Closed>,                      //
      Row<Open, Pushed, none>>;
};

static_assert(tokenlife::table::check<DoorLock>() == tokenlife::table::Fault::none);

constexpr auto kNext = tokenlife::table::dispatch<DoorLock>();
static_assert(kNext[0][0][0] == 1, "a locked door opens by its key");
static_assert(kNext[0][0][1] == tokenlife::kNoTransition, "but not in frost");

// A second row for what another row does already.
struct TwiceDefined : DoorLock {
  using Rows = mp::mp_push_back<DoorLock::Rows, Row<Closed, Pushed, Locked>>;
};
static_assert(tokenlife::table::check<TwiceDefined>() == tokenlife::table::Fault::conflicting_rows);

// The number of cells in which the Boost.MSM machine and the dispatch table differ.
int differences() {
  int count = 0;
  tokenlife::table::Machine<DoorLock> machine;
  for (std::uint8_t state = 0; state < 3; ++state) {
    for (std::size_t event = 0; event < 3; ++event) {
      for (const Weather weather : {Weather::mild, Weather::frost}) {
        machine.restore(state);
        const bool happened = machine.process(event, weather);
        const std::uint8_t next = kNext[state][event][static_cast<std::size_t>(weather)];
        const bool legal = next != tokenlife::kNoTransition;
        count += happened == legal && machine.state() == (legal ? next : state) ? 0 : 1;
      }
    }
  }
  return count;
}

bool lifecycle_works() {
  using namespace tokenlife;
  const ClientInstalled installed{
      {}, Network::intranet, Credential::self_signed, ClientVersion::current, true, false, {}};
  const auto client = evolve(Client{}, installed);
  return client && client->state == LifecycleState::installed && !evolve(*client, installed) &&
         !lifecycle_rows().empty();
}

}  // namespace

int main() {
  std::cout << "door " << kFrontDoor.floor << '.' << kFrontDoor.number << '\n';
  for (const tokenlife::RowText& row : tokenlife::table::rows<DoorLock>()) {
    std::cout << row.source << " --" << row.event << "--> " << row.target;
    if (!row.guard.empty()) std::cout << " [" << row.guard << "]";
    std::cout << '\n';
  }
  return differences() == 0 && lifecycle_works() ? 0 : 1;
}
