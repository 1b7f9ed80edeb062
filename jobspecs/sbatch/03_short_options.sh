#!/bin/bash -l
#SBATCH -J short -N 2 -n 4 -c 1 -t 0-01:30
#SBATCH -p gpu -A speech
#SBATCH -o logs/%j.log
#SBATCH -e logs/%j.log
mkdir -p logs
srun -n "$SLURM_NTASKS" hostname
