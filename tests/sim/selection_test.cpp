// Actions on some of the clients, again and again: each sentence of the format, by what happens.
#include "sim/ten_days.hpp"

namespace tokenlife::test {
namespace ten_days_long {
namespace {

using namespace sim;
using namespace std::chrono_literals;

// ---- Whom --------------------------------------------------------------------------------------

TEST_CASE("every action on clients is on a cohort or on one client") {
  const std::string cohort =
      "version = \"outdated\"\nclients = 3\nnetwork = { model = \"fixed\", on = \"intranet\" }\n";
  const std::pair<const char*, const char*> actions[] = {
      {"set-cmg-allowed", "value = false\narrives = \"at-once\""},
      {"upgrade", ""},
      {"block-client", ""},
      {"unblock-client", ""},
      {"reinstall", ""},
      {"restart-agents", ""},
      {"move", "on = \"offline\""}};
  for (const auto& [what, keys] : actions) {
    const std::string before =
        std::string(what) == "unblock-client" ? action("1d", "block-client", kA) : "";
    for (const bool one : {true, false}) {
      const std::string whom = one ? "client = \"a/1\"\n" : kA;
      const EngineRun run = run_of(ten_days(cohort, before + action("2d", what, whom + keys)));
      for (std::uint32_t i = 0; i < 3; ++i) {
        bool acted = false;
        for (const auto& recorded : run.clients[i]) {
          acted = acted || (recorded.cause.kind == CauseKind::action && recorded.time == at(48h));
        }
        CAPTURE(what, one, i);
        CHECK(acted == (!one || i == 1));
      }
    }
  }
}

TEST_CASE("a share is each client's chance, drawn once per repetition") {
  std::string thousand = kOnIntranet;
  thousand.replace(thousand.find("20"), 2, "1000");
  const std::string restart =
      action("1d", "upgrade", kA) +
      action("1d", "restart-agents", kA + "share = 0.25\nrepeat-every = \"1d\"\ntimes = 2\n");
  const auto scenario = parse_scenario(ten_days(thousand, restart), "s.toml", {});
  REQUIRE(scenario);
  const EngineRun run = simulate(*scenario);
  std::size_t first = 0;
  std::size_t both = 0;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    const auto draws = [&](std::uint64_t number) {
      return draws_of(i).at(Purpose::selection_share, number)[0] < (std::uint64_t{1} << 62);
    };
    Hours expected;
    if (draws(0x1'0000'0000)) expected.push_back(24);
    if (draws(0x1'0000'0001)) expected.push_back(48);
    CHECK(hours_of<AgentRestarted>(run.clients[i]) == expected);
    first += draws(0x1'0000'0000) ? 1U : 0U;
    both += expected.size() == 2 ? 1U : 0U;
  }
  CHECK(first > 210);
  CHECK(first < 290);
  CHECK(both > 40);
  CHECK(both < 90);

