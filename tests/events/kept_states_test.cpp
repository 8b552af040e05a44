// States are kept beside a log so that a question about a moment is answered sooner: nobody may see
// from the answer whether they were there.
#include "events/kept_states.hpp"

#include <rapidcheck.h>

#include "events/join.hpp"
#include "events/log_reader.hpp"
#include "events/pack.hpp"
#include "events/partition_states.hpp"
#include "events/random_content.hpp"
#include "events/replay.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/standing.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::KeptStates;
using events::LogError;
using events::LogReader;
using events::ServiceReplay;
using events::ServiceState;

namespace {

constexpr const char* kFile = "clients-00000.states";

// Each client so many times, one behind the other: so many events that states are kept.
LogContent repeated(const LogContent& content, std::uint32_t times) {
  LogContent more{content.header, content.site, {}};
  more.header.clients *= times;
  for (events::LogCohort& cohort : more.header.cohorts) {
    cohort.first.value *= times;
    cohort.clients *= times;
  }
  for (const Stream& stream : content.clients) {
    more.clients.insert(more.clients.end(), times, stream);
  }
  return more;
}
std::size_t events_of(const LogContent& content) {
  std::size_t events = 0;
  for (const Stream& stream : content.clients) events += stream.size();
  return events;
}
// Clients that move every day, renew once, wait for that a minute or two weeks, and are blocked.
LogContent moving_fleet() {
  constexpr std::uint32_t kClients = 300;
  using std::chrono::days;
  LogContent content{header_for(kClients), small_site(), {}};
  for (std::uint32_t client = 0; client < kClients; ++client) {
    Telling telling(client);
    telling.registered(cohort_of(content.header, client));
    const Duration later{60 * client};
    for (int day = 1; day <= 60; ++day) {
      const bool leaves = day % 2 != 0;
      telling.tell(days{day} + later, {CauseKind::network},
                   NetworkChanged{leaves ? Network::intranet : Network::internet,
                                  leaves ? Network::internet : Network::intranet});
      if (day == 10 && client % 5 == 1) {
        telling.tell(days{day} + later, {CauseKind::action, 6}, ClientBlocked{});
      }
      const Duration asks = days{30} + later;
      if (day == 30) {
        telling.tell(asks, {CauseKind::contact}, RenewalRequested{Endpoint::mp, telling.serial(1)});
      }
      if (day == 30 && client % 7 != 2) {
        telling.tell(asks + Duration{60}, {CauseKind::exchange, 60},
                     TokenRenewed{Endpoint::mp, telling.token(2, asks), telling.serial(1)});
      }
      if (day == 44 && client % 7 == 2) {
        telling.tell(days{44} + later, {CauseKind::exchange, 60},
                     RenewalFailed{Endpoint::mp, FailureReason::sts_down});
      }
    }
    content.clients.push_back(telling.stream());
  }
  return content;
}

// Its events before that moment.
void follow(ServiceReplay& client, const Stream& stream, Instant before) {
  for (const auto& recorded : stream) {
    if (recorded.time >= before) return;
    std::visit(
        [&](const auto& event) {
          using Event = std::decay_t<decltype(event)>;
          client.on(Recorded<Event>{recorded.envelope(), event});
        },
        recorded.event);
  }
}

LogReader open(const TemporaryFolder& folder) { return LogReader::open(folder / "log").value(); }
std::filesystem::path states_file(const TemporaryFolder& folder) { return folder / "log" / kFile; }
std::vector<KeptStates> states_of(const LogReader& log) {
  return events::PartitionStates::open(log, log.partitions().at(0)).value().read_all().value();
}

// What is wrong with the log, at a moment for which states are read, or when all is verified.
std::optional<LogError> wrong_at(const TemporaryFolder& folder, Instant moment) {
  const auto counted = events::replay_population(open(folder), moment);
  return counted ? std::nullopt : std::optional(counted.error());
}
std::optional<LogError> wrong_in(const TemporaryFolder& folder) {
  const auto facts = events::verify(open(folder));
  return facts ? std::nullopt : std::optional(facts.error());
}
void check_is_damage(const std::optional<LogError>& error, const TemporaryFolder& folder) {
  REQUIRE(error);
  CHECK(error->kind == LogError::Kind::corrupt);
  CHECK(error->file == states_file(folder).string());
}

// Writes the file anew, with a digest that fits.
void forge(const TemporaryFolder& folder, std::string bytes) {
  const std::string partition = read_file(folder / "log" / "clients-00000.log");
  resign_file(bytes, partition.substr(frames_of(partition).back().digest(), 32));
  write_file(states_file(folder), bytes);
}
void forge(const TemporaryFolder& folder, const std::vector<KeptStates>& kept) {
  const auto digest = open(folder).partitions().at(0).digest;
  std::filesystem::remove(states_file(folder));
  REQUIRE(events::write_states(folder / "log", 0, digest, kept, false));
}

// As what `from` begins with, of other clients.
KeptStates with_states(const KeptStates& from, const std::vector<ServiceState>& states) {
  KeptStates place;
  place.stretch = from.stretch;
  place.first_client = from.first_client;
  place.clients = from.clients;
  place.from = from.from;
  place.time_unit = from.time_unit;
  std::vector<ServiceReplay> clients(states.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    clients[i].go_on({from.first_client + static_cast<std::uint32_t>(i)}, states[i]);
  }
  return events::encode_states(place, clients);
}

}  // namespace

