# shellcheck shell=bash disable=SC2154
# Processes: starts processes, waits for them and ends them, by their pids and never by their names.

say() { printf 'sandbox: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
misuse() { say "$*"; say 'try scripts/sandbox --help'; exit 2; }

microseconds() { printf '%s' "${1/[.,]/}"; }
seconds_since() {
  local us=$(($(microseconds "$EPOCHREALTIME") - $(microseconds "$1")))
  printf '%d.%d' $((us / 1000000)) $((us % 1000000 / 100000))
}

# wait_until WHAT SECONDS CMD...: repeats CMD until it succeeds; fails after SECONDS.
wait_until() {
  local what=$1 begun=$EPOCHREALTIME limit_us=$(($2 * 1000000))
  shift 2
  until "$@" >/dev/null 2>&1; do
    (($(microseconds "$EPOCHREALTIME") - $(microseconds "$begun") < limit_us)) || fail "waited in vain for $what"
    sleep 0.03
  done
}

# began_at PID: prints when a process began, in clock ticks since boot. Fails if it is gone or a zombie, which
# can stay until a slow pid 1 reaps it.
began_at() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra stat <<<"${stat##*) }"
  [[ ${stat[0]-Z} != [ZX] ]] && printf '%s' "${stat[19]}"
}

# record_process NAME PID: records a process's pid and start time. A pid alone could be another process's
# after a crash.
record_process() { printf '%s %s\n' "$2" "$(began_at "$2")" >"$dir/run/$1.pid"; }

# pid_of NAME: prints the pid of a recorded process; fails if that process no longer runs.
pid_of() {
  local pid began
  read -r pid began 2>/dev/null <"$dir/run/$1.pid" || return 1
  [[ $began && $(began_at "$pid") == "$began" ]] && printf '%s' "$pid"
}
is_running() { pid_of "$1" >/dev/null; }
is_gone() { ! began_at "$1" >/dev/null; }

state_of() {
  local pid
  pid=$(pid_of "$1") || { echo gone; return; }
  [[ $(<"/proc/$pid/stat") == *') T '* ]] && echo paused || echo running
}

# start NAME CMD...: runs CMD in the background and records it. It has its own session, so that a Ctrl-C in
# the caller's terminal does not reach it. It is disowned, so that `wait` without arguments does not wait for
# it.
start() {
  local name=$1
  shift
  setsid "$@" </dev/null >>"$dir/log/$name.out" 2>&1 9>&- &
  record_process "$name" $!
  disown
}

# signal_process NAME SIGNAL: sends a signal to a process; no error if the process is gone.
signal_process() {
  local pid
  pid=$(pid_of "$1") || return 0
  kill -"$2" "$pid" 2>/dev/null || true
}

# end_process NAME [SIGNAL]: ends a process and returns when it is gone. Kills it if that takes over 20 s.
end_process() {
  local name=$1 signal=${2:-TERM} pid
  if pid=$(pid_of "$name"); then
    kill -"$signal" "$pid" && kill -CONT "$pid" # a stopped process acts on the signal only after CONT
    (wait_until "the end of $name" 20 is_gone "$pid") || kill -KILL "$pid"
  fi 2>/dev/null || true
  rm -f "$dir/run/$name.pid"
}
