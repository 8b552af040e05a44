#!/usr/bin/env bash
# Files of `tokenlife log export --ccm` in lnav, with the format that comes with them: it knows the
# time and the level of every line. Usage: lnav.sh PROGRAM. Exit 77 (skipped) without lnav.
set -euo pipefail
program=$(realpath "$1")
source=$(realpath "$(dirname "$0")/../..")
if ! command -v lnav >/dev/null; then
  echo "skipped: lnav (Debian: lnav) is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME=$folder TZ=UTC TERM=dumb
unset XDG_CONFIG_HOME

# Names that are markup, as far as names go.
{
  echo device,state,token-issued,network
  printf '"%s",,2025-12-01T22:11:20Z,internet\n' ']LOG]!><time=""' '<![LOG[x' жё-日本
} >devices.csv
cat >fleet.toml <<'END'
format = 1
[run]
start = 2026-01-01T00:00:00Z
duration = "120d"
[[cohort]]
name = "told"
inventory = "devices.csv"
[cohort.network]
model = "fixed"
[[action]]
at = "20d"
do = "outage"
endpoint = "cmg"
for = "90d"
END
sed -i 's/^model = "fixed"/&\non = "internet"/' fleet.toml
"$program" run fleet.toml --log log >/dev/null
"$program" log export log --ccm out
lnav -i "$source/sim/ccm/cmtrace_log.json" >/dev/null 2>&1

mapfile -t files < <(find out -type f | sort)
query='SELECT count(*) AS n, min(log_time) AS first, sum(log_level = "error") AS errors,
  sum(log_level = "warning") AS warnings FROM tokenlife_ccm'
lnav -n -c ";${query//$'\n'/ }" -c ':write-csv-to -' "${files[@]}" >said
lines=$(cat "${files[@]}" | wc -l)
typed() { cat "${files[@]}" | grep -c "type=\"$1\""; }
expected="n,first,errors,warnings
$lines,2026-01-01 00:00:00.000,$(typed 3),$(typed 2)"
if [[ $(<said) != "$expected" ]]; then
  printf 'FAIL  lnav says\n%s\nand not\n%s\n' "$(<said)" "$expected"
  exit 1
fi
((lines > 100 && $(typed 3) > 2 && $(typed 2) > 10)) || {
  echo "FAIL  too little happened: $expected"
  exit 1
}
echo "lnav reads $lines lines, their times and levels"
