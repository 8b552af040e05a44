#!/usr/bin/env bash
# The extension in SQLite's own shell answers what `tokenlife log sql` does.
# usage: sqlite_extension.sh PROGRAM EXTENSION. Exit 77 (skipped) without the shell.
set -euo pipefail
program=$1 extension=$2
if ! command -v sqlite3 >/dev/null; then
  echo "skipped: sqlite3 (Debian: sqlite3) is not installed"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "$1" >&2
  exit 1
}
shell() { # shell LINE...: what SQLite's shell says to these, errors included
  printf '%s\n' ".load $extension" "$@" | (sqlite3 -batch -csv 2>&1 || true) | tr -d '\r'
}
says() { # says WORDS LINE...
  local said
  said=$(shell "${@:2}")
  [[ $said == *"$1"* ]] || fail "not '$1', but: $said"
}

"$program" run ../scenarios/office-commuter.toml --log "$work/log" >"$work/run.txt"
made="select tokenlife_log('$work/log') > 0;"
for question in \
  'select kind, count(*) from events group by kind' \
  "select * from events where client = 3 and time < '2026-02-01' order by seq" \
  'select client, state, tokens, since from clients' \
  'select * from spells' \
  'select client, what, sent, seconds, waited, outcome from requests' \
  'select serial, issued, how from tokens where client between 1 and 2' \
  'select day, events from days'; do
  ours=$("$program" log sql "$work/log" "$question" --format csv | tail -n +2 | tr -d '"')
  theirs=$(shell "$made" "$question;" | tr -d '"')
  [[ $theirs == "1${ours:+$'\n'}$ours" ]] || fail "another answer to: $question: $theirs"
done

# Two logs, side by side.
both=$(shell "select tokenlife_log('$work/log') > 0, tokenlife_log('$work/log', 'after_') > 0;" \
  "select count(*) from clients c join after_clients a using (client) where c.since <> a.since;")
[[ $both == $'1,1\n0' ]] || fail "two logs: $both"

# What is wrong is said in words, and is no crash.
says "none: " "select tokenlife_log('$work/none');"
says "rror" "select tokenlife_log(null);"
says "a prefix consists of a-z" "select tokenlife_log('$work/log', 'x;drop');"
says "there is a table events already" "$made" "$made"
says "unsafe use of tokenlife_log" "create view v as $made" "select * from v;"
says "may not be modified" "$made" "delete from events;"

# Damage is told in the log's words.
file=$work/log/clients-00000.log
printf '\xff\xff' |
  dd of="$file" bs=1 seek=$(($(stat -c %s "$file") / 2)) conv=notrunc status=none
says "clients-00000.log" "$made" "select count(time) from events;"
says "damaged" "$made" "select count(time) from events;"
echo "the extension answers as the program does"
