#!/bin/bash
#SBATCH --begin=2036-01-01T06:00
#SBATCH --deadline=2036-01-02
#SBATCH --time=3:00:00
#SBATCH --time-min=1:00:00
#SBATCH --job-name=nightly
./backup_models.sh
