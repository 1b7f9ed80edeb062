#!/usr/bin/env bash
#SBATCH --ntasks=4
#SBATCH --gpus-per-task=1
#SBATCH --cpus-per-task=2
#SBATCH --distribution=block:cyclic,Pack
#SBATCH --time=01:00:00
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
srun python3 -m torch.distributed.run train.py
