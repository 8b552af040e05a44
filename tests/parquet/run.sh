#!/usr/bin/env bash
# Files of `tokenlife log export --parquet`, read by two readers that others wrote: see compare.mjs.
# Usage: run.sh PROGRAM FOLDER; the readers are installed into the folder, once. Exit 77 (skipped)
# without npm, and where it cannot install them.
set -euo pipefail
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
golden=$(realpath "$here/../events/golden")
mkdir -p "$2"
readers=$(realpath "$2")
if ! command -v npm >/dev/null; then
  echo "skipped: npm (Debian: npm) is not installed"
  exit 77
fi
cp "$here/package.json" "$here/compare.mjs" "$readers"
if ! cmp -s "$here/package-lock.json" "$readers/package-lock.json"; then
  cp "$here/package-lock.json" "$readers"
  if ! (cd "$readers" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1); then
    rm "$readers/package-lock.json"
    echo "skipped: npm cannot install the readers: $readers/npm.log"
    exit 77
  fi
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# compared LOG [PAGE]: all that it is as Parquet is what it is in SQL.
compared() {
  rm -rf its
  local log=${1##*/}
  "$program" log export "$1" --parquet its 2>errors
  node "$readers/compare.mjs" "$program" "$1" its "${@:2}" >said 2>>errors || {
    echo "FAIL  $log: $(<said) $(<errors)"
    exit 1
  }
  echo "$log: $(<said)"
}

run_of() { # run_of NAME, and the scenario at standard input
  cat >"$1.toml"
  "$program" run "$1.toml" --log "$1" >/dev/null
  compared "$1"
}

# Names of devices and cohorts that are quotes, formulas, markup, no ASCII, long.
{
  echo device,state,token-issued,network
  printf '%s,,2026-05-16T22:11:20Z,internet\n' '"it'"'"'s ""one"""' '"=1+1"' '"<b>a,b;c</b>"' \
    'жё-日本-𝄞' "$(printf 'x%.0s' {1..100})" "' or 1=1 --"
} >devices.csv
run_of empty <<'END'
format = 1
[run]
duration = "1d"
[[cohort]]
name = "nobody"
clients = 1
install = { at = "9d", over = "1d" }
[cohort.network]
model = "fixed"
on = "offline"
END
run_of names <<'END'
format = 1
[run]
name = "'; drop table events; --"
start = 2026-06-01T00:00:00Z
duration = "100d"
[[cohort]]
name = "told"
inventory = "devices.csv"
[cohort.network]
model = "fixed"
on = "intranet"
[[cohort]]
name = "=1+1\"'<b>,"
clients = 3
[cohort.network]
model = "timeline"
steps = [{at = "0d", on = "intranet"}, {at = "1d", on = "offline"}, {at = "95d", on = "internet"}]
[[cohort]]
name = "жё 日本 𝄞 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
clients = 2
[cohort.network]
model = "fixed"
on = "intranet"
END
# Three partitions, one of which takes several groups of rows.
run_of large <<'END'
format = 1
[run]
duration = "120d"
[[cohort]]
name = "few"
clients = 1030
[cohort.network]
model = "fixed"
on = "intranet"
[[cohort]]
name = "many"
clients = 27
[cohort.network]
model = "dwell"
start = "intranet"
intranet = { mean = "20m", to = { internet = 1.0 } }
internet = { mean = "50m", to = { intranet = 1.0 } }
END

[[ $(<said) == *"up to 2" ]] || {
  echo "FAIL  the large run has no file with two groups of rows"
  exit 1
}

# The page's questions, of a fleet in which each has an answer.
"$program" run "$here/../../scenarios/mixed-fleet.toml" --clients-scale 0.02 --log fleet >/dev/null
compared fleet "$here/../../sim/parquet/README.md"

# What earlier versions wrote, and journals.
for log in "$golden"/schema-{1,2,3,4} "$golden"/format-2-example; do compared "$log"; done

# The bytes do not depend on the threads.
"$program" log export large --parquet one --threads 1
"$program" log export large --parquet three --threads 3
diff -r one three
