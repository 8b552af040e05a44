// Values that do not go together: the error says which, exactly where, and what to do.
#include "scenario_mistakes.hpp"

// One row a mistake: clang-format would give every part of a row a line of its own.
// clang-format off

namespace tokenlife::sim {

TEST_CASE("what is required must be there") {
  check({
      {"", "duration = \"365d\"\n", "", "3:1",
       {"the key `duration` is missing from [run]", "add duration = \"365d\""}},
      {"", "name = \"commuters\"\n", "", "24:1", {"the key `name` is missing from [[cohort]]"}},
      {"", "name = \"commuters\"\n", "name = \"\"\n", "25:8", {"`name` in [[cohort]] is empty"}},
      {"", "name = \"commuters\"\n", "name = \"a\\u0007\"\n", "25:8", {"holds control characters"}},
      {"", "name = \"commuters\"\n", "name = \"\"\n", "25:8", {"is empty; give it a name"}},
      {"", "clients = 5000\n", "", "24:1", {"the key `clients` is missing from [[cohort]]"}},
      {"", "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n", "", "24:1",
       {"the key `network` is missing from [[cohort]]", "[cohort.network]"}},
      {"", "model = \"fixed\"\n", "", "35:1",
       {"the key `model` is missing from [cohort.network]", "it can be `fixed`, `timeline`"}},
      {"\"fixed\"", "on = \"intranet\"\n", "", "35:1",
       {"the key `on` is missing from a `fixed` network"}},
      {"", "start = \"intranet\"\n", "", "50:1",
       {"the key `start` is missing from a `dwell` network"}},
      {"", "hours = \"09:00-17:00\"\n", "", "60:1",
       {"the key `hours` is missing from a `week` network"}},
      {"", "office-days = [\"mon\", \"tue\", \"wed\"]\n", "", "60:1",
       {"the key `office-days` is missing"}},
      {"", "otherwise = \"internet\"\n", "", "60:1", {"the key `otherwise` is missing"}},
      {"", "file = \"presence.csv\"\n", "", "70:1",
       {"the key `file` is missing from a `trace` network"}},
      {"\"outage\"", "endpoint = \"cmg\"\n", "", "82:1",
       {"the key `endpoint` is missing from the action `outage`"}},
      {"\"outage\"", "for = \"3d\"\n", "", "82:1", {"the key `for` is missing"}},
      {"", "do = \"outage\"\n", "", "82:1", {"the key `do` is missing from [[action]]"}},
      {"\"issue-bulk-token\"", "name = \"kiosks\"\n", "", "76:1",
       {"the key `name` is missing from the action `issue-bulk-token`"}},
      {"\"set-cmg-allowed\"", "value = true\n", "", "98:1", {"the key `value` is missing"}},
      {"\"set-cmg-allowed\"", "cohort = \"commuters\"\n", "", "98:1",
       {"the key `cohort` is missing"}},
      {"\"lose-answers\"", "share = 0.25\n", "", "142:1", {"the key `share` is missing"}},
  });
}

TEST_CASE("names are unique, and what is named exists") {
  check({
      {"", "name = \"timed\"", "name = \"commuters\"", "40:8",
       {"is `commuters`, which is also the name of the cohort on line 25"}},
      {"\"set-cmg-allowed\"", "cohort = \"commuters\"", "cohort = \"comuters\"", "101:10",
       {"there is no cohort of that name", "did you mean `commuters`?"}},
      {"[[expect]]", "cohort = \"commuters\"", "cohort = \"nobody\"", "151:10",
       {"there is no cohort of that name", "the cohorts are `commuters`"}},
      {"", "bulk-token = \"kiosks\"", "bulk-token = \"kiosk\"", "31:14",
       {"there is no bulk token of that name", "did you mean `kiosks`?"}},
      {"\"block-bulk-token\"", "name = \"kiosks\"", "name = \"kisoks\"", "91:8",
       {"there is no bulk token", "did you mean `kiosks`?"}},
      {"\"reinstall\"", "bulk-token = \"kiosks\"", "bulk-token = \"x\"", "128:14",
       {"there is no bulk token"}},
      {"\"move\"", "for = \"2d\"",
       "for = \"2d\"\n\n[[action]]\nat = \"1d\"\ndo = \"issue-bulk-token\"\nname = \"kiosks\"",
       "145:8", {"is `kiosks`, as is that of the bulk token on line 79"}},
      {"", "commuters/17", "commuters/5000", "112:10",
       {"the cohort has 5000 clients", "from 0 to 4999"}},
      {"", "commuters/17", "commuters/99999999999999999999", "112:10",
       {"the cohort has 5000 clients"}},
      {"", "commuters/17", "comuters/17", "112:10",
       {"there is no cohort `comuters`", "did you mean `commuters`?"}},
      {"", "commuters/17", "commuters", "112:10",
       {"which does not name a client", "as in \"commuters/17\""}},
      {"", "commuters/17", "commuters/", "112:10",
       {"which does not name a client", "as in \"commuters/17\""}},
      {"", "commuters/17", "commuters/x", "112:10",
       {"which does not name a client", "as in \"commuters/17\""}},
      {"", "commuters/17", "commuters/-1", "112:10",
       {"which does not name a client", "as in \"commuters/17\""}},
      {"", "commuters/17", "commuters/1x", "112:10",
       {"which does not name a client", "as in \"commuters/17\""}},
      {"", "commuters/17", "commuters/ 1", "112:10",
       {"which does not name a client", "as in \"commuters/17\""}},
      {"", "commuters/17", "", "112:10",
       {"which does not name a client", "as in \"commuters/17\""}},
      {"", "client = \"commuters/17\"", "client = \"commuters/17\"\ncohort = \"commuters\"",
       "112:10", {"`client` in the action `block-client` does not go with `cohort`"}},
      {"", "client = \"commuters/17\"\n", "", "109:1",
       {"the key `cohort` is missing from the action `block-client`", "`cohort` or `client`"}},
      {"", "at = \"0d\"\ndo = \"issue-bulk-token\"", "at = \"25h\"\ndo = \"issue-bulk-token\"",
       "31:14", {"is `kiosks`, which is issued at 1d1h, after the first install at 1d"}},
      {"", "file = \"presence.csv\"", "file = \"none.csv\"", "72:8",
       {"is `none.csv`", "No such file or directory"}},
      {"", "file = \"presence.csv\"", "file = \".\"", "72:8", {"it is a folder"}},
  });
}

TEST_CASE("a timeline begins at 0d, rises, and ends before it starts over") {
  check({
      {"", "{ at = \"0d\", on", "{ at = \"1d\", on", "44:18", {"the first step must be at \"0d\""}},
      {"", "{ at = \"10d\", on", "{ at = \"0d\", on", "44:50",
       {"is 0d, not after the step before at 0d"}},
      {"", "{ at = \"10d\", on", "{ at = \"14d\", on", "44:50",
       {"not before the steps start over after 14d"}},
      {"", "steps = [ { at = \"0d\", on = \"intranet\" }, { at = \"10d\", on = \"internet\" } ]",
       "steps = []", "44:9", {"holds no step"}},
  });
}

TEST_CASE("the stays of a chain lead somewhere, with probabilities that add up to 1") {
  check({
      {"", "to = { internet = 0.5, offline = 0.5 }", "to = { internet = 0.5, offline = 0.4 }",
       "53:33", {"add up to 0.9", "must add up to 1"}},
      {"", "to = { internet = 0.5, offline = 0.5 }", "to = {}", "53:33", {"add up to 0;"}},
      {"", "to = { internet = 0.5, offline = 0.5 }", "to = { internet = 1.5, offline = 0.5 }",
       "53:46", {"from 0 to 1"}},
      {"", "to = { internet = 0.5, offline = 0.5 }", "to = 1", "53:33", {"must be a table"}},
      {"", "offline  = { mean = \"12h\", to = { intranet = 0.5, internet = 0.5 } }\n", "", "50:1",
       {"the key `offline` is missing from a `dwell` network", "leads there"}},
      {"", "mean = \"9h\",  to", "to", "53:12",
       {"the key `mean` is missing from the stay `intranet`"}},
  });
}

TEST_CASE("office hours are a span of a day that ticks divide") {
  check({
      {"", "09:00-17:00", "9:00-17:00", "63:9",
       {"`hours` in a `week` network", "which is not a time span"}},
      {"", "09:00-17:00", "09:00", "63:9",
       {"`hours` in a `week` network", "which is not a time span"}},
      {"", "09:00-17:00", "09:00-25:00", "63:9",
       {"`hours` in a `week` network", "not a time span"}},
      {"", "09:00-17:00", "09:60-17:00", "63:9",
       {"`hours` in a `week` network", "not a time span"}},
      {"", "09:00-17:00", "24:00-09:00", "63:9",
       {"`hours` in a `week` network", "not a time span"}},
      {"", "09:00-17:00", "09.00-17.00", "63:9",
       {"`hours` in a `week` network", "not a time span"}},
      {"", "09:00-17:00", "09:00-09:00", "63:9",
       {"`hours` in a `week` network", "ends when it begins"}},
      {"", "[\"mon\", \"tue\", \"wed\"]", "[\"mon\", \"tue\", \"mon\"]", "62:30",
       {"holds `mon` twice"}},
  });
}

TEST_CASE("expectations ask for something that can be counted") {
  check({
      {"", "at = \"120d\"", "at = \"366d\"", "150:6",
       {"`at` in [[expect]] is 366d, but the run ends at 365d"}},
      {"", "to = \"365d\"", "to = \"365d1m\"", "163:6",
       {"`to` in [[expect]] is 365d1m, but the run ends at 365d"}},
      {"", "from = \"0d\"", "from = \"365d\"", "162:8",
       {"`from` in [[expect]] is 365d, but the run ends at 365d"}},
      {"", "from = \"1d\"", "from = \"2d12h\"", "170:6", {"is 2d12h, not after `from` at 2d12h"}},
      {"", "state = \"registered\"\n", "", "155:1", {"give `state`, `event` or `cause`"}},
      {"", "state = \"registered\"\n", "state = \"registered\"\nevent = \"token-renewed\"\n",
       "157:1", {"`event` in [[expect]] does not go with `state`"}},
      {"", "event = \"token-renewed\"", "event = \"token-renewed\"\nat = \"1d\"", "162:1",
       {"`at` in [[expect]] does not go with events", "use `from` and `to`"}},
      {"", "event = \"token-renewed\"", "event = \"token-renewed\"\ncause = \"offline\"", "162:1",
       {"`cause` in [[expect]] does not go with events", "make two expectations of it"}},
      {"", "event = \"token-renewed\"", "cause = \"ofline\"", "161:9",
       {"`cause` in [[expect]] cannot be `ofline`", "did you mean `offline`?"}},
      {"", "event = \"token-renewed\"", "cause = \"not-recorded\"", "161:9",
       {"`cause` in [[expect]] cannot be `not-recorded`", "`busy`, `timed-out`, `answer-late`"}},
      {"", "event = \"token-renewed\"", "cause = \"offline\"\nat = \"1d\"", "162:1",
       {"`at` in [[expect]] does not go with spells", "use `from` and `to`"}},
      {"", "state = \"registered\"\n", "state = \"registered\"\ncause = \"offline\"\n", "157:1",
       {"`cause` in [[expect]] does not go with `state`"}},
      {"", "event = \"token-renewed\"", "event = \"token-renewed\"\nshare-min = 0.5", "162:1",
       {"`share-min` in [[expect]] does not go with events"}},
      {"", "event = \"token-renewed\"", "event = \"token-renewed\"\nreason = \"expired\"", "162:1",
       {"the event `token-renewed`, which has none",
        "renewal-failed, re-registration-required"}},
      {"", "event = \"token-renewed\"", "event = \"endpoint-down\"\ncohort = \"timed\"", "162:10",
       {"an event of the site"}},
      {"", "event = \"token-renewed\"", "event = \"endpoint-down\"\nper-client-min = 1", "162:18",
       {"the event is the site's"}},
      {"", "reason = \"bulk-token-expired\"", "reason = \"sts-down\"", "171:10",
       {"`reason` in [[expect]] cannot be `sts-down`"}},
      {"", "event = \"registration-refused\"", "event = \"registration-failed\"", "171:10",
       {"cannot be `bulk-token-expired`", "`busy` or `timed-out`"}},
      {"", "state = \"registered\"", "state = \"registered\"\nfrom = \"1d\"", "157:1",
       {"`from` in [[expect]] does not go with states", "use `at`"}},
      {"", "state = \"registered\"", "state = \"registered\"\nper-client-max = 1", "157:1",
       {"does not go with states"}},
      {"", "state = \"registered\"", "state = \"registered\"\nreason = \"expired\"", "157:1",
       {"does not go with states"}},
      {"", "count = 0\n", "", "149:1", {"the key `count` is missing from [[expect]]", "share-max"}},
      {"", "min = 40000\n", "", "160:1",
       {"the key `count` is missing from [[expect]]", "per-client-max"}},
      {"", "count = 0\n", "count = 0\nmin = 0\n", "153:9",
       {"`count` in [[expect]] does not go with other bounds"}},
      {"", "min = 1\nmax = 3", "min = 4\nmax = 3", "173:7",
       {"`max` in [[expect]] is 3, less than `min`"}},
      {"", "share-max = 1", "share-max = 0.1", "158:13",
       {"`share-max` in [[expect]] is 0.1, less than `share-min`"}},
      {"", "per-client-max = 2", "per-client-max = 0", "175:18", {"less than `per-client-min`"}},
  });
}

}  // namespace tokenlife::sim
// clang-format on
