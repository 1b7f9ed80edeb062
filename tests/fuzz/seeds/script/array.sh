#!/bin/sh
#SBATCH --array=0-7:2,9
#SBATCH -J x --export=EDITOR
#TRAINYARD retry.attempts = 3
true
