# shellcheck shell=bash disable=SC2154
# Daemons: starts and stops the daemons in their order, and waits until each is ready.

all_daemons() {
  local node
  s3_daemons
  [[ $slurm == yes ]] || return 0
  echo munged
  [[ $accounting == no ]] || echo mariadbd slurmdbd
  echo slurmctld
  for node in $(node_names); do echo "slurmd-$node"; done
}
all_processes() {
  local node
  all_daemons
  [[ $mode == netns ]] || return 0
  echo host-head
  for node in $(node_names); do echo "host-$node"; done
}

# Starts what is not running. Independent daemons start in parallel; each waits only for those that it needs.
start_everything() {
  local database='' hosts node waiting=()
  if [[ $slurm == no ]]; then
    start_object_store
    return
  fi
  # If the head's process died, the bridge is gone, too, and daemons that still run have no network: all are
  # stopped.
  [[ $mode == alias ]] || is_running host-head || stop_everything
  if [[ $accounting == yes ]]; then
    (start_mariadbd) &
    database=$!
  fi
  (hosts_up) &
  hosts=$!
  start_munged
  wait "$hosts" || fail 'the hosts did not come up'
  (start_object_store) &
  waiting+=($!)
  if [[ $database ]]; then
    wait "$database" || fail 'mariadbd did not come up'
    start_slurmdbd
    load_accounts
  fi
  start_slurmctld
  for node in $(node_names); do
    (start_slurmd "$node") &
    waiting+=($!)
  done
  for node in "${waiting[@]}"; do wait "$node" || fail 'a slurmd or the object store did not come up'; done
}

stop_everything() {
  local node daemon
  for node in $(node_names); do end_process "slurmd-$node" & done
  wait
  stop_object_store
  for daemon in slurmctld slurmdbd; do end_process "$daemon"; done
  hosts_down
  end_process mariadbd KILL # its data are removed afterwards, or recovered by InnoDB at the next start
  end_process munged
}

# Cancels all jobs and waits for their end. slurmctld records a job as running that ended with its node, and
# would show it again after the next start.
end_jobs() {
  is_running slurmctld || return 0
  on_head timeout 5 scancel --partition=gpu >/dev/null 2>&1 || true
  (wait_until 'the end of the jobs' 10 no_jobs) || true
}
no_jobs() { [[ -z $(on_head squeue -h) ]]; }

all_respond() {
  local answering
  answering=$(on_head sinfo --noheader --responding --states=idle,mixed,alloc --format=%D | paste -sd+)
  ((${answering:-0} == nodes))
}

start_munged() {
  is_running munged && return
  [[ -s $dir/munge/key ]] || (umask 077 && head -c 1024 /dev/urandom >"$dir/munge/key")
  start munged munged --foreground --force --num-threads=4 --key-file="$dir/munge/key" \
    --socket="$dir/munge/socket" --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed" \
    --log-file="$dir/log/munged.log"
  wait_until munged 10 munge -S "$dir/munge/socket" -n
}

# mariadbd listens on its Unix socket only. innodb-flush-log-at-trx-commit=0 can lose the last second in a
# power cut, which does not matter for a sandbox.
start_mariadbd() {
  is_running mariadbd && return
  local me
  me=$(id -un)
  if [[ ! -e $dir/mariadb/complete ]]; then
    rm -rf "$dir/mariadb"
    # --force skips the look-up of this machine's host name, which fails on some machines.
    mariadb-install-db --no-defaults --force --user="$me" --datadir="$dir/mariadb" --skip-test-db \
      --auth-root-authentication-method=socket --auth-root-socket-user="$me" >"$dir/log/mariadbd.out" 2>&1
    touch "$dir/mariadb/complete"
  fi
  start mariadbd mariadbd --no-defaults --user="$me" --datadir="$dir/mariadb" --socket="$dir/run/mariadb.socket" \
    --pid-file="$dir/run/mariadbd.own" --skip-networking --innodb-buffer-pool-size=64M \
    --innodb-log-file-size=16M --innodb-flush-log-at-trx-commit=0 --innodb-lock-wait-timeout=900
  wait_until mariadbd 60 mariadb-admin --no-defaults --socket="$dir/run/mariadb.socket" ping
  # slurmdbd would create the database, too. But then Debian 13's libmariadb (11.8.9) forgets its own defaults
  # and refuses every answer.
  mariadb --no-defaults --socket="$dir/run/mariadb.socket" --execute 'create database if not exists slurm_acct'
}

start_slurmdbd() {
  is_running slurmdbd && return
  # shellcheck disable=SC2046
  MYSQL_UNIX_PORT=$dir/run/mariadb.socket SLURM_CONF=$dir/etc/slurm.conf start slurmdbd $(enter head) slurmdbd -D
  wait_until slurmdbd 30 on_head sacctmgr -n list cluster
}

start_slurmctld() {
  is_running slurmctld && return
  # shellcheck disable=SC2046
  start slurmctld $(enter head) slurmctld -D -f "$dir/etc/slurm.conf"
  wait_until slurmctld 30 on_head scontrol ping
}

# In netns mode, nsenter stays as slurmd's parent, so the pid of its child is recorded.
start_slurmd() {
  local node=$1 parent
  is_running "slurmd-$node" && return
  mkdir -p "$dir/spool/$node" "$dir/tmp/$node"
  chmod 1777 "$dir/tmp/$node"
  # shellcheck disable=SC2046
  start "slurmd-$node" $(enter "$node") slurmd -D -f "$dir/etc/slurm.conf" -N "$node"
  [[ $mode == netns ]] || return 0
  parent=$(pid_of "slurmd-$node")
  wait_until "slurmd of $node" 10 has_child "$parent"
  record_process "slurmd-$node" "$(pgrep -P "$parent")"
}
has_child() { pgrep -P "$1"; }