  const auto with_share = [&](const std::string& share) {
    return restarted(
        run_of(ten_days(kOnIntranet, action("1d", "restart-agents", kA + "share = " + share))));
  };
  CHECK(with_share("0.0").empty());
  CHECK(with_share("1.0").size() == 20);
}

TEST_CASE("a state picks who is in it, and does not wait") {
  // Registered at 1h, from 1d on without a network and so without renewal; expired in step 3 of 3d.
  const std::string text = ten_days(
      "clients = 1\nnetwork = { model = \"timeline\", steps = [ { at = \"0d\", on = "
      "\"intranet\" }, { at = \"1d\", on = \"offline\" } ] }\n",
      "[site]\ntoken-validity = \"3d\"\nrenew-after = \"2d\"\n");
  const auto restarts = [&](const std::string& at, const std::string& state) {
    return restarted(
               run_of(text + action(at, "restart-agents", kA + "state = \"" + state + "\"\n")))
               .size() == 1;
  };
  CHECK(restarts("1d", "registered"));
  CHECK_FALSE(restarts("1d", "expired"));
  CHECK_FALSE(restarts("1d", "out-of-service"));
  // What it was when the last tick was done: tokens expire in step 3.
  CHECK(restarts("3d", "registered"));
  CHECK_FALSE(restarts("3d", "expired"));
  CHECK_FALSE(restarts("3d1h", "registered"));
  CHECK(restarts("3d1h", "expired"));
  CHECK(restarts("3d1h", "out-of-service"));
  // It was last on the intranet, where it would be registered again.
  CHECK_FALSE(restarts("3d1h", "stranded"));
}

TEST_CASE("a state may be any of the words") {
  for (const std::string word : {"installed", "registered", "roaming", "renewing", "expired",
                                 "re-registration-required", "stranded", "out-of-service"}) {
    const auto scenario = parse_scenario(
        ten_days(kOnIntranet, action("1d", "upgrade", kA + "state = \"" + word + "\"\n")), "s.toml",
        {});
    REQUIRE(scenario);
    REQUIRE(target_of(scenario->actions[0])->state);
    CHECK(name(*target_of(scenario->actions[0])->state) == word);
  }
}

TEST_CASE("a client that is not installed yet is in no state") {
  const std::string later = kOnIntranet + "install = { at = \"5d\" }\n";
  const auto installed_with = [&](const std::string& state) {
    const EngineRun run =
        run_of(ten_days(later, action("1d", "set-cmg-allowed", kA + "value = false\n" + state)));
    return std::get<ClientInstalled>(run.clients[0].front().event).cmg_allowed;
  };
  CHECK_FALSE(installed_with(""));
  CHECK(installed_with("state = \"installed\"\n"));
  CHECK(installed_with("state = \"out-of-service\"\n"));
  CHECK(installed_with("state = \"stranded\"\n"));
}

TEST_CASE("a state is judged after the earlier actions of the file") {
  const std::string reinstall = action("2d", "reinstall", kA);
  const std::string restart = action("2d", "restart-agents", kA + "state = \"installed\"\n");
  CHECK(restarted(run_of(ten_days(kOnIntranet, reinstall + restart))).size() == 20);
  CHECK(restarted(run_of(ten_days(kOnIntranet, restart + reinstall))).empty());
}

TEST_CASE("for stranded the site is as all of the tick's ends and actions leave it") {
  const std::string waiting = kOnInternet + "bulk-token = \"kiosks\"\n";
  const std::string outage =
      action("0d", "issue-bulk-token", "name = \"kiosks\"\nlifetime = 10080\n") +
      action("0d", "outage", "endpoint = \"cmg\"\nfor = \"5d\"\n");
  const std::string restart = action("1d", "restart-agents", kA + "state = \"stranded\"\n");
  // While the CMG is down they wait, with a bulk token that would be taken.
  CHECK(restarted(run_of(ten_days(waiting, outage + restart))).empty());
  const std::string block = action("1d", "block-bulk-token", "name = \"kiosks\"\n");
  CHECK(restarted(run_of(ten_days(waiting, outage + restart + block))).size() == 20);
  const std::string retire =
      action("12h", "rotate-signing-certificate", "retire-old-after = \"12h\"\n");
  CHECK(restarted(run_of(ten_days(waiting, outage + restart + retire))).size() == 20);
  // Blocked clients are out of service, and not stranded.
  const std::string refused = action("1d", "block-client", kA);
  CHECK(restarted(run_of(ten_days(waiting, outage + refused + block + restart))).empty());
}

// ---- When --------------------------------------------------------------------------------------

TEST_CASE("each client has a moment of its own") {
  const EngineRun run = run_of(ten_days(
      kOnIntranet,
      action("1d", "restart-agents", kA + "over = \"2d\"\nrepeat-every = \"3d\"\ntimes = 2\n")));
  std::set<std::int64_t> moments;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto moment = [&](std::uint64_t number) {
      const auto bits = draws_of(i).at(Purpose::selection_moment, number)[0];
      return static_cast<std::int64_t>(below(bits, 48));
    };
    CHECK(hours_of<AgentRestarted>(run.clients[i]) == Hours{24 + moment(0), 96 + moment(1)});
    moments.insert(moment(0));
  }
  CHECK(moments.size() > 10);
}

TEST_CASE("an action is repeated as often as it says, or to the end of the run") {
  const auto hours = [](const std::string& repeat) {
    const EngineRun run = run_of(
        ten_days(kOnIntranet, action("1d", "restart-agents", "client = \"a/7\"\n" + repeat)));
    CHECK(restarted(run) == std::set<std::uint32_t>{7});
    return hours_of<AgentRestarted>(run.clients[7]);
  };
  CHECK(hours("") == Hours{24});
  CHECK(hours("repeat-every = \"3d\"\n") == Hours{24, 96, 168});
  CHECK(hours("repeat-every = \"36h\"\ntimes = 3\n") == Hours{24, 60, 96});
  CHECK(hours("repeat-every = \"1d\"\ntimes = 1\n") == Hours{24});
  // The end is no tick of the run.
  CHECK(hours("repeat-every = \"216h\"\n") == Hours{24});
  CHECK(hours("repeat-every = \"215h\"\n") == Hours{24, 239});
}

TEST_CASE("actions on the site are repeated too") {
  const EngineRun run = run_of(ten_days(
      kOnIntranet, action("1d", "outage",
                          "endpoint = \"mp\"\nfor = \"2h\"\nrepeat-every = \"2d\"\ntimes = 2\n") +
                       action("3d", "rotate-signing-certificate",
                              "retire-old-after = \"3d\"\nrepeat-every = \"2d\"\n")));
  std::vector<std::string> said;
  for (const auto& recorded : run.site) {
    if (recorded.seq == 0) continue;
    said.push_back(std::to_string(recorded.time.time_since_epoch() / 1h) + " " +
                   std::string(name(kind_of(recorded.event))));
  }
  CHECK(said == std::vector<std::string>{
                    "24 endpoint-down", "26 endpoint-up", "72 endpoint-down",
                    "72 signing-certificate-rotated", "74 endpoint-up",
                    "120 signing-certificate-rotated", "144 signing-certificate-retired",
                    "168 signing-certificate-rotated", "192 signing-certificate-retired",
                    "216 signing-certificate-rotated"});
}

TEST_CASE("of repeated faults each loses answers in its time") {
  // One answer in each hour but the first; those to what is sent in [2h, 3h), [4h, 5h), ... get
  // lost.
  const EngineRun run =
      run_of(ten_days(kOnIntranet, "[site]\ntoken-validity = \"2h\"\nrenew-after = \"0s\"\n" +
                                       action("2h", "lose-answers",
                                              "endpoint = \"sts\"\nfor = \"1h\"\nshare = 1.0\n"
                                              "repeat-every = \"2h\"\ntimes = 4\n")));
  for (const auto& recorded : run.clients[0]) {
    const auto* failed = std::get_if<RenewalFailed>(&recorded.event);
    if (failed == nullptr) continue;
    CHECK(failed->reason == FailureReason::answer_lost);
  }
  const Hours lost = hours_of<RenewalFailed>(run.clients[0]);
  const Hours failed = hours_of<RegistrationFailed>(run.clients[0]);
  CHECK(lost.size() + failed.size() > 1);
  for (const std::int64_t hour : lost) CHECK((hour % 2 == 1 && hour <= 9));
  for (const std::int64_t hour : failed) CHECK((hour % 2 == 1 && hour <= 9));
}

TEST_CASE("in a tick the order is that of the file, then of the repetitions") {
  const auto changes = [](const std::string& first, const std::string& second) {
    const EngineRun run = run_of(ten_days(kOnIntranet, first + second));
    std::vector<std::pair<std::int64_t, bool>> said;
    for (const auto& recorded : run.clients[0]) {
      if (const auto* changed = std::get_if<CmgAllowedChanged>(&recorded.event)) {
        said.emplace_back(recorded.time.time_since_epoch() / 1h, changed->value);
      }
    }
    return said;
  };
  using Changes = std::vector<std::pair<std::int64_t, bool>>;
  const std::string off =
      action("1d", "set-cmg-allowed",
             kA + "value = false\narrives = \"at-once\"\nrepeat-every = \"1d\"\ntimes = 2\n");
  const std::string on =
      action("2d", "set-cmg-allowed", kA + "value = true\narrives = \"at-once\"\n");
  CHECK(changes(off, on) == Changes{{24, false}, {48, true}});
  CHECK(changes(on, off) == Changes{{24, false}, {48, true}, {48, false}});
}

TEST_CASE("repetitions overlap, and a time counts from the client's own moment") {
  const auto of_client = [](const EngineRun& run, std::uint32_t client) {
    std::vector<std::pair<std::int64_t, Network>> changes;
    for (const auto& recorded : run.clients[client]) {
      if (const auto* changed = std::get_if<NetworkChanged>(&recorded.event)) {
        changes.emplace_back(recorded.time.time_since_epoch() / 1h, changed->to);
      }
    }
    return changes;
  };
  using Changes = std::vector<std::pair<std::int64_t, Network>>;
  const std::string away = kA + "on = \"offline\"\n";
  const EngineRun apart =
      run_of(ten_days(kOnIntranet, action("1d", "move", away + "for = \"5h\"\nover = \"3d\"\n")));
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto bits = draws_of(i).at(Purpose::selection_moment, 0)[0];
    const auto moment = 24 + static_cast<std::int64_t>(below(bits, 72));
    CHECK(of_client(apart, i) ==
          Changes{{moment, Network::offline}, {moment + 5, Network::intranet}});
  }
  // From 24h to 72h + 36h without a gap.
  const EngineRun together = run_of(
      ten_days(kOnIntranet,
               action("1d", "move", away + "for = \"36h\"\nrepeat-every = \"1d\"\ntimes = 3\n")));
  CHECK(of_client(together, 3) == Changes{{24, Network::offline}, {108, Network::intranet}});
  // What lies beyond the run does not happen.
  const EngineRun late =
      run_of(ten_days(kOnIntranet, action("9d", "move", away + "for = \"2d\"\nover = \"4d\"\n")));
  std::size_t moved = 0;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto bits = draws_of(i).at(Purpose::selection_moment, 0)[0];
    const auto moment = 216 + static_cast<std::int64_t>(below(bits, 96));
    const bool in_time = moment < 240;
    CHECK(of_client(late, i) == (in_time ? Changes{{moment, Network::offline}} : Changes{}));
    moved += in_time ? 1U : 0U;
  }
  CHECK(moved > 0);
  CHECK(moved < 20);
}

TEST_CASE("who is not in the state is not moved back either") {
  const EngineRun run = run_of(ten_days(
      kOnIntranet,
      action("1d", "move", kA + "on = \"internet\"\nfor = \"2d\"\n") +
          action("2d", "move", kA + "on = \"offline\"\nfor = \"1d\"\nstate = \"expired\"\n")));
  for (const auto& recorded : run.clients[0]) {
    if (recorded.time != at(72h)) continue;
    CHECK(std::holds_alternative<NetworkChanged>(recorded.event));
    CHECK(recorded.cause == Cause{CauseKind::action_end, 0});
    break;
  }
}

}  // namespace
}  // namespace ten_days_long
}  // namespace tokenlife::test
