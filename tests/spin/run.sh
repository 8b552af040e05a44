#!/usr/bin/env bash
# Holds `tokenlife check` to SPIN: the same numbers of states and of transitions on the model that
# lifecycle.pml writes down by hand. Usage: run.sh PROGRAM [full]. Exit 77 (skipped) without SPIN.
#
# SPIN counts the initial state as if a transition had led to it; everything else is equal. Two
# things have to be told to it: -o2, or it leaves out of its states what is written and never read
# (`last`), and to print all digits of large numbers.
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")"
if ! command -v spin >/dev/null || ! command -v gcc >/dev/null; then
  echo "skipped: spin or gcc is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp lifecycle.pml "$folder"
failures=0
stack=2000000

# compare DAYS-IN-A-UNIT STOP-AT FEATURE...; 0: never stop
compare() {
  local unit=$1 days=$2 with flags=("-DVALIDITY=$((90 / $1))" "-DRENEW=$((30 / $1))") feature
  with=$(IFS=, && echo "${*:3}")
  for feature in "${@:3}"; do
    feature=${feature^^}
    if [[ $feature != NONE ]]; then flags+=("-D${feature//-/_}"); fi
  done
  local bounds=()
  if ((days > 0)); then
    flags+=("-DDAYS=$days")
    bounds=(--days "$days")
  fi
  (cd "$folder" && spin -o2 "${flags[@]}" -a lifecycle.pml >/dev/null &&
    sed -i 's/%9.8g/%.0f/' pan.c &&
    gcc -O2 -w -DSAFETY -DNOREDUCE -DNOFAIR -DVECTORSZ=64 -DMEMLIM=16000 -o pan pan.c &&
    ./pan -m"$stack" -w24 >pan.out)
  if ! grep -q 'errors: 0' "$folder/pan.out" ||
    grep -q 'not completed\|too small' "$folder/pan.out"; then
    cat "$folder/pan.out"
    exit 1
  fi
  "$program" check --unit "${unit}d" --with "$with" --no-symmetry --json "${bounds[@]}" \
    >"$folder/check.json"
  local spin_states spin_transitions states transitions verdict=equal
  spin_states=$(awk '/states, stored/ { print $1 }' "$folder/pan.out")
  spin_transitions=$(awk '/transitions \(=/ { print $1 - 1 }' OFMT=%d CONVFMT=%d "$folder/pan.out")
  states=$(sed -n 's/^  "states": \([0-9]*\),/\1/p' "$folder/check.json")
  transitions=$(sed -n 's/^  "transitions": \([0-9]*\),/\1/p' "$folder/check.json")
  if [[ $spin_states != "$states" || $spin_transitions != "$transitions" ]]; then
    verdict=DIFFERENT
    failures=$((failures + 1))
  fi
  echo "unit ${unit}d, stop $days, with $with: $states states, $transitions transitions;" \
    "SPIN $spin_states, $spin_transitions: $verdict"
}

compare 30 0 none
compare 10 0 none
compare 10 0 outage
compare 10 0 block
compare 10 0 rotate
compare 15 0 outage block rotate
compare 15 0 block rotate cmg-setting reinstall
compare 10 12 block
compare 1 0 none
if [[ ${2-} == full ]]; then
  stack=20000000
  compare 1 90 none
  compare 1 0 outage block
fi
exit $((failures > 0))
