# shellcheck shell=bash disable=SC2154
# The yard: a private Slurm, the installed programs, trainyardd and two buckets, all in $dir; and its end.

sandbox() { "$here/sandbox" --dir "$dir/slurm" "$@"; }
trainyard() { "$prefix/bin/trainyard" --socket "$dir/trainyard.sock" "$@"; }

set_prefix() {
  prefix=$dir/install$(meson introspect --buildoptions "$here/../build" |
    python3 -c 'import json, sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')
}

install_programs() {
  chmod 755 "$dir"
  meson install -C "$here/../build" --no-rebuild --quiet --destdir "$dir/install"
}

# Runs belong to whoever submits them: here to whoever runs the demo, root or not.
configuration() {
  cat <<TOML
[daemon]
socket = "$dir/trainyard.sock"
state_dir = "$dir/state"
allow_root = true                 # a demo in a container has no other user
admins = ["$(id -un)"]
log_level = "debug"

[scratch]
path = "$dir/scratch"

[slurm]
conf = "$dir/slurm/etc/slurm.conf"
poll_interval_ms = 500

[plans.demo]
gpus = 4
default = true
TOML
}

# Answers when trainyardd has recovered and listens. It outlives this shell under --keep: a group of its own.
start_daemon() {
  mkdir "$dir/scratch"
  as_root mkdir -m 700 "$dir/state"
  configuration >"$dir/trainyard.toml"
  set -m
  sandbox exec --user root -- "$prefix/sbin/trainyardd" --config "$dir/trainyard.toml" </dev/null >>"$dir/daemon.log" 2>&1 &
  local pid=$! deadline=$((SECONDS + 30))
  echo "$pid" >"$dir/daemon.pid"
  until trainyard admin status >/dev/null 2>&1; do
    if ! is_alive "$pid" || ((SECONDS > deadline)); then
      cat "$dir/daemon.log"
      return 1
    fi
    sleep 0.05
  done
}
is_alive() { [[ -e /proc/$1/stat && $(<"/proc/$1/stat") != *') Z '* ]]; }

fill_buckets() {
  mkdir -p "$dir/buckets/digits" "$dir/buckets/results"
  cp "$here/../jobspecs/digits/digits.csv.gz" "$dir/buckets/digits/"
  sed "s|file:///srv/buckets/|file://$dir/buckets/|" "$here/../jobspecs/digits_mlp.toml" >"$dir/digits_mlp.toml"
}

# The exit of the demo, however it came about.
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
  local pid
  pid=$(cat "$dir/daemon.pid" 2>/dev/null)
  if [[ $pid ]] && is_daemon "$pid"; then
    as_root kill "$pid"
    as_root timeout 20 tail --pid "$pid" -s 0.05 -f /dev/null || as_root kill -KILL "$pid"
  fi
  sandbox down
}
# A number alone may be another process by now.
is_daemon() { tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | grep -qxF "$dir/trainyard.toml"; }

take_down_kept() {
  dir=$(realpath -m -- "${1:-.}")
  [[ -f $dir/trainyard.toml && -d $dir/slurm ]] || misuse '--down needs the directory that --keep named'
  log=$dir/log
  remove_yard
}
