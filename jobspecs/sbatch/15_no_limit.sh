#!/bin/bash
#SBATCH --time=UNLIMITED
#SBATCH --no-kill
#SBATCH --kill-on-invalid-dep=yes
#SBATCH --wckey=simulations
#SBATCH --acctg-freq=task=5
while ./step; do :; done
