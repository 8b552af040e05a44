#!/bin/bash
# A run in parts, a task of a Slurm job array for each, without MPI:
#
#   sbatch --array=1-8 slurm-array.sh fleet.toml /shared/fleet
#
# leaves /shared/fleet/part-1 to part-8. A task that was cut off goes on when it is submitted
# again, or requeued.
# One log of them, when all are done:
#
#   sbatch --dependency=afterok:JOB \
#     --wrap 'tokenlife log merge /shared/fleet/part-* -o /shared/fleet/log'
#SBATCH --job-name=tokenlife
#SBATCH --requeue
set -euo pipefail
scenario=$1 out=$2

mkdir -p "$out"
exec tokenlife run "$scenario" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --log "$out/part-$SLURM_ARRAY_TASK_ID" --resume
