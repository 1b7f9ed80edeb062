#!/bin/bash
#SBATCH --job-name="weekly report"
#SBATCH --mail-type=END,FAIL,TIME_LIMIT_80
#SBATCH --mail-user=ada@example.org
#SBATCH --comment="the numbers for Monday's meeting"
#SBATCH --time=1-00:00:00
#SBATCH --nice=50
python3 report.py