TEST_CASE("what is known of clients comes back from the states that are kept, after any events") {
  property("states are what they were", [] {
    const LogContent content = *any_content(6, 60);
    std::vector<ServiceReplay> clients;
    for (std::uint32_t number = 0; number < content.clients.size(); ++number) {
      ServiceReplay& client = clients.emplace_back();
      client.begin({number});
      const Stream& stream = content.clients[number];
      const int events = any_below(static_cast<int>(stream.size()) + 1);
      follow(client, {stream.begin(), stream.begin() + events}, kNever);
      const Client& now = client.replay().client();
      RC_PRE(!now.token.exists() || now.token.serial.ordinal() == now.newest_ordinal);
    }
    KeptStates place;
    place.clients = static_cast<std::uint32_t>(clients.size());
    place.from = static_cast<std::uint32_t>(any_below(1'000'000));
    place.time_unit = any_below(2) == 0 ? 60 : 1;
    const KeptStates kept = events::encode_states(place, clients);
    std::vector<ServiceState> states;
    RC_ASSERT(events::decode_states(kept, states));
    RC_ASSERT(states.size() == clients.size());
    for (std::size_t i = 0; i < clients.size(); ++i) RC_ASSERT(states[i] == clients[i].state());
  });
}

TEST_CASE("a population at a moment is the same with states and without, however streams are cut") {
  property("states change no answer", [] {
    const LogContent few = *any_content(6, 400);
    RC_PRE(events_of(few) > 0);
    const auto times = static_cast<std::uint32_t>(13'000 / events_of(few) + 1);
    RC_PRE(times * few.clients.size() < events::kPartitionClients);
    const LogContent content = repeated(few, times);
    const TemporaryFolder folder;
    const auto batch_events = static_cast<std::size_t>(4'200 + any_below(8'000));
    RC_ASSERT(write_log(folder / "log", content, batch_events));
    const LogReader log = open(folder);
    const bool has_states = std::filesystem::exists(states_file(folder));
    RC_CLASSIFY(has_states);
    RC_ASSERT(events::verify(log).has_value());
    std::vector<Instant> moments;
    std::vector<events::PopulationByCohort> counted;
    for (int i = 0; i < 12; ++i) {
      moments.push_back(at(Duration{i} * (content.header.duration.count() / 12)));
      counted.push_back(events::replay_population(log, moments.back()).value());
    }
    std::filesystem::remove(states_file(folder));
    for (std::size_t i = 0; i < moments.size(); ++i) {
      const auto without = events::replay_population(log, moments[i]).value();
      RC_ASSERT(without.all == counted[i].all);
      RC_ASSERT(without.cohorts == counted[i].cohorts);
    }
  });
}

