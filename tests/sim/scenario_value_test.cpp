// Wrong keys and values: the error says which, exactly where, and what to do.
#include "scenario_mistakes.hpp"

// One row a mistake: clang-format would give every part of a row a line of its own.
// clang-format off

namespace tokenlife::sim {

TEST_CASE("the file must be TOML of format 1") {
  check({
      {"", "format = 1", "format 1", "1:1",
       {"the key `format` is not followed by `=`"}},
      {"", "format = 1\n", "", "1:1", {"the key `format` is missing from the file"}},
      {"", "format = 1", "format = 2", "1:10",
       {"`format` in the file is 2", "reads only format 1"}},
      {"", "format = 1", "format = \"1\"", "1:10",
       {"must be an integer of at least 0, not a string"}},
      {"", "format = 1", "format = 1\nformat = 1", "2:1",
       {"the key `format` is given twice, first on line 1"}},
      {"[run]", "name = \"E", "name = \"\\q", "4:10",
       {"begins an escape, and this is not one"}},
  });
}

TEST_CASE("an unknown key is named with the valid ones, at every place") {
  check({
      {"", "format = 1", "format = 1\nforrmat = 1", "2:1",
       {"unknown key `forrmat` in the file", "did you mean `format`?"}},
      {"", "[site]", "[sites]", "10:2", {"unknown key `sites`", "did you mean `site`?"}},
      {"", "duration =", "durration =", "6:1",
       {"unknown key `durration` in [run]", "did you mean `duration`?"}},
      {"[run]", "seed", "x", "7:1", {"unknown key `x` in [run]", "the keys are `"}},
      {"[site]", "leeway", "leaway", "18:1",
       {"unknown key `leaway` in [site]", "did you mean `leeway`?"}},
      {"[[cohort]]", "version", "vresion", "29:1",
       {"unknown key `vresion` in [[cohort]]", "did you mean `version`?"}},
      {"install", "over", "ovr", "27:24",
       {"unknown key `ovr` in `install`", "did you mean `over`?"}},
      {"\"fixed\"", "on = \"intranet\"", "on = \"intranet\"\nat = \"1d\"", "38:1",
       {"unknown key `at` in a `fixed` network", "`on`"}},
      {"\"timeline\"", "repeat-every", "repeat_every", "45:1", {"did you mean `repeat-every`?"}},
      {"steps", "on = \"intranet\"", "onn = \"intranet\"", "44:24",
       {"unknown key `onn` in a step of `steps`", "did you mean `on`?"}},
      {"steps", "on = \"intranet\"", "on = \"intranet\", until = \"1d\"", "44:41",
       {"unknown key `until` in a step of `steps`"}},
      {"\"dwell\"", "internet = 0.5", "interent = 0.5", "53:35",
       {"unknown key `interent` in `to`", "did you mean `internet`?"}},
      {"\"dwell\"", "mean = \"9h\"", "means = \"9h\"", "53:14",
       {"unknown key `means`", "did you mean `mean`?"}},
      {"\"week\"", "attendance", "attendence", "64:1", {"did you mean `attendance`?"}},
      {"\"trace\"", "loop", "lop", "74:1", {"did you mean `loop`?"}},
      {"\"outage\"", "for =", "fore =", "86:1",
       {"unknown key `fore` in the action `outage`", "did you mean `for`?"}},
      {"\"upgrade\"", "cohort = \"commuters\"", "cohort = \"commuters\"\nvalue = true", "108:1",
       {"unknown key `value` in the action `upgrade`", "`over`, `repeat-every` and `times`"}},
      {"[[expect]]", "count", "cuont", "153:1",
       {"unknown key `cuont` in [[expect]]", "did you mean `count`?"}},
  });
}

TEST_CASE("a value must have its key's type") {
  check({
      {"", "duration = \"365d\"", "duration = 365", "6:12",
       {"`duration` in [run] must be a duration, not an integer", "\"365d\""}},
      {"", "name = \"Everything\"", "name = 1", "4:8",
       {"must be a string, not an integer", "put it in quotes: \"1\""}},
      {"", "seed = 42", "seed = 4.5", "7:8", {"must be an integer of at least 0, not a float"}},
      {"", "internal-registration = false", "internal-registration = \"no\"", "13:25",
       {"must be true or false, not a string"}},
      {"", "clients = 5000", "clients = \"5000\"", "26:11",
       {"must be an integer from 1 to 100000000, not a string", "write 5000 without quotes"}},
      {"", "install = { at = \"1d\", over = \"7d\" }", "install = \"1d\"", "27:11",
       {"must be a table, not a string"}},
      {"", "steps = [ { at = \"0d\", on = \"intranet\" }, { at = \"10d\", on = \"internet\" } ]",
       "steps = 1", "44:9",
       {"`steps` in a `timeline` network must be an array, not an integer"}},
      {"", "{ at = \"10d\", on = \"internet\" }", "\"10d\"", "44:43",
       {"a step of `steps` must be a table"}},
      {"", "attendance = 0.9", "attendance = \"0.9\"", "64:14",
       {"must be a number from 0 to 1, not a string"}},
      {"", "[\"mon\", \"tue\", \"wed\"]", "[1]", "62:16", {"`office-days` must hold strings"}},
      {"", "[run]", "[[run]]", "3:1", {"must be a table, not an array"}},
      {"[site]\n", "[site]", "[[site]]", "10:1", {"must be a table, not an array"}},
      {"", "at = \"40d\"", "at = 40", "83:6",
       {"must be a duration, not an integer", "\"40d\""}},
      {"[[expect]]", "count = 0", "count = 0.5", "153:9",
       {"must be an integer of at least 0, not a float"}},
  });
}

TEST_CASE("a duration is whole numbers with units, largest first") {
  check({
      {"", "duration = \"365d\"", "duration = \"90\"", "6:12",
       {"`duration` in [run] is `90`", "a number without a unit"}},
      {"", "duration = \"365d\"", "duration = \"\"", "6:12",
       {"`duration` in [run] is ``", "is empty"}},
      {"", "duration = \"365d\"", "duration = \"1h2d\"", "6:12",
       {"`duration` in [run] is `1h2d`", "repeated or out of order"}},
      {"", "duration = \"365d\"", "duration = \"1d1d\"", "6:12",
       {"`duration` in [run] is `1d1d`", "repeated or out of order"}},
      {"", "duration = \"365d\"", "duration = \"-1d\"", "6:12",
       {"`duration` in [run] is `-1d`", "is negative"}},
      {"", "duration = \"365d\"", "duration = \"1.5d\"", "6:12",
       {"`duration` in [run] is `1.5d`", "has a fraction"}},
      {"", "duration = \"365d\"", "duration = \"d\"", "6:12",
       {"`duration` in [run] is `d`", "is not a duration"}},
      {"", "duration = \"365d\"", "duration = \"1 d\"", "6:12",
       {"`duration` in [run] is `1 d`", "right after a number"}},
      {"", "duration = \"365d\"", "duration = \"1y\"", "6:12",
       {"`duration` in [run] is `1y`", "right after a number"}},
      {"", "duration = \"365d\"", "duration = \"+1d\"", "6:12",
       {"`duration` in [run] is `+1d`", "something other than"}},
      {"", "duration = \"365d\"", "duration = \"49711d\"", "6:12",
       {"`duration` in [run] is `49711d`", "is too long", "write at most 49710d"}},
      {"", "duration = \"365d\"", "duration = \"99999999999999999999w\"", "6:12",
       {"`duration` in [run] is `99999999999999999999w`", "is too long"}},
      {"", "duration = \"365d\"", "duration = \"90s\"", "6:12",
       {"`duration` in [run] is `90s`", "is not a whole number of ticks of 1m"}},
      {"", "duration = \"365d\"", "duration = \"0d\"", "6:12",
       {"`duration` in [run] is `0d`", "is zero"}},
      {"", "tick = \"1m\"", "tick = \"0s\"", "8:8", {"`tick` in [run] is `0s`, which is zero"}},
      {"", "latency = \"2m\"", "latency = \"30s\"", "19:11", {"not a whole number of ticks"}},
      {"", "latency = \"2m\"", "latency = \"0m\"", "19:11",
       {"`latency` in [site] is `0m`, which is zero"}},
      {"", "token-validity = \"60d\"", "token-validity = \"0d\"", "14:18", {"which is zero"}},
      {"", "contact-every = \"2h\"", "contact-every = \"0h\"", "32:17", {"which is zero"}},
      {"", "agent-restart-every = \"14d\"", "agent-restart-every = \"0d\"", "33:23",
       {"which is zero"}},
      {"", "clock-skew = \"-5m\"", "clock-skew = \"-5s\"", "34:14",
       {"not a whole number of ticks"}},
      {"", "clock-skew = \"-5m\"", "clock-skew = \"-\"", "34:14", {"is empty"}},
      {"\"outage\"", "for = \"3d\"", "for = \"0d\"", "86:7", {"which is zero"}},
      {"\"lose", "for = \"1h\"", "for = \"0h\"", "146:7", {"which is zero"}},
      {"\"dwell\"", "mean = \"9h\"", "mean = \"0h\"", "53:21", {"which is zero"}},
      {"\"dwell\"", "mean = \"5h\"", "mean = \"10s\"", "54:21", {"not a whole number of ticks"}},
  });
}

TEST_CASE("the start of a run is no duration after it") {
  const auto advice = [](const std::string& key) {
    const std::string text = "format = 1\n[run]\n" + key + " = 2026-06-31T00:00:00Z\n";
    return parse_scenario(text, "s.toml", {}).error().advice;
  };
  CHECK(advice("start") == "write it as in 2026-01-01T00:00:00Z");
  CHECK(advice("until") ==
        "write it as in 2026-01-01T00:00:00Z, or a duration after the start in quotes");
}

TEST_CASE("a time is after the start, on a tick, and has an offset") {
  check({
      {"", "start = 2026-01-01T00:00:00Z", "start = 2026-01-01T00:00:00", "5:9",
       {"a date-time with an offset from UTC, not a local one"}},
      {"", "start = 2026-01-01T00:00:00Z", "start = 2026-01-01", "5:9",
       {"not a date without a time"}},
      {"", "start = 2026-01-01T00:00:00Z", "start = \"2026-01-01T00:00:00Z\"", "5:9",
       {"not a string"}},
      {"", "start = 2026-01-01T00:00:00Z", "start = 2026-01-01T00:00:00.5Z", "5:9",
       {"a fraction of a second"}},
      {"", "start = 2026-01-01T00:00:00Z", "start = 2026-01-01T00:00:30Z", "5:9",
       {"is 30s after midnight UTC", "ticks of 1m"}},
      {"", "start = 2026-01-01T00:00:00Z", "start = 2026-02-30T00:00:00Z", "5:9",
       {"is not a date-time that exists; write it as in 2026-01-01T00:00:00Z"}},
      {"", "2026-03-01T01:00:00+01:00", "2026-01-01T00:30:00+01:00", "89:6",
       {"is before the run's start"}},
      {"", "2026-03-01T01:00:00+01:00", "2026-03-01T01:00:00", "89:6", {"not a local one"}},
      {"", "2026-03-01T01:00:00+01:00", "2026-03-01T01:00:00.000001Z", "89:6",
       {"a fraction of a second"}},
      {"", "2026-03-01T01:00:00+01:00", "2026-03-01T01:00:01Z", "89:6",
       {"not a whole number of ticks"}},
      {"", "2026-03-01T01:00:00+01:00", "9999-03-01T01:00:00Z", "89:6",
       {"is 49710 days (2^32 seconds) or more after the start"}},
      {"", "at = \"40d\"", "at = \"-1d\"", "83:6", {"is negative"}},
      {"", "at = \"40d\"\n", "", "82:1",
       {"the key `at` is missing from the action `outage`", "add at = \"10d\""}},
  });
}

TEST_CASE("a word must be one of the known ones") {
  check({
      {"", "tenant = \"cdcc5e91", "tenant = \"xdcc5e91", "11:10", {"which is not a GUID"}},
      {"", "mp = \"https\"", "mp = \"http\"", "12:6",
       {"`mp` in [site] cannot be `http`", "write `enhanced-http` or `https`"}},
      {"", "renew-on = \"agent-start\"", "renew-on = \"agentstart\"", "16:12",
       {"write `contact` or `agent-start`"}},
      {"", "crypto = \"real\"", "crypto = \"fake\"", "22:10", {"`modelled`"}},
      {"", "client-keys = \"ec-p256\"", "client-keys = \"ec-p265\"", "23:15",
       {"write `pool`, `rsa` or `ec-p256`"}},
      {"", "credential = \"pki\"", "credential = \"pkl\"", "28:14",
       {"write `self-signed`, `pki` or `entra`"}},
      {"", "credential = \"pki\"", "credential = \"bulk\"", "28:14",
       {"cannot be `bulk`", "`self-signed`, `pki` or `entra`"}},
      {"", "version = \"outdated\"", "version = \"outdatet\"", "29:11",
       {"write `outdated` or `current`"}},
      {"", "model = \"fixed\"", "model = \"fixd\"", "36:9", {"did you mean `fixed`?"}},
      {"", "on = \"intranet\"", "on = \"intrnet\"", "37:6",
       {"write `offline`, `intranet` or `internet`"}},
      {"", "start = \"intranet\"", "start = \"home\"", "52:9", {"cannot be `home`"}},
      {"", "\"mon\", \"tue\"", "\"mon\", \"Tue\"", "62:23",
       {"`office-days` cannot hold `Tue`", "did you mean `tue`?"}},
      {"", "align = \"file\"", "align = \"files\"", "73:9",
       {"write `device`, `file` or `absolute`"}},
      {"", "do = \"outage\"", "do = \"outtage\"", "84:6", {"did you mean `outage`?"}},
      {"", "endpoint = \"cmg\"", "endpoint = \"cgm\"", "85:12", {"write `mp`, `cmg` or `sts`"}},
      {"", "state = \"registered\"", "state = \"not-installed\"", "156:9",
       {"write `installed`, `registered`"}},
      {"", "event = \"token-renewed\"", "event = \"token-renewd\"", "161:9",
       {"did you mean `token-renewed`?"}},
      {"", "reason = \"bulk-token-expired\"", "reason = \"bulk-token-expird\"", "171:10",
       {"did you mean `bulk-token-expired`?"}},
  });
}

TEST_CASE("a number must be in its range") {
  check({
      {"", "seed = 42", "seed = -1", "7:8", {"`seed` in [run] is -1", "at least 0"}},
      {"", "clients = 5000", "clients = 0", "26:11",
       {"`clients` in [[cohort]] is 0, which is not an integer from 1"}},
      {"", "clients = 5000", "clients = -5", "26:11", {"is -5, which is not an integer from 1"}},
      {"", "clients = 5000", "clients = 1_000_000_000_000", "26:11", {"from 1 to 100000000"}},
      {"", "clients = 5000", "clients = 100_000_000", "41:11",
       {"`clients` in [[cohort]] makes more than 100000000 clients in all"}},
      {"", "clients = 5000", "clients = 99999999999999999999", "26:11", {"is too large"}},
      {"", "lifetime = 100", "lifetime = 0", "80:12",
       {"`lifetime`", "is 0, which is not an integer from 1 to 10080, in minutes (R44, R46, A4)"}},
      {"", "lifetime = 100", "lifetime = -1", "80:12",
       {"`lifetime`", "integer from 1 to 10080, in minutes (R44, R46, A4)"}},
      {"", "lifetime = 100", "lifetime = 10_081", "80:12",
       {"`lifetime`", "integer from 1 to 10080, in minutes (R44, R46, A4)"}},
      {"", "lifetime = 100", "lifetime = 1.5", "80:12",
       {"`lifetime`", "integer from 1 to 10080, in minutes (R44, R46, A4)"}},
      {"", "lifetime = 100", "lifetime = \"3d\"", "80:12",
       {"`lifetime`", "integer from 1 to 10080, in minutes (R44, R46, A4)"}},
      {"", "lifetime = 100", "lifetime = true", "80:12",
       {"`lifetime`", "integer from 1 to 10080, in minutes (R44, R46, A4)"}},
      {"", "attendance = 0.9", "attendance = 1.5", "64:14", {"is 1.5", "from 0 to 1"}},
      {"", "share = 0.25", "share = nan", "147:9", {"is nan", "from 0 to 1"}},
      {"", "share = 0.25", "share = -0.1", "147:9", {"is -0.1"}},
      {"", "share = 0.25", "share = inf", "147:9", {"is inf"}},
      {"", "share-min = 0.25", "share-min = 2", "157:13", {"from 0 to 1"}},
      {"[[expect]]", "count = 0", "count = -1", "153:9", {"at least 0"}},
  });
}

}  // namespace tokenlife::sim
// clang-format on
