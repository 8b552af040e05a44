#!/usr/bin/env bash
# same_bytes.sh PROGRAM: a mixed fleet has these very bytes, whatever compiled the program, on any
# machine, in any time zone, with any number of threads.
set -euo pipefail

expected=0e93ae653654dbcd2a4023d6ded3d66a247e26b65f01156c4f38ec6b2e35de43
for zone in UTC Pacific/Auckland America/St_Johns; do
  for threads in 1 2; do
    report=$(TZ=$zone "$1" run sim/same_bytes.toml --threads "$threads" --json)
    if [[ $report != *"\"events\": 94934,"* || $report != *"\"digest\": \"$expected\""* ]]; then
      echo "in $zone, with $threads threads, other bytes:"
      grep -E '"(events|digest)":' <<<"$report"
      exit 1
    fi
  done
done
