// The mistakes that people make, and what is said of each: one look tells what to write instead.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "scenario_example.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kKiosks = R"(format = 1

[run]
duration = "60d"

[site]
leeway = "5m"

[[cohort]]
name = "kiosks"
clients = 200
install = { at = "1d", over = "2d" }
bulk-token = "spring"

[cohort.network]
model = "fixed"
on = "internet"

[[action]]
at = "0d"
do = "issue-bulk-token"
name = "spring"

[[action]]
at = "10d"
do = "outage"
endpoint = "cmg"
for = "3d"

[[expect]]
state = "roaming"
share-min = 1.0
)";

struct Row {
  std::string_view from;  // this of kKiosks is replaced ...
  std::string_view to;    // ... by this
  std::string_view said;  // and this is all that is said then
};

void check_said(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.from, row.to);
    const auto scenario = parse_scenario(with(kKiosks, "", row.from, row.to), "s.toml", {});
    if (scenario) {
      FAIL_CHECK("no mistake was found");
      continue;
    }
    std::string said = to_string(scenario.error());
    for (const Error& other : scenario.error().others) said += "\n" + to_string(other);
    CHECK(said == row.said);
  }
}

}  // namespace

// One row a mistake: clang-format would give every part of a row a line of its own.
// clang-format off

TEST_CASE("how durations are written is said of one that is not") {
  check_said({
      {R"("60d")", "60",
       "s.toml:4:12: `duration` in [run] must be a duration, not an integer; write its "
       R"(unit, and quotes, as in "60d" for days)"},
      {R"("60d")", "60d",
       R"(s.toml:4:12: `60d` is not a number; put quotes around a duration: "60d")"},
      {R"("60d")", R"("60")",
       "s.toml:4:12: `duration` in [run] is `60`, which is a number without a unit; write "
       R"(its unit, as in "60d" for days)"},
      {R"("60d")", R"("60 days")",
       "s.toml:4:12: `duration` in [run] is `60 days`, which has no w, d, h, "
       R"(m or s right after a number; write "60d")"},
      {R"("60d")", R"("60D")",
       "s.toml:4:12: `duration` in [run] is `60D`, which has no w, d, h, m "
       R"(or s right after a number; write "60d")"},
      {R"("60d")", R"("1.5d")",
       R"(s.toml:4:12: `duration` in [run] is `1.5d`, which has a fraction; write "1d12h")"},
      {R"("60d")", R"("12h1d")",
       "s.toml:4:12: `duration` in [run] is `12h1d`, which has its units repeated or out of "
       R"(order; write "1d12h")"},
      {R"("60d")", R"("2 months")",
       "s.toml:4:12: `duration` in [run] is `2 months`, which has no w, d, "
       "h, m or s right after a number; months and years differ in length: count days, as "
        R"(in "90d")"},
      {R"("60d")", R"("P60D")",
       "s.toml:4:12: `duration` in [run] is `P60D`, which has something other than a whole "
       R"(number; write integers with units, largest first, as in "90d", "1d12h" or "30m")"},
      {R"("5m")", R"("-5m")",
       "s.toml:7:10: `leeway` in [site] is `-5m`, which is negative; it cannot be less than 0"},
      {R"("5m")", R"("0.1s")",
       "s.toml:7:10: `leeway` in [site] is `0.1s`, which has a fraction; "
       R"(write integers with units, largest first, as in "90d", "1d12h" or "30m")"},
      {R"(for = "3d")", R"(for = "0d")",
       "s.toml:28:7: `for` in the action `outage` is `0d`, which is zero; it must be longer than "
       "zero"},
      {R"(name = "spring"

)", R"(name = "spring"
lifetime = "3d"

)",
       "s.toml:23:12: `lifetime` in the action `issue-bulk-token` is `3d`, which is not an integer "
       "from 1 to 10080, in minutes (R44, R46, A4); write 4320"},
      {R"(name = "spring"

)", R"(name = "spring"
lifetime = "8d"

)",
       "s.toml:23:12: `lifetime` in the action `issue-bulk-token` is `8d`, which is not an integer "
       "from 1 to 10080, in minutes (R44, R46, A4); give minutes as a number without quotes, at "
       "most 10080 (7d)"},
  });
}

