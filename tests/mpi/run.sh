#!/usr/bin/env bash
# A run on the ranks of an MPI job is the run of one process: its log, digest and summary. So is a
# sweep. A rank that dies ends the job, and --resume goes on.
#
#   tests/mpi/run.sh TOKENLIFE TOKENLIFE_MPI
set -euo pipefail
program=$1 on_ranks=$2
command -v mpirun >/dev/null || { echo "skipped: there is no mpirun" >&2; exit 77; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT
cd "$desk"

fail() { echo "not so: $*" >&2; exit 1; }
ranks() { local n=$1; shift; mpirun --oversubscribe -n "$n" "$on_ranks" --no-progress "$@"; }
# The summary, but for what another run of the same never has.
same() { python3 -c '
import json, sys
one, other = (json.load(open(name)) for name in sys.argv[1:])
for summary in (one, other):
    for key in list(summary):
        if "wall" in key or "per-second" in key or key == "threads": del summary[key]
sys.exit(one != other)' "$1" "$2"; }

# Four partitions: five ranks have one that has none.
cat >fleet.toml <<'END'
format = 1
[run]
duration = "200d"
seed = 3
[[cohort]]
name = "laptops"
clients = 2500
[cohort.network]
model = "dwell"
start = "internet"
intranet = { mean = "8h", to = { internet = 0.3, offline = 0.7 } }
internet = { mean = "5h", to = { intranet = 0.1, offline = 0.9 } }
offline = { mean = "14h", to = { intranet = 0.2, internet = 0.8 } }
[[cohort]]
name = "office"
clients = 900
network = { model = "fixed", on = "intranet" }
[[action]]
at = "60d"
do = "outage"
endpoint = "cmg"
for = "20d"
[[expect]]
event = "token-renewed"
min = 1
END
{ cat fleet.toml; printf '[site.capacity]\nmp = { per-minute = 2, queue = 500 }\n'; } >limits.toml

for scenario in fleet limits; do
  "$program" run $scenario.toml --log whole-$scenario --json --stranded whole-$scenario.csv \
    >whole-$scenario.json
  for n in 1 2 3 5; do
    ranks $n run $scenario.toml --json >digest.json
    same whole-$scenario.json digest.json || fail "$scenario on $n ranks has the same summary"
  done
  for n in 2 5; do
    ranks $n run $scenario.toml --log log-$n --json --stranded stranded.csv --force >log.json
    same whole-$scenario.json log.json || fail "$scenario on $n ranks has the same summary here"
    diff -r whole-$scenario log-$n || fail "$scenario on $n ranks has the same log"
    cmp whole-$scenario.csv stranded.csv || fail "$scenario on $n ranks has the same stranded"
    rm -r log-$n
  done
done
ranks 2 run fleet.toml --log fleet.tlog >/dev/null
"$program" log verify fleet.tlog --replay >/dev/null || fail "a packed log of ranks is whole"

# ---- What goes wrong --------------------------------------------------------------------------
refused() {
  local status=$1 words=$2 got=0
  shift 2
  "$@" >out 2>err || got=$?
  ((got == status)) || { cat err >&2; fail "'$*' has exit status $status, and not $got"; }
  grep -qF "$words" err || { cat err >&2; fail "'$*' says: $words"; }
  (($(grep -cF "$words" err) == 1)) || fail "'$*' says once: $words"
}
refused 3 "not empty" ranks 3 run fleet.toml --log whole-fleet
refused 2 "No such file" ranks 3 run nothing.toml
refused 2 "unknown option" ranks 2 run fleet.toml --no-such
refused 2 "leave it out" ranks 2 run fleet.toml --shard 1/2
# The second rank has another scenario.
sed 's/seed = 3/seed = 4/' fleet.toml >other.toml
refused 2 "rank 1 has a different scenario from rank 0" \
  mpirun --oversubscribe -n 1 "$on_ranks" run fleet.toml : -n 1 "$on_ranks" run other.toml
refused 2 "rank 1: nothing.toml" \
  mpirun --oversubscribe -n 1 "$on_ranks" run fleet.toml : -n 1 "$on_ranks" run nothing.toml

# ---- A rank dies ------------------------------------------------------------------------------
sed 's/clients = 2500/clients = 400000/' fleet.toml >large.toml
mpirun --oversubscribe -n 2 --report-pid pid "$on_ranks" run large.toml --log cut --threads 1 \
  >out 2>err &
job=$!
until compgen -G 'cut/clients-*.log' >/dev/null; do sleep 0.05; done
begin=$SECONDS
kill -KILL "$(pgrep -P "$(cat pid)" | tail -n 1)"
status=0
wait $job || status=$?
((status != 0)) || fail "a job of which a rank died has failed"
((SECONDS - begin <= 10)) || fail "a job of which a rank died ends within seconds"
grep -q "exited on signal 9" err || { cat err >&2; fail "it is said which rank died"; }
"$program" events cut --count-by kind >/dev/null 2>&1 || fail "what was done is a log"
# Gone on with at another number of ranks. Fewer clients would be another run: its end is not
# waited for here, only that it goes on.
timeout -s INT 5 mpirun --oversubscribe -n 3 "$on_ranks" run large.toml --log cut --resume \
  --threads 1 >out 2>err || true
! grep -q "another run" err || fail "--resume goes on"

# ---- A sweep ----------------------------------------------------------------------------------
grid=(sweep fleet.toml --vary cohort.office.clients=1,20,300 --seeds 1..3
  --set cohort.laptops.clients=50)
for form in --csv --json --best; do
  "$program" "${grid[@]}" $form >whole
  ranks 2 "${grid[@]}" $form >table
  cmp whole table || fail "a sweep on 2 ranks prints the same table with $form"
done
ranks 5 "${grid[@]}" --csv >table
"$program" "${grid[@]}" --csv | cmp - table || fail "a sweep on 5 ranks prints the same table"
refused 2 "did you mean" ranks 3 sweep fleet.toml --metric strandet
echo "a run and a sweep on ranks are those of one process"
