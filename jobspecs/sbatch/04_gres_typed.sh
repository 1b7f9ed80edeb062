#!/bin/bash
#SBATCH --partition=gpu
#SBATCH --gres=gpu:k40:2
#SBATCH --mem-per-cpu=500M
#SBATCH -c 4
#SBATCH --time 45
# A comment between the options, and a blank line:

#SBATCH --open-mode=append
nvidia-smi || true
python3 finetune.py