TEST_CASE("the population of a fleet is the same with states and without, at any moment") {
  const TemporaryFolder with;
  const TemporaryFolder without;
  const LogContent content = moving_fleet();
  for (const std::size_t batch_events : {events::ClientBatch::kEvents, std::size_t{9'000}}) {
    const std::string name = "log";
    std::filesystem::remove_all(with / name);
    std::filesystem::remove_all(without / name);
    REQUIRE(write_log(with / name, content, batch_events));
    REQUIRE(write_log(without / name, content, batch_events));
    REQUIRE(std::filesystem::remove(states_file(without)));
    CHECK_FALSE(wrong_in(with));
    for (int hour = 0; hour < 62 * 24; hour += 5) {
      CAPTURE(batch_events, hour);
      const Instant moment = at(std::chrono::hours{hour});
      const auto counted = events::replay_population(open(with), moment).value();
      CHECK(counted == events::replay_population(open(without), moment).value());
    }
  }
}

TEST_CASE("the states that are kept are those that the events make, one after the other") {
  const TemporaryFolder folder;
  const LogContent content = moving_fleet();
  REQUIRE(write_log(folder / "log", content));
  const std::vector<KeptStates> kept = states_of(open(folder));
  REQUIRE(kept.size() >= 2);
  for (const KeptStates& place : kept) {
    std::vector<ServiceState> states;
    REQUIRE(events::decode_states(place, states));
    for (std::size_t i = 0; i < states.size(); ++i) {
      const std::uint32_t number = place.first_client + static_cast<std::uint32_t>(i);
      CAPTURE(place.from, number);
      ServiceReplay client;
      client.begin({number});
      follow(client, content.clients[number], at(Duration{place.from}));
      CHECK(states[i] == client.state());
    }
  }
}

TEST_CASE("no states are kept beside a client that holds an older token than its newest") {
  const TemporaryFolder folder;
  LogContent content = moving_fleet();
  Telling telling(7);
  ClientAdopted found{};
  found.cohort = cohort_of(content.header, 7);
  found.state = LifecycleState::registered;
  found.network = found.last_connected = Network::intranet;
  found.token = {telling.serial(1), at(Duration{0}), at(std::chrono::days{90}), {}};
  found.tokens = 2;
  telling.tell(Duration{0}, {CauseKind::run_start}, found);
  content.clients[7] = telling.stream();
  REQUIRE(write_log(folder / "log", content));
  CHECK_FALSE(std::filesystem::exists(states_file(folder)));
  CHECK_FALSE(wrong_in(folder));
}

TEST_CASE("states are read, and of what lies before them nothing") {
  const TemporaryFolder folder;
  const LogContent content = moving_fleet();
  REQUIRE(write_log(folder / "log", content));
  const LogReader log = open(folder);
  const std::vector<KeptStates> kept = states_of(log);
  REQUIRE(kept.size() >= 2);
  const Instant moment = at(Duration{kept.back().from});
  const auto before = events::replay_population(log, moment).value();
  // A stretch that is broken shows when it is read.
  std::string partition = read_file(folder / "log" / "clients-00000.log");
  partition[static_cast<std::size_t>(kept.back().stretch) - 40] ^= 1;
  write_file(folder / "log" / "clients-00000.log", partition);
  const auto broken = events::replay_population(open(folder), moment);
  REQUIRE(broken);
  CHECK(broken->all == before.all);
  std::filesystem::remove(states_file(folder));
  CHECK_FALSE(events::replay_population(open(folder), moment));
}

TEST_CASE("states are no part of the log: its digest, its packed file and its files have none") {
  const TemporaryFolder folder;
  const LogContent content = moving_fleet();
  const auto written = write_log(folder / "log", content).value();
  CHECK(written.digest == write_log(std::nullopt, content).value().digest);
  CHECK(read_folder(folder / "log").size() == 3);
  CHECK(open(folder).summary().digest == written.digest);
  REQUIRE(events::pack(open(folder), folder / "log.tlog"));
  const LogReader packed = LogReader::open(folder / "log.tlog").value();
  const Instant moment = at(std::chrono::days{60});
  CHECK(events::replay_population(packed, moment).value().all ==
        events::replay_population(open(folder), moment).value().all);
  // Of a few events there are none.
  REQUIRE(write_log(folder / "few", small_log()));
  CHECK(read_folder(folder / "few").size() == 2);
}

TEST_CASE("a log that is put together has the states of one that was written at once") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", moving_fleet()));
  REQUIRE(events::join({folder / "log"}, folder / "joined"));
  CHECK(read_folder(folder / "joined") == read_folder(folder / "log"));
}

TEST_CASE("who goes on with a log leaves the states that it has, and none that it has not") {
  const TemporaryFolder folder;
  const LogContent content = moving_fleet();
  REQUIRE(write_log(folder / "log", content));
  const Files files = read_folder(folder / "log");
  std::filesystem::remove(states_file(folder));
  const auto go_on = [&](const LogContent& with) {
    auto log = events::LogWriter::resume(folder / "log", with.header, with.site).value();
    const auto partition = write_partition(log, 0, with, events::ClientBatch::kEvents).value();
    REQUIRE(log.finish({partition}, false));
  };
  go_on(content);
  CHECK(read_folder(folder / "log") == files);
  LogContent fewer = content;
  for (Stream& stream : fewer.clients) stream.clear();
  go_on(fewer);
  CHECK(read_folder(folder / "log").size() == 2);
}

TEST_CASE("states that do not follow from the events are found, with their client") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", moving_fleet()));
  CHECK_FALSE(wrong_in(folder));
  const std::vector<KeptStates> kept = states_of(open(folder));
  std::vector<ServiceState> states;
  REQUIRE(events::decode_states(kept[1], states));
  states.at(17).client.blocked = !states.at(17).client.blocked;
  std::vector<KeptStates> forged = kept;
  forged[1] = with_states(kept[1], states);
  forge(folder, forged);
  const auto wrong = wrong_in(folder);
  check_is_damage(wrong, folder);
  CHECK(wrong->what ==
        "the states that are kept are not those that follow from the events: second " +
            std::to_string(kept[1].from) + " of the run, client 17");
  forged = kept;
  forged.pop_back();
  forge(folder, forged);
  check_is_damage(wrong_in(folder), folder);
}

