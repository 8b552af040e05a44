// The population is counted by a walk of its own, which leaves to the plain one what it does not
// understand: nobody may see from outside which of the two it was.
#include "core/evolve.hpp"
#include "events/forged_log.hpp"
#include "events/network_move.hpp"
#include "events/random_content.hpp"
#include "events/replay.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::LogReader;
using events::Stretch;

namespace {

// A client in that place, in everything else as it begins, or as different from that as can be.
Client client_in(LifecycleState state, Network network, Network last, bool other) {
  Client client;
  client.state = state;
  client.network = network;
  client.last_connected = last;
  if (!other) return client;
  client.credential = Credential::pki;
  client.version = ClientVersion::outdated;
  client.cmg_allowed = false;
  client.blocked = true;
  client.on_intranet = OnIntranet::cmg;
  client.credential_expired = true;
  client.credential_renews_on = RenewsOn::nowhere;
  client.pending = PendingRequest::renewal;
  client.pending_via = Endpoint::cmg;
  client.pending_shows_bulk = true;
  client.cohort = {3};
  client.bulk = {7, 8};
  client.token = {TokenSerial::of({5}, 4), at(Duration{60}), at(Duration{120}), {2}};
  client.newest_ordinal = 4;
  return client;
}

// Whether the move does to the client what the event does, or knows that it cannot happen.
void check_move(const events::Shape& shape, const ClientEvent& event, const Client& client) {
  const std::uint8_t number = events::move_of(shape);
  REQUIRE(number != events::kNoMove);
  const auto next = evolve(client, event);
  const events::ClientPlace place = events::all_moves()[number][events::place_of(client)];
  CHECK((place != events::kNoPlace) == next.has_value());
  if (!next) return;
  Client moved = client;
  events::put_at(moved, place);
  CHECK(moved == *next);
}

// What the walk says of the log, and what is found client by client.
void check_replay(const LogReader& log, Instant moment = kNever) {
  events::Population listed;
  const auto standings = events::replay_standings(log, moment, [&](const auto& standing) {
    ++listed.in_state[static_cast<std::size_t>(standing.client.state)];
    if (standing.service != Service::served) ++listed.out_of_service;
    if (standing.service == Service::stranded) ++listed.stranded;
    return false;
  });
  const auto counted = events::replay_population(log, moment);
  RC_ASSERT(counted.has_value() == standings.has_value());
  if (counted) {
    RC_ASSERT(counted->all == listed);
  } else {
    RC_ASSERT(counted.error().kind == standings.error().kind);
    RC_ASSERT(counted.error().file == standings.error().file);
    RC_ASSERT(counted.error().offset == standings.error().offset);
    RC_ASSERT(counted.error().what == standings.error().what);
  }
}

// Clients that move every day, renew their tokens once, and ask to a second time.
LogContent moving_clients(std::uint32_t clients) {
  LogContent content{header_for(clients), small_site(), {}};
  for (std::uint32_t client = 0; client < clients; ++client) {
    Telling telling(client);
    telling.registered(cohort_of(content.header, client));
    for (int day = 1; day <= 29; ++day) {
      const bool out = day % 2 != 0;
      if (day % 10 == 0) telling.tell(std::chrono::days{day}, {}, AgentRestarted{});
      telling.tell(std::chrono::days{day}, {CauseKind::network},
                   NetworkChanged{out ? Network::intranet : Network::offline,
                                  out ? Network::offline : Network::intranet});
      if (day == 14) {
        const auto asked = static_cast<std::uint32_t>(telling.stream().size());
        const Duration moment = std::chrono::days{day};
        telling.tell(moment, {CauseKind::contact},
                     RenewalRequested{Endpoint::mp, telling.serial(1)});
        telling.tell(moment + Duration{60}, {CauseKind::request, asked},
                     TokenRenewed{Endpoint::mp, telling.token(2, moment), telling.serial(1)});
      }
      if (day == 28) {
        telling.tell(std::chrono::days{day}, {CauseKind::contact},
                     RenewalRequested{Endpoint::mp, telling.serial(2)});
      }
    }
    content.clients.push_back(telling.stream());
  }
  return content;
}

template <class Number>
void spoil_one(std::vector<Number>& column) {
  if (column.empty()) return;
  const auto place = static_cast<std::size_t>(any_below(static_cast<int>(column.size())));
  switch (any_below(4)) {
    case 0: column[place] = static_cast<Number>(any_below(256)); break;
    case 1: column[place] = static_cast<Number>(column[place] + 1); break;
    case 2: column[place] = static_cast<Number>(-1 - any_below(2)); break;
    default: std::swap(column[place], column[column.size() - 1 - place]); break;
  }
}

void spoil(Stretch& stretch) {
  switch (any_below(8)) {
    case 0: spoil_one(stretch.codes); break;
    case 1: spoil_one(stretch.steps); break;
    case 2: spoil_one(stretch.streams); break;
    case 3: spoil_one(stretch.numbers); break;
    case 4: stretch.head.from += static_cast<std::uint32_t>(any_below(100)); break;
    case 5: stretch.head.until -= static_cast<std::uint32_t>(any_below(100)); break;
    case 6: stretch.head.time_unit = static_cast<std::uint32_t>(any_below(3)); break;
    default: spoil_one(stretch.long_steps); break;
  }
}

}  // namespace

