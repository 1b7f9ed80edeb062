# shellcheck shell=bash disable=SC2154
# The yard of the demo: brings up and takes down a private Slurm, the installed programs, trainyardd, its
# broker and two buckets, all in $dir.

sandbox() { "$here/sandbox" --dir "$dir/slurm" "$@"; }
trainyard() { "$prefix/bin/trainyard" --socket "$dir/run/trainyard.sock" "$@"; }

# Runs trainyard on the head node, from which the object store can be reached.
trainyard_on_head() {
  sandbox exec --user "$(id -un)" -- env TRAINYARD_SOCKET="$dir/run/trainyard.sock" "$prefix/bin/trainyard" "$@"
}

has_object_store() { command -v radosgw >/dev/null; }
store_url() { sandbox exec -- printenv AWS_ENDPOINT_URL; }

set_prefix() {
  prefix=$dir/install$(meson introspect --buildoptions "$here/../build" |
    python3 -c 'import json, sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')
}

install_programs() {
  chmod 755 "$dir"
  meson install -C "$here/../build" --no-rebuild --quiet --destdir "$dir/install"
  make_places
}

# Prints trainyard.toml. It has allow_root, because runs belong to the user who submits them: here to the user
# who runs the demo, who can be root.
configuration() {
  cat <<TOML
[daemon]
socket = "$dir/run/trainyard.sock"
state_dir = "$dir/state"
broker = "$([[ $personal ]] || echo "$dir/broker/socket")"
allow_root = true                 # a demo in a container has no other user
admins = ["$(id -un)"]
log_level = "debug"

[scratch]
path = "$dir/scratch/{user}/trainyard"

[slurm]
conf = "$dir/slurm/etc/slurm.conf"
poll_interval_ms = 500

[plans.demo]
gpus = 4
default = true
TOML
  ! has_object_store || printf '\n[stores.demo]\nendpoint = "%s"\n' "$(store_url)"
}

# The user as whom the daemon runs: one without rights that exists on every machine.
daemon_user=nobody daemon_group=nogroup
as_daemon() {
  [[ $personal ]] ||
    echo "setpriv --reuid=$daemon_user --regid=$daemon_group --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all"
}

# Makes the directories that systemd makes for the units of daemon and broker, and the user's on scratch.
make_places() {
  mkdir -p "$dir/run" "$dir/broker" "$dir/state" "$dir/scratch/$(id -un)"
  chmod 700 "$dir/state" "$dir/scratch/$(id -un)"
  [[ $personal ]] || as_root chown "$daemon_user:$daemon_group" "$dir/run" "$dir/state"
  [[ $personal ]] || as_root chown "root:$daemon_group" "$dir/broker"
}

start_broker() {
  in_background broker setpriv --regid="$daemon_group" --clear-groups --no-new-privs --inh-caps=-all \
    --bounding-set=-all,+setuid,+setgid,+kill -- "$prefix/sbin/trainyard-broker" --daemon-uid "$(id -u "$daemon_user")" \
    --socket "$dir/broker/socket" --deputy "$prefix/libexec/trainyard/trainyard-deputy" --allow-root --allow-sudoers
  await "$dir/broker.pid" "$dir/broker.log" as_root test -S "$dir/broker/socket"
}

# Starts trainyardd and returns when it has recovered and listens.
start_daemon() {
  configuration >"$dir/trainyard.toml"
  # shellcheck disable=SC2046  # words on purpose
  in_background daemon $(as_daemon) "$prefix/sbin/trainyardd" --config "$dir/trainyard.toml"
  await "$dir/daemon.pid" "$dir/daemon.log" trainyard admin status
}

# await PIDFILE LOG CMD...: repeats CMD until it succeeds. Prints the log and fails if the process of PIDFILE
# ends, or after 30 s.
await() {
  local pid log=$2 deadline=$((SECONDS + 30))
  pid=$(<"$1")
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! is_alive "$pid" || ((SECONDS > deadline)); then
      cat "$log"
      return 1
    fi
    sleep 0.05
  done
}

# in_background NAME CMD...: runs CMD on the head node, as root unless the yard is personal, and records its
# pid. CMD has its own process group, so that it can outlive this shell with --keep.
in_background() {
  local name=$1
  shift
  set -m
  # Not by the function sandbox(), which would run in a subshell: $! would be the subshell's pid, not CMD's.
  "$here/sandbox" --dir "$dir/slurm" exec --user "$([[ $personal ]] && id -un || echo root)" -- "$@" \
    </dev/null >>"$dir/$name.log" 2>&1 &
  echo $! >"$dir/$name.pid"
  set +m
}
is_alive() { [[ -e /proc/$1/stat && $(<"/proc/$1/stat") != *') Z '* ]]; }

fill_buckets() {
  local buckets="file://$dir/buckets/"
  if has_object_store; then buckets=s3:// && fill_object_store; else fill_folders; fi
  # Slurm counts whole seconds, and training the original model takes less than one. A wider layer takes a few
  # seconds.
  sed -e "s|file:///srv/buckets/|$buckets|" -e 's/dense = 128/dense = 4096/' \
    "$here/../jobspecs/digits_mlp.toml" >"$dir/digits_mlp.toml"
}

fill_folders() {
  mkdir -p "$dir/buckets/digits" "$dir/buckets/results"
  cp "$here/../jobspecs/digits/digits.csv.gz" "$dir/buckets/digits/"
}

fill_object_store() {
  local bucket
  for bucket in digits results; do make_bucket "$bucket"; done
  trainyard_on_head credential add --file "$dir/slurm/s3/credentials"
  trainyard_on_head upload "$here/../jobspecs/digits/digits.csv.gz" s3://digits/
}

# curl reads the keys from standard input, because every user can see a command line.
make_bucket() {
  awk -F ' = ' '/^aws_access_key_id/ { key = $2 } /^aws_secret_access_key/ { print "user = " key ":" $2 }' \
    "$dir/slurm/s3/credentials" |
    sandbox exec -- curl --silent --show-error --fail --request PUT --aws-sigv4 aws:amz:us-east-1:s3 \
      --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --config - "$(store_url)/$1"
}

# Called when the demo exits, also after an error or a signal.
finish() {
  local rc=$?
  trap - EXIT
  trap '' INT TERM HUP
  set +e
  end_running
  if [[ $keep && $rc == 0 ]]; then
    say_how_to_talk
  else
    printf '%stakes everything down%s\n' "$dim" "$plain"
    remove_yard
  fi
  exit "$rc"
}

remove_yard() {
  take_down >>"$log" 2>&1 || fail "$dir is not taken down whole"
  as_root rm -rf --one-file-system "$dir"
}

take_down() {
  end_by_name daemon
  end_by_name broker
  sandbox down
}
end_by_name() {
  local pid
  pid=$(cat "$dir/$1.pid" 2>/dev/null)
  [[ $pid ]] && is_of_the_yard "$pid" || return 0
  as_root kill "$pid"
  as_root timeout 20 tail --pid "$pid" -s 0.05 -f /dev/null || as_root kill -KILL "$pid"
}
# is_of_the_yard PID: succeeds if the process belongs to the yard. The pid could be another process's by now.
is_of_the_yard() { tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | grep -qF "$dir/"; }

take_down_kept() {
  dir=$(realpath -m -- "${1:-.}")
  [[ -f $dir/trainyard.toml && -d $dir/slurm ]] || misuse '--down needs the directory that --keep named'
  log=$dir/log
  remove_yard
}