TEST_CASE("how numbers and shares are written is said of those that are not") {
  check_said({
      {"clients = 200", "clients = 12,000",
       "s.toml:11:11: `12,000` is not a number; write 12000 or 12_000"},
      {"clients = 200", R"(clients = "200")",
       "s.toml:11:11: `clients` in [[cohort]] must be an integer from 1 to 100000000, not a "
       "string; write 200 without quotes"},
      {"clients = 200", "clients = 200.0",
       "s.toml:11:11: `clients` in [[cohort]] must be an integer from 1 to 100000000, not a "
       "float; write 200"},
      {"clients = 200", "clients = -5",
       "s.toml:11:11: `clients` in [[cohort]] is -5, which is not an integer from 1 to 100000000"},
      {"clients = 200", "clients = 0200", "s.toml:11:11: `0200` begins with a zero; write 200"},
      {"clients = 200", "clients = 99999999999999999999",
       "s.toml:11:11: `99999999999999999999` is too large; numbers are less than 2^63"},
      {"share-min = 1.0", "share-min = 95",
       "s.toml:32:13: `share-min` in [[expect]] is 95, which is not a number from 0 to 1; "
       "write 0.95 for 95 %"},
      {"share-min = 1.0", "share-min = 95%", "s.toml:32:13: `95%` is not a number; write 0.95"},
      {"share-min = 1.0", R"(share-min = "95%")",
       "s.toml:32:13: `share-min` in [[expect]] must be a number from 0 to 1, not a string; "
       "write 0.95 without quotes"},
      {"share-min = 1.0", "share-min = -0.5",
       "s.toml:32:13: `share-min` in [[expect]] is -0.5, which is not a number from 0 to 1; "
       "write 0.05 for 5 %, and 1 for all"},
      {"share-min = 1.0", "min = 20\nmax = 10",
       "s.toml:33:7: `max` in [[expect]] is 10, less than `min`; swap the two"},
  });
}

TEST_CASE("how a moment is written is said of one that is not") {
  check_said({
      {R"(at = "10d")", R"(at = "2026-01-11T00:00:00Z")",
       "s.toml:25:6: `at` in the action `outage` is a date in quotes; write "
       "2026-01-11T00:00:00Z without quotes"},
      {R"(at = "10d")", R"(at = "2026-01-11")",
       "s.toml:25:6: `at` in the action `outage` is a date in quotes; write "
       "2026-01-11T00:00:00Z without quotes"},
      {R"(at = "10d")", R"(at = "8 June 2026")",
       "s.toml:25:6: `at` in the action `outage` is `8 June 2026`, which is neither a time nor a "
       "duration; write a time without quotes, as in 2026-06-08T00:00:00Z, or a duration since the "
       R"(run's start, as in "90d")"},
      {R"(at = "10d")", R"(at = "2000 days")",
       "s.toml:25:6: `at` in the action `outage` is `2000 days`, which has no w, d, h, m "
       R"(or s right after a number; write "2000d")"},
      {R"(at = "10d")", "at = 2026-01-11",
       "s.toml:25:6: `at` in the action `outage` must be a date-time with an offset from "
       "UTC, not a date without a time; write 2026-01-11T00:00:00Z for UTC, or end it with "
       "another offset"},
      {R"(at = "10d")", "at = 2026-01-11T09:30:00",
       "s.toml:25:6: `at` in the action `outage` must be a date-time with an offset from "
       "UTC, not a local one; write 2026-01-11T09:30:00Z for UTC, or end it with another offset"},
      {R"(at = "10d")", "at = 2026-02-30T00:00:00Z",
       "s.toml:25:6: `2026-02-30T00:00:00Z` is not a date-time that exists; write it as in "
       "2026-01-01T00:00:00Z, or a duration after the start in quotes"},
      {R"(at = "10d")", "at = 11.01.2026",
       "s.toml:25:6: `11.01.2026` is not a date-time that exists; write it as in "
       "2026-01-01T00:00:00Z, or a duration after the start in quotes"},
      {R"(at = "10d")", "at = 2025-12-31T00:00:00Z",
       "s.toml:25:6: `at` in the action `outage` is before the run's start; choose a time "
       "at or after `start`"},
      {R"(at = "10d")", R"(at = "-10d")",
       "s.toml:25:6: `at` in the action `outage` is `-10d`, which is negative; it cannot be "
       "less than 0"},
  });
}

