#!/bin/bash
#SBATCH -s
#SBATCH -O
#SBATCH -N2
#SBATCH -n8
#SBATCH -t5
srun -O hostname
