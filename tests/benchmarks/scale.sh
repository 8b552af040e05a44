#!/usr/bin/env bash
# Fleets of ten and a hundred million clients, a year, the digest alone: time, memory, events.
#
#   tests/benchmarks/scale.sh TOKENLIFE [CLIENTS...]
#
# Processor seconds say what it takes, whatever else the machine does meanwhile.
set -euo pipefail
program=$1
shift
if (($# == 0)); then set -- 10000000 100000000; fi
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT

for clients in "$@"; do
  # Always on the intranet: each client registers, and renews once a month.
  cat >"$desk/fleet.toml" <<END
format = 1
[run]
duration = "365d"
seed = 1
[[cohort]]
name = "office"
clients = $clients
network = { model = "fixed", on = "intranet" }
END
  python3 - "$program" "$desk/fleet.toml" <<'END'
import json, os, resource, subprocess, sys, time
begin = time.monotonic()
ran = subprocess.run([sys.argv[1], "--no-progress", "run", sys.argv[2], "--json"], check=True,
                     stdout=subprocess.PIPE)
wall = time.monotonic() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
summary = json.loads(ran.stdout)
cpu = used.ru_utime + used.ru_stime
print(f"{summary['clients']:>13,} clients  {summary['events']:>15,} events  {wall:8.1f} s  "
      f"{cpu:8.1f} s of processors  {summary['events'] / cpu / 1e6:5.1f} million events each  "
      f"{used.ru_maxrss / 1024:7.1f} MiB  {summary['threads']} threads  {summary['digest'][:16]}",
      flush=True)
END
done
