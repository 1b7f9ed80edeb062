#!/bin/bash
#SBATCH --ntasks=2
#SBATCH --ntasks-per-socket=1
#SBATCH --ntasks-per-core=1
#SBATCH --mincpus=2
#SBATCH --switches=1@10
#SBATCH --spread-job
#SBATCH --use-min-nodes
#SBATCH --wait-all-nodes=1
#SBATCH --time=12
srun ./stencil
