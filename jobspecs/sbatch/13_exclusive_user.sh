#!/bin/bash
#SBATCH --exclusive=user
#SBATCH --nodes=1
#SBATCH --mem=0
#SBATCH --time=15
#SBATCH --threads-per-core=1
make -j bench
