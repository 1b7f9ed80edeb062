#!/bin/bash
#SBATCH --chdir=/tmp
#SBATCH --export=SEED=7,DATASET=digits,GREETING=hello
#SBATCH --output=/dev/null
#SBATCH --time=5
echo "$GREETING from $PWD: $DATASET, seed $SEED"
