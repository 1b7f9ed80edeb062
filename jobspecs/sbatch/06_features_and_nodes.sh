#!/bin/bash
#SBATCH --constraint="k40&infiniband"
#SBATCH --exclude=n4
#SBATCH --nodelist=n1
#SBATCH --nodes=1-2
#SBATCH --ntasks=2
#SBATCH --contiguous
#SBATCH --time=30:00
srun ./solve
