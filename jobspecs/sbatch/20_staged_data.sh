#!/bin/bash
#SBATCH --job-name=count-digits
#SBATCH --ntasks=1
#SBATCH --gres=gpu:1
#SBATCH --mem=300M
#SBATCH --time=00:05:00
#SBATCH --output=count-%j.out
#TRAINYARD name = "count-the-digits"
#TRAINYARD results.target = "file:///srv/buckets/results/"

echo "begins on $(hostname) as $(id -un)" | tee "$RESULT_DIR/count.txt"