TEST_CASE("which words there are is said of one that is not, and none that is far from it") {
  check_said({
      {R"(on = "internet")", R"(on = "cmg")",
       "s.toml:17:6: `on` in a `fixed` network cannot be `cmg`; write `offline`, "
       "`intranet` or `internet`"},
      {R"(on = "internet")", R"(on = "online")",
       "s.toml:17:6: `on` in a `fixed` network cannot be `online`; write "
       "`offline`, `intranet` or `internet`"},
      {R"(on = "internet")", R"(on = "Internet")",
       "s.toml:17:6: `on` in a `fixed` network cannot be `Internet`; write `offline`, `intranet` "
       "or `internet`"},
      {R"("fixed")", R"("random")",
       "s.toml:16:9: `model` in [cohort.network] cannot be `random`; write "
       "`fixed`, `timeline`, `dwell`, `week`, `trace` or `resample`"},
      {R"("fixed")", R"("weekly")",
       "s.toml:16:9: `model` in [cohort.network] cannot be `weekly`; did you mean `week`?"},
      {R"("cmg")", R"("gateway")",
       "s.toml:27:12: `endpoint` in the action `outage` cannot be `gateway`; write "
       "`mp`, `cmg` or `sts`"},
      {R"("outage")", R"("block")",
       "s.toml:26:6: `do` in [[action]] cannot be `block`; did you mean `block-bulk-token` "
       "or `block-client`?"},
      {R"(state = "roaming"
share-min = 1.0)", R"(event = "renewed"
min = 1)",
       "s.toml:31:9: `event` in [[expect]] cannot be `renewed`; did you mean `token-renewed` "
       "or `credential-renewed`?"},
      {R"(leeway = "5m")", R"(internal-registration = "true")",
       "s.toml:7:25: `internal-registration` in [site] must be true or false, not a string; "
       "write true without quotes"},
      {R"(leeway = "5m")", "internal-registration = yes",
       "s.toml:7:25: `yes` is not a value; write true"},
  });
}

TEST_CASE("an unknown key is told from the one that was meant, or from its place") {
  check_said({
      {"leeway", "token_validity",
       "s.toml:7:1: unknown key `token_validity` in [site]; did you mean `token-validity`?"},
      {"leeway", "renewAfter",
       "s.toml:7:1: unknown key `renewAfter` in [site]; did you mean `renew-after`?"},
      {"clients = 200", "client = 200",
       "s.toml:11:1: unknown key `client` in [[cohort]]; did you mean `clients`?"},
      {R"(leeway = "5m")", "seed = 7",
       "s.toml:7:1: unknown key `seed` in [site]; it is a key of [run]"},
      {R"(on = "internet")", R"(on = "internet"
version = "outdated")",
       "s.toml:18:1: unknown key `version` in a `fixed` network; it is a key of [[cohort]]"},
      {R"(name = "spring"

)", R"(name = "spring"
lifetimes = 100

)",
       "s.toml:23:1: unknown key `lifetimes` in the action `issue-bulk-token`; did you mean "
       "`lifetime`?"},
      {"share-min = 1.0", "share = 0.95",
       "s.toml:32:1: unknown key `share` in [[expect]]; did you mean `share-min` or `share-max`?"},
      {R"(for = "3d")", R"(duration = "3d")",
       "s.toml:24:1: the key `for` is missing from the action `outage`; add for = \"2d\""
       "\ns.toml:28:1: unknown key `duration` in the action `outage`; the keys are `at`, "
       "`do`, `endpoint`, `for`, `repeat-every` and `times`"},
      {"clients = 200\n", "",
       "s.toml:9:1: the key `clients` is missing from [[cohort]]; add clients = 100"},
      {"share-min = 1.0\n", "",
       "s.toml:30:1: the key `count` is missing from [[expect]]; give `count`, `min`, `max`, "
       "`share-min` or `share-max`"},
      {R"(state = "roaming"
)", "",
       "s.toml:30:1: the key `state` is missing from [[expect]]; give `state`, `event` or `cause`"},
      {"format = 1\n", "",
       "s.toml:1:1: the key `format` is missing from the file; begin with `format = 1`"},
  });
}