TEST_CASE(
    "a move of a client is what core makes of its event, in every place and for every client") {
  const auto kind_of_restart = static_cast<std::uint8_t>(EventKind::agent_restarted);
  const auto kind_of_change = static_cast<std::uint8_t>(EventKind::network_changed);
  for (std::size_t state = 0; state < kCount<LifecycleState>; ++state) {
    for (const Network network : {Network::offline, Network::intranet, Network::internet}) {
      for (const Network last : {Network::offline, Network::intranet, Network::internet}) {
        for (const bool other : {false, true}) {
          const Client client = client_in(static_cast<LifecycleState>(state), network, last, other);
          check_move({kind_of_restart, 0, 0, 0}, AgentRestarted{}, client);
          for (const Network from : {Network::offline, Network::intranet, Network::internet}) {
            for (const Network to : {Network::offline, Network::intranet, Network::internet}) {
              const unsigned detail =
                  static_cast<unsigned>(from) | (static_cast<unsigned>(to) << 2);
              check_move({kind_of_change, 5, static_cast<std::uint8_t>(detail), 0},
                         NetworkChanged{from, to}, client);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("an event with a number of its own is no move, nor is one of another kind") {
  const auto change = static_cast<std::uint8_t>(EventKind::network_changed);
  using events::kCauseAsExpected;
  using events::kCauseHasNumber;
  CHECK(events::move_of({change, 1, 9, kCauseHasNumber}) == events::kNoMove);
  CHECK(events::move_of({change, 8, 9, kCauseHasNumber | kCauseAsExpected}) == 9);
  CHECK(events::move_of({static_cast<std::uint8_t>(EventKind::client_blocked), 7, 0, 0}) ==
        events::kNoMove);
}

TEST_CASE("the population is that of its clients, however their streams are cut") {
  property("the walk counts what the list has", [] {
    const LogContent content = *any_content(6, 60);
    const TemporaryFolder folder;
    const int batch_events = 2 + any_below(40);
    RC_ASSERT(write_log(folder / "log", content, static_cast<std::size_t>(batch_events)));
    const LogReader log = LogReader::open(folder / "log").value();
    check_replay(log, at(Duration{any_below(1'000'000)}));
    check_replay(log);
  });
}

TEST_CASE("of a log that cannot be, the walk says what is said client by client") {
  const LogContent content = moving_clients(80);
  const std::vector<Stretch> sound = stretches_of(content);
  property("the walk refuses what the list refuses, and for that", [&] {
    std::vector<Stretch> stretches = sound;
    for (int times = 1 + any_below(2); times > 0; --times) {
      spoil(stretches[static_cast<std::size_t>(any_below(static_cast<int>(stretches.size())))]);
    }
    const TemporaryFolder folder;
    write_folder(folder / "log", log_of_stretches(content, stretches));
    const auto log = LogReader::open(folder / "log");
    if (log) check_replay(*log);
  });
}

TEST_CASE("a renewal that is granted elsewhere than it was asked for cannot have happened") {
  LogContent content = moving_clients(1);
  Stream& stream = content.clients[0];
  stream.resize(20);  // Nothing comes after it.
  std::get<TokenRenewed>(stream.back().event).via = Endpoint::cmg;
  const TemporaryFolder folder;
  write_folder(folder / "log", log_of_stretches(content, stretches_of(content)));
  const auto counted = events::replay_population(LogReader::open(folder / "log").value());
  REQUIRE_FALSE(counted.has_value());
  CHECK(counted.error().what ==
        "an event cannot have happened: client 0, event 19, token-renewed in state renewing: "
        "nothing-pending");
}

TEST_CASE("a client's next batch does not go back behind the end of its last") {
  const LogContent content = moving_clients(1);
  std::vector<Stretch> stretches = stretches_of(content);
  REQUIRE(stretches.size() == 1);
  Stretch next;
  next.head = stretches[0].head;
  next.head.from = 60;  // the last event was on the 29th day
  next.head.events = 1;
  next.shapes = {{static_cast<std::uint8_t>(EventKind::agent_restarted), 7, 0, 0}};
  next.streams = {1, static_cast<std::uint8_t>(content.clients[0].size())};
  next.codes = {0};
  next.steps = {0};
  stretches.push_back(next);
  const TemporaryFolder folder;
  write_folder(folder / "log", log_of_stretches(content, stretches));
  const auto counted = events::replay_population(LogReader::open(folder / "log").value());
  REQUIRE_FALSE(counted.has_value());
  CHECK(counted.error().what == "time goes back in a client's stream (at or after client 0)");
}
