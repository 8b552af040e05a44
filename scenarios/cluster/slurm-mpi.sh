#!/bin/bash
# A run on the ranks of a Slurm job, with one log on a disk that all see:
#
#   sbatch --ntasks=8 slurm-mpi.sh fleet.toml --log /shared/fleet.log
#
# All that follows the script's name goes to `tokenlife-mpi run`. A job that was cut off goes on:
# submit it again with
# --resume, with as many tasks as are free.
#SBATCH --job-name=tokenlife-mpi
set -euo pipefail
# Open MPI's own start, which asks Slurm where the ranks go. Where Slurm was built with PMIx,
# `srun --mpi=pmix --kill-on-bad-exit=1` does the same.
exec mpirun tokenlife-mpi run "$@"