TEST_CASE("what a table is called and how it is written is said where it is not") {
  check_said({
      {"[cohort.network]", "[network]",
       "s.toml:15:2: unknown key `network` in the file; write [cohort.network] below its "
       "[[cohort]]"},
      {"[cohort.network]", "[cohort.network",
       "s.toml:15:1: this is not the header of a table; write [cohort.network] on a line of its "
       "own"},
      {"[[cohort]]", "[cohort]",
       "s.toml:9:1: `cohort` in the file must be an array, not a table; write [[cohort]]"},
      {"[[cohort]]", "[[cohorts]]",
       "s.toml:9:3: unknown key `cohorts` in the file; did you mean `cohort`?"},
      {"[[expect]]", "[[expectation]]",
       "s.toml:30:3: unknown key `expectation` in the file; did you mean `expect`?"},
      {"[run]", "[[run]]",
       "s.toml:3:1: `run` in the file must be a table, not an array; write [run]"},
      {"[run]", "[Run]", "s.toml:3:2: unknown key `Run` in the file; did you mean `run`?"},
      {"[[action]]", "[action]",
       "s.toml:24:1: `action` was a single table before; write [[action]] each time"},
      {R"(install = { at = "1d", over = "2d" })", R"(install = "1d")",
       "s.toml:12:11: `install` in [[cohort]] must be a table, not a string; write install "
       "= { at = \"3d\" }"},
      {R"(install = { at = "1d", over = "2d" })", R"(install = {
  at = "1d",
  over = "2d",
})",
       "s.toml:12:11: a table in braces must end on the line on which it begins; write install = "
       "{ ... } on one line"},
      {R"(install = { at = "1d", over = "2d" })", R"(install = { at = "1d" over = "2d" })",
       R"(s.toml:12:23: a `,` is missing before this; write it as in { at = "1d", over = "2d" })"},
  });
}

TEST_CASE("a text that is not TOML has one mistake, in words of this program") {
  check_said({
      {R"("kiosks")", "A bulk token  # for kiosks",
       R"(s.toml:10:8: `A` is not a value; put quotes around the whole value: "A bulk token")"},
      {R"("fixed")", "fixed",
       R"(s.toml:16:9: `fixed` is not a value; put quotes around the whole value: "fixed")"},
      {R"("kiosks")", R"("kiosks)",
       R"(s.toml:10:8: the string is not closed; put a " after its end, on the same line)"},
      {R"("kiosks")", "“kiosks”",
       R"(s.toml:10:8: these are the quotes of a word processor; write plain ones: ")"},
      {R"("kiosks")", "17",
       "s.toml:10:8: `name` in [[cohort]] must be a string, not an integer; put it in quotes: "
       "\"17\""},
      {R"("kiosks")", R"("tills\prague")",
       R"(s.toml:10:15: a `\` in double quotes begins an escape, and this is not one; write `\\` )"
       "or `/`, or put the text in single quotes"},
      {R"("kiosks")", R"("kiosks" // all)",
       "s.toml:10:17: this is not a comment; comments begin with #"},
      {"clients = 200", "clients = 200\nclients = 300",
       "s.toml:12:1: the key `clients` is given twice, first on line 11; drop one of the two"},
      {"clients = 200", "clients: 200",
       "s.toml:11:8: there is a `:` between key and value; write clients = ..."},
      {"clients = 200", "clients 200",
       "s.toml:11:1: the key `clients` is not followed by `=`; write clients = ..."},
      {"clients = 200", "clients =",
       "s.toml:11:1: the key `clients` has no value; write clients = ..."},
      {"clients = 200", "clients = 200;",
       "s.toml:11:14: there is a `;` after the value; end it with the line"},
      {"[[expect]]", "// the end\n[[expect]]",
       "s.toml:30:1: this is not a comment; comments begin with #"},
  });
}

