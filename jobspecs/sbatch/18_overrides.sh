#!/bin/bash
##SBATCH --time=99:00:00           this one is switched off
#SBATCH --time=10
#SBATCH --time=20                  # a later line wins
#SBATCH --part=gpu --ntasks 3 --mem=1G --mem=2G
 #SBATCH --nodes=4                 and this is a comment: it does not begin the line
echo "the first command ends the options"
#SBATCH --time=30
