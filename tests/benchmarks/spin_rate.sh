#!/usr/bin/env bash
# How many states a second `tokenlife check` explores, and SPIN: the same model, on one core, in one
# run. Fails if it is not three times as many. Usage: spin_rate.sh PROGRAM. Exit 77 without SPIN.
#
# Two clients, units of a day, outages and blocks, no symmetry: 17,312,136 states, 138,441,616
# transitions. SPIN: exhaustive, no reduction, no compression, a hash table that fits the states.
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../spin"
if ! command -v spin >/dev/null || ! command -v gcc >/dev/null; then
  echo "skipped: spin or gcc is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp lifecycle.pml "$folder"
cd "$folder"
spin -o2 -DVALIDITY=90 -DRENEW=30 -DOUTAGE -DBLOCK -a lifecycle.pml >/dev/null
gcc -O2 -w -DSAFETY -DNOREDUCE -DNOFAIR -DVECTORSZ=64 -DMEMLIM=16000 -o pan pan.c

./pan -m20000000 -w26 >pan.out
"$program" check --with outage,block --no-symmetry --json >check.json
value() { sed -n "s/^  \"$1\": \([0-9.e+]*\),/\1/p" check.json; }
spin_states=$(awk '/states, stored/ { print $1 }' pan.out)
spin_seconds=$(awk '/pan: elapsed time/ { print $4 }' pan.out)
if [[ $(value states) != "$spin_states" ]]; then
  echo "not the same model: $(value states) states, SPIN $spin_states"
  exit 1
fi
awk -v states="$spin_states" -v spin="$spin_seconds" -v check="$(value seconds)" \
  -v bytes="$(value bytes-per-state)" 'BEGIN {
    ratio = spin / check
    printf "%d states\n", states
    printf "SPIN             %6.2f s  %9.0f states/s\n", spin, states / spin
    printf "tokenlife check  %6.2f s  %9.0f states/s", check, states / check
    printf "  %.1f bytes a state\n", bytes
    printf "%.2f times as many\n", ratio
    exit !(ratio >= 3)
  }'
