// What can be wrong about whom an action concerns, and how often it happens.
#include "scenario_mistakes.hpp"

// One row a mistake: clang-format would give every part of a row a line of its own.
// clang-format off

namespace tokenlife::sim {

TEST_CASE("an action on the site chooses no clients") {
  constexpr std::string_view why = "does not go with an action on the site";
  constexpr std::string_view advice = "drop it: only actions on clients choose whom";
  check({
      {"\"outage\"", "for = \"3d\"", "for = \"3d\"\ncohort = \"commuters\"", "87:1",
       {"`cohort` in the action `outage`", why, advice}},
      {"\"outage\"", "for = \"3d\"", "for = \"3d\"\nclient = \"commuters/1\"", "87:1",
       {"`client` in the action `outage`", why, advice}},
      {"\"outage\"", "for = \"3d\"", "for = \"3d\"\nshare = 0.5", "87:1",
       {"`share` in the action `outage`", why, advice}},
      {"\"outage\"", "for = \"3d\"", "for = \"3d\"\nstate = \"expired\"", "87:1",
       {"`state` in the action `outage`", why, advice}},
      {"\"outage\"", "for = \"3d\"", "for = \"3d\"\nover = \"1d\"", "87:1",
       {"`over` in the action `outage`", why, advice}},
      // That `share` is of its answers.
      {"\"lose-answers\"", "share = 0.25", "share = 0.25\nover = \"1d\"", "148:1",
       {"`over` in the action `lose-answers`", why, advice}},
      {"\"issue-bulk-token\"", "lifetime = 100", "state = \"expired\"", "80:1",
       {"`state` in the action `issue-bulk-token`", why, advice}},
  });
}

TEST_CASE("an action on clients says whom") {
  check({
      {"\"upgrade\"", "cohort = \"commuters\"", "", "104:1",
       {"the key `cohort` is missing from the action `upgrade`", "either `cohort` or `client`"}},
      {"\"restart-agents\"", "cohort = \"office\"", "cohort = \"office\"\nclient = \"office/3\"",
       "134:10", {"`client` in the action `restart-agents` does not go with `cohort`",
                  "give one of them"}},
      {"\"set-cmg-allowed\"", "cohort = \"commuters\"", "client = \"commuters/5000\"", "101:10",
       {"is `commuters/5000`, but the cohort has 5000 clients",
        "clients are numbered from 0 to 4999"}},
      {"new-identity", "share = 0.5", "share = 2", "182:9",
       {"`share` in the action `reinstall` is 2, which is not a number from 0 to 1",
        "write 0.02 for 2 %"}},
      {"new-identity", "\"stranded\"", "\"strandet\"", "183:9",
       {"`state` in the action `reinstall` cannot be `strandet`", "did you mean `stranded`?"}},
      {"new-identity", "\"stranded\"", "\"not-installed\"", "183:9", {"cannot be `not-installed`"}},
      {"new-identity", "over = \"10d\"", "over = \"-10d\"", "184:8", {"is negative"}},
      {"new-identity", "over = \"10d\"", "over = \"90s\"", "184:8",
       {"is not a whole number of ticks of 1m"}},
      {"roaming/9", "new-identity = true", "new-identity = \"true\"", "181:16",
       {"must be true or false, not a string", "write true without quotes"}},
      {"\"upgrade\"", "cohort = \"commuters\"", "cohort = \"commuters\"\nnew-identity = true",
       "108:1", {"unknown key `new-identity` in the action `upgrade`"}},
  });
}

TEST_CASE("what is repeated says at what distance") {
  check({
      {"new-identity", "repeat-every = \"30d\"\n", "", "185:9",
       {"`times` in the action `reinstall` says how often, but not how far apart",
        "give `repeat-every` too"}},
      {"\"outage\"", "for = \"3d\"", "for = \"3d\"\ntimes = 2", "87:9",
       {"`times` in the action `outage` says how often", "give `repeat-every` too"}},
      {"new-identity", "repeat-every", "repeat-evry", "185:1",
       {"unknown key `repeat-evry` in the action `reinstall`", "did you mean `repeat-every`?"}},
      {"new-identity", "repeat-every = \"30d\"", "repeat-every = \"0d\"", "185:16",
       {"is zero", "it must be longer than zero"}},
      {"new-identity", "repeat-every = \"30d\"", "repeat-every = \"90s\"", "185:16",
       {"is not a whole number of ticks of 1m"}},
      {"new-identity", "repeat-every = \"30d\"", "repeat-every = 30", "185:16",
       {"must be a duration, not an integer", "as in \"30d\" for days"}},
      {"new-identity", "times = 3", "times = 0", "186:9",
       {"is 0, which is not an integer from 1 to 4294967295"}},
      {"new-identity", "times = 3", "times = \"3\"", "186:9", {"write 3 without quotes"}},
  });
}

}  // namespace tokenlife::sim