TEST_CASE("what a value names, or must come after, is said where it does not fit") {
  check_said({
      {R"(bulk-token = "spring")", R"(bulk-token = "sprung")",
       "s.toml:13:14: `bulk-token` in [[cohort]] is `sprung`, but there is no bulk token of that "
       "name; did you mean `spring`?"},
      {"do = \"issue-bulk-token\"\nname = \"spring\"", R"(do = "rotate-signing-certificate")",
       "s.toml:13:14: `bulk-token` in [[cohort]] is `spring`, but no action issues a bulk token; "
       "add an [[action]] with do = \"issue-bulk-token\", name = \"spring\" and at = \"0d\""},
      {R"(at = "0d")", R"(at = "2d")",
       "s.toml:13:14: `bulk-token` is `spring`, which is issued at 2d, after the first "
       "install at 1d; issue it earlier, or install the cohort later"},
      {R"(state = "roaming")", R"(cohort = "kiosk"
state = "roaming")",
       "s.toml:31:10: `cohort` in [[expect]] is `kiosk`, but there is no cohort of that name; did "
       "you mean `kiosks`?"},
      {R"(state = "roaming"
share-min = 1.0)",
       R"(event = "token-renewed"
from = "5d"
to = "1d"
min = 1)",
       "s.toml:33:6: `to` in [[expect]] is 1d, not after `from` at 5d; events are counted "
       "from `from` on and before `to`"},
      {R"(state = "roaming")", R"(at = "90d"
state = "roaming")",
       "s.toml:31:6: `at` in [[expect]] is 90d, but the run ends at 60d; choose an earlier time, "
       "or lengthen the run"},
      {R"(state = "roaming")", R"(state = "roaming"
event = "token-renewed")",
       "s.toml:32:1: `event` in [[expect]] does not go with `state`; make two expectations of it"},
      {"[[action]]",
       R"([[cohort]]
name = "kiosks"
clients = 1
network = { model = "fixed", on = "intranet" }

[[action]])",
       "s.toml:20:8: `name` in [[cohort]] is `kiosks`, which is also the name of the cohort on "
       "line 10; "
       "give every cohort a name of its own"},
      {R"(do = "outage"
endpoint = "cmg"
for = "3d")", R"(do = "block-client"
client = "kiosks")",
       "s.toml:27:10: `client` in the action `block-client` is `kiosks`, which does not "
       R"(name a client; write the cohort, a slash and the client's number, as in "commuters/17")"},
      {R"(do = "outage"
endpoint = "cmg"
for = "3d")",
       R"(do = "block-client"
client = "kiosks/200")",
       "s.toml:27:10: `client` in the action `block-client` is `kiosks/200`, but the cohort has "
       "200 clients; clients are numbered from 0 to 199"},
      {R"(do = "outage"
endpoint = "cmg"
for = "3d")", R"(do = "upgrade"
cohort = "tills")",
       "s.toml:27:10: `cohort` in the action `upgrade` is `tills`, but there is no cohort of that "
       "name; the only cohort is `kiosks`"},
  });
}

}  // namespace tokenlife::sim
// clang-format on
