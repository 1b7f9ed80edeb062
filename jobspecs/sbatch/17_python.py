#!/usr/bin/env python3
#SBATCH --job-name=python-script
#SBATCH --time=5
#SBATCH --mem=200M
#SBATCH --output=python-%j.out
"""A batch script may be in any language whose comments begin with #."""
import os

print("job", os.environ["SLURM_JOB_NAME"], "in", os.getcwd())
