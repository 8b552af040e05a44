#!/usr/bin/env bash
# How many states a second `tokenlife check` explores, and SPIN: the same model, on one core, in one
# run, by the time of the processor. Fails if it is not three times as many. Usage: spin_rate.sh
# PROGRAM. Exit 77 without SPIN.
#
# Two clients, units of a day, outages and blocks, no symmetry: 17,312,136 states, 138,441,616
# transitions. SPIN: exhaustive, no reduction, no compression, a hash table that fits the states.
set -euo pipefail
. "$(dirname "$0")/../spin/model.sh"
explore 20000000 26 1 0 outage block
if [[ $(checked states) != "$(spin_states)" ]]; then
  echo "not the same model: $(checked states) states, SPIN $(spin_states)"
  exit 1
fi
awk -v states="$(spin_states)" -v spin="$(seconds_of pan)" -v check="$(seconds_of check)" \
  -v bytes="$(checked bytes-per-state)" 'BEGIN {
    ratio = spin / check
    printf "%d states\n", states
    printf "SPIN             %6.2f s  %9.0f states/s\n", spin, states / spin
    printf "tokenlife check  %6.2f s  %9.0f states/s", check, states / check
    printf "  %.1f bytes a state\n", bytes
    printf "%.2f times as many\n", ratio
    exit !(ratio >= 3)
  }'
