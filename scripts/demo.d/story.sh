# shellcheck shell=bash disable=SC2154
# The story of the demo: submits a run, shows its metrics, results and usage, compares the usage with sacct.

greet() {
  cat <<TEXT
${bold}Trainyard: a manifest becomes a trained model, through a real Slurm.${plain}
The K40s are fake: Slurm hands out /dev/null as gpu:k40, and the training runs on CPUs. All else is real.
${dim}in $dir${plain}

TEXT
}

run=1 # the first run of a new ledger

tell_the_story() {
  show 'trainyard submit --wait digits_mlp.toml' trainyard submit --wait "$dir/digits_mlp.toml"
  show "trainyard metrics $run" trainyard metrics "$run"
  show 'the results bucket' list_results
  show 'trainyard report usage' trainyard report usage
  show 'sacct --duplicates, Slurm'"'"'s own account' slurm_account
  compare_accounts
}

# show TITLE CMD...: runs CMD with its output on the screen.
show() {
  local title=$1 rc=0
  shift
  printf '\n%s$ %s%s\n' "$bold" "$title" "$plain"
  start "$@"
  join || rc=$?
  ((rc == 0)) || fail_with_daemon_log "$title: exit code $rc"
}

fail_with_daemon_log() {
  { echo '== trainyardd'; tail -n 25 "$dir/daemon.log"; } >>"$log"
  fail "$@"
}

list_results() {
  if has_object_store; then
    trainyard_on_head download "$run" --into "$dir/results" --dry-run
    return
  fi
  (cd "$dir/buckets/results" && find . -type f -printf '%8s  %P\n' | sort -k 2)
}

# Prints a row of sacct for each job, including requeued ones (--duplicates). Times are unix seconds.
sacct_rows() {
  sandbox exec -- env SLURM_TIME_FORMAT=%s sacct --duplicates --allocations --allusers --noheader --parsable2 \
    --starttime=1970-01-01 --format=JobIDRaw,JobName,State,AllocTRES,Start,End
}
slurm_account() {
  wait_for_accounting
  sacct_rows | awk -F '|' '
    BEGIN { printf "%5s  %-24s %-10s %4s %8s %12s\n", "JOB", "NAME", "STATE", "GPUS", "SECONDS", "GPU-SECONDS" }
    { gpus = match($4, /gres\/gpu=[0-9]+/) ? substr($4, RSTART + 9, RLENGTH - 9) : 0
      printf "%5s  %-24.24s %-10.10s %4d %8d %12d\n", $1, $2, $3, gpus, $6 - $5, gpus * ($6 - $5) }'
}

# Waits until slurmdbd has the ends of all jobs: slurmctld reports them some time later.
wait_for_accounting() {
  local jobs=3 deadline=$((SECONDS + 20)) # stage, train, store
  until sacct_rows | awk -F '|' -v jobs="$jobs" '$6 ~ /^[0-9]+$/ { ++ended } END { exit ended < jobs }'; do
    ((SECONDS < deadline)) || { echo 'Slurm has not recorded the end of every job'; return 1; }
    sleep 0.1
  done
}

compare_accounts() {
  local slurm ledger
  slurm=$(slurm_account | awk 'NR > 1 { sum += $NF } END { print sum + 0 }')
  ledger=$(trainyard report usage --since 1970-01-01 --csv | awk -F , '
    NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "gpu_seconds") column = i }
    NR == 2 { print $column }')
  [[ $slurm == "$ledger" ]] ||
    fail_with_daemon_log "the ledger says ${ledger:-nothing}, Slurm says $slurm GPU-seconds"
  printf '\n%s✓%s %s GPU-seconds: the ledger and Slurm agree to the second. The demo took %s s.\n' \
    "$green" "$plain" "$ledger" "$SECONDS"
  ((ledger > 0)) || echo '  (Slurm counts whole seconds, and the training began and ended in the same one.)'
}

say_how_to_talk() {
  local demo=$here/demo
  cat <<TEXT

It is still up:
  export PATH=$prefix/bin:\$PATH TRAINYARD_SOCKET=$dir/run/trainyard.sock
  trainyard show $run
  trainyard submit --wait $dir/digits_mlp.toml
  $here/sandbox --dir $dir/slurm exec squeue        ${dim}# or any command, on the head node${plain}
  tail -f $dir/daemon.log
Its end:
  $demo --down $dir
TEXT
}
