#!/bin/bash
#SBATCH --gpus=k40:4
#SBATCH --nodes=2
#SBATCH --cpus-per-gpu=2
#SBATCH --mem-per-gpu=1G
#SBATCH --gpu-bind=closest
#SBATCH --time=20
srun ./train