TEST_CASE("states of another log, or of a file that was cut off, are damage") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", moving_fleet()));
  const Instant moment = at(std::chrono::days{100});
  CHECK_FALSE(wrong_at(folder, moment));
  const std::string bytes = read_file(states_file(folder));
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{7}, std::size_t{20}, bytes.size() - 1}) {
    CAPTURE(length);
    write_file(states_file(folder), bytes.substr(0, length));
    check_is_damage(wrong_at(folder, moment), folder);
    check_is_damage(wrong_in(folder), folder);
  }
  write_file(states_file(folder), bytes + '\0');
  check_is_damage(wrong_at(folder, moment), folder);
  LogContent other = moving_fleet();
  other.header.seed ^= 1;
  REQUIRE(write_log(folder / "other", other));
  write_file(states_file(folder), read_file(folder / "other" / kFile));
  check_is_damage(wrong_at(folder, moment), folder);
  const auto bytes_only = events::verify_bytes(open(folder));
  REQUIRE_FALSE(bytes_only);
  CHECK(bytes_only.error().file == states_file(folder).string());
}

TEST_CASE("whatever is forged into states is told as damage, or was not read") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", moving_fleet()));
  const std::string sound = read_file(states_file(folder));
  property("forged states harm nobody", [&] {
    std::string bytes = sound;
    for (int times = 1 + any_below(3); times > 0; --times) {
      const auto frames = frames_of(sound);
      const FramePlace& frame =
          frames[static_cast<std::size_t>(any_below(static_cast<int>(frames.size())))];
      const int place = any_below(static_cast<int>(frame.payload_bytes));
      bytes[frame.payload() + static_cast<std::size_t>(place)] = static_cast<char>(any_below(256));
    }
    forge(folder, bytes);
    const auto wrong = wrong_at(folder, at(Duration{any_below(120)} * 86'400));
    if (wrong) RC_ASSERT(wrong->kind == LogError::Kind::corrupt);
    const auto found = wrong_in(folder);
    if (found) RC_ASSERT(found->kind == LogError::Kind::corrupt);
    if (!found) RC_ASSERT(!states_of(open(folder)).empty());
  });
}
