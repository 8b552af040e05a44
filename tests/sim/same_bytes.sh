#!/usr/bin/env bash
# same_bytes.sh PROGRAM: a mixed fleet has these very bytes, whatever compiled the program, on any
# machine, in any time zone, with any number of threads.
set -euo pipefail

expected=8a810d3d3c7c0f34b1261b63f478b1144cae9a99a6e222ac6be6f307f3b499da
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
