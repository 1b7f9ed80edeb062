#!/bin/bash
#SBATCH --partition=gpu,long
#SBATCH --gres=gpu:1
#SBATCH --ntasks-per-gpu=2
#SBATCH --gres-flags=enforce-binding
#SBATCH --hint=nomultithread
#SBATCH --prefer=k40
#SBATCH --input=/dev/zero
#SBATCH --time=8
srun ./infer
