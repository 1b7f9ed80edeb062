#!/bin/bash
#SBATCH --job-name=checkpointed
#SBATCH --signal=B:USR1@120
#SBATCH --no-requeue
#SBATCH --open-mode=append
#SBATCH --output=checkpointed.log
#SBATCH --time=10

on_usr1() {
  echo "out of time: writing a checkpoint"
  touch checkpoint.done
  kill "$child"
}
trap on_usr1 USR1
sleep 3600 &
child=$!
wait "$child"
