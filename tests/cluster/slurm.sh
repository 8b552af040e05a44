#!/usr/bin/env bash
# The scripts for Slurm, run by Debian's Slurm with two tasks on this machine: daemons of
# its own in a folder of its own, on loopback. Wants root, for munge and the tasks' accounts.
#
#   tests/cluster/slurm.sh TOKENLIFE [TOKENLIFE_MPI]
set -euo pipefail
program=$(realpath "$1")
on_ranks=${2:+$(realpath "$2")}
scripts=$(realpath "$(dirname "$0")/../../scenarios/cluster")
for tool in munged slurmctld slurmd sbatch; do
  PATH=$PATH:/usr/sbin command -v $tool >/dev/null ||
    { echo "skipped: there is no $tool" >&2; exit 77; }
done
((EUID == 0)) || { echo "skipped: it takes root" >&2; exit 77; }
PATH=$PATH:/usr/sbin

desk=$(mktemp -d)
pids=()
# Only what was started here is ended.
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$desk"
}
trap finish EXIT
fail() { echo "not so: $*" >&2; tail -n 20 "$desk"/*.log >&2 || true; exit 1; }
cd "$desk"
chmod 755 .  # munge looks at who could change its socket's folder

head -c 1024 /dev/urandom >munge.key
chmod 400 munge.key
munged --foreground --force --key-file="$desk/munge.key" --socket="$desk/munge.socket" \
  --pid-file="$desk/munged.pid" --log-file="$desk/munged.log" --seed-file="$desk/munge.seed" \
  2>munged.err &
pids+=($!)

host=$(hostname -s)
mkdir state spool
cat >slurm.conf <<END
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$desk/munge.socket
CryptoType=crypto/munge
SlurmctldPort=26817
SlurmdPort=26818
StateSaveLocation=$desk/state
SlurmdSpoolDir=$desk/spool
SlurmctldPidFile=$desk/slurmctld.pid
SlurmdPidFile=$desk/slurmd.pid
SlurmctldLogFile=$desk/slurmctld.log
SlurmdLogFile=$desk/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES State=UP MaxTime=INFINITE
END
export SLURM_CONF=$desk/slurm.conf
for ((i = 0; i < 100; ++i)); do [[ -S munge.socket ]] && break; sleep 0.1; done
slurmctld -D 2>slurmctld.err & pids+=($!)
slurmd -D 2>slurmd.err & pids+=($!)
for ((i = 0; i < 300; ++i)); do sinfo -h -o %t 2>/dev/null | grep -q idle && break; sleep 0.1; done
sinfo -h -o %t | grep -q idle || fail "the node is up"

cat >fleet.toml <<'END'
format = 1
[run]
duration = "60d"
seed = 3
[[cohort]]
name = "laptops"
clients = 5000
network = { model = "fixed", on = "intranet" }
END
mkdir bin
ln -s "$program" bin/tokenlife
[[ -z $on_ranks ]] || ln -s "$on_ranks" bin/tokenlife-mpi
export PATH=$desk/bin:$PATH
tokenlife run fleet.toml --log whole >/dev/null

sbatch --wait --array=1-2 --output="$desk/array-%a.log" \
  "$scripts/slurm-array.sh" fleet.toml "$desk/out" >/dev/null || fail "a job array ends well"
tokenlife log merge out/part-* -o merged >/dev/null
diff -r whole merged || fail "the tasks' parts are the run"
# Submitted again, as after a cut: all is there.
sbatch --wait --array=1-2 --output="$desk/array-%a.log" \
  "$scripts/slurm-array.sh" fleet.toml "$desk/out" >/dev/null || fail "a job array goes on"

if [[ -n $on_ranks ]] && command -v mpirun >/dev/null; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  sbatch --wait --ntasks=2 --output="$desk/mpi.log" \
    "$scripts/slurm-mpi.sh" fleet.toml --log "$desk/ranks" >/dev/null ||
    fail "a job of two ranks ends well"
  diff -r whole ranks || fail "the ranks' log is the run's"
  echo "Slurm's tasks and ranks make the log of one process"
else
  echo "Slurm's tasks make the log of one process"
fi
