#!/bin/csh
#SBATCH --job-name hydro
#SBATCH --nodes 4
#SBATCH --tasks-per-node 4
#SBATCH --mem 2000
#SBATCH --time 12:00:00
#SBATCH --account vision
#SBATCH --qos normal

setenv OMP_NUM_THREADS 1
mpirun ./hydro input.nml
