#!/bin/sh
# As short as it gets: everything else is the site's default.
#SBATCH --time=10
hostname
