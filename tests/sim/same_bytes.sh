#!/usr/bin/env bash
# same_bytes.sh PROGRAM: a mixed fleet has these very bytes, whatever compiled the program, on any
# machine, in any time zone, with any number of threads.
set -euo pipefail

expected=d96cd3e9b37f0410406737f30df7431a3c90da99e5001c8f104763786129a82e
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
