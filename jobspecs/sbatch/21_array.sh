#!/bin/bash
#SBATCH --array=1-3
#SBATCH --output=array-%A-%a.out
#SBATCH --time=5
echo "task $SLURM_ARRAY_TASK_ID of $SLURM_ARRAY_TASK_COUNT"
