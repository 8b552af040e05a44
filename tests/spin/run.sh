#!/usr/bin/env bash
# Holds `tokenlife check` to SPIN: the same numbers of states and of transitions on the model that
# lifecycle.pml writes down by hand. Usage: run.sh PROGRAM [full]. Exit 77 (skipped) without SPIN.
set -euo pipefail
. "$(dirname "$0")/model.sh"
failures=0
stack=2000000

# compare DAYS-IN-A-UNIT STOP-AT FEATURE...; 0: never stop
compare() {
  local spin check verdict=equal
  explore "$stack" 22 "$@"
  check="$(checked states) states, $(checked transitions) transitions"
  spin="$(spin_states) states, $(spin_transitions) transitions"
  if [[ $spin != "$check" ]]; then
    verdict="DIFFERENT, SPIN $spin"
    failures=$((failures + 1))
  fi
  echo "unit ${1}d, stop $2, with ${*:3}: $check: $verdict"
}

compare 30 0 none
compare 10 0 none
compare 10 0 outage
compare 10 0 block
compare 10 0 rotate
compare 10 0 bulk outage
compare 10 0 bulk block
compare 15 0 bulk rotate
compare 5 0 bulk
compare 15 0 outage block rotate
compare 15 0 block rotate cmg-setting reinstall
compare 15 0 cmg-news block lose-answers
compare 30 0 cmg-news cmg-setting rotate reinstall
compare 30 0 block reinstall cmg-news
compare 15 0 bulk reinstall pki upgrade
compare 30 0 bulk pki pki-expiry
compare 15 0 pki pki-expiry block https
compare 30 0 lose-answers block bulk restart
compare 15 0 lose-answers restart pki upgrade
compare 10 0 bulk pki https
compare 15 0 bulk block pki no-internal-registration
compare 10 12 block
compare 1 0 none
if [[ ${2-} == full ]]; then
  stack=20000000
  compare 1 90 none
  compare 1 0 outage block
  compare 1 0 bulk
  compare 30 0 bulk reinstall pki upgrade restart
  compare 30 0 bulk block reinstall cmg-news
fi
exit $((failures > 0))
