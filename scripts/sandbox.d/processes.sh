# shellcheck shell=bash disable=SC2154
# Processes: started, waited for and ended by pid, never by name.

say() { printf 'sandbox: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
misuse() { say "$*"; say 'try scripts/sandbox --help'; exit 2; }

microseconds() { printf '%s' "${1/[.,]/}"; }
seconds_since() {
  local us=$(($(microseconds "$EPOCHREALTIME") - $(microseconds "$1")))
  printf '%d.%d' $((us / 1000000)) $((us % 1000000 / 100000))
}

# wait_until WHAT SECONDS CMD...: asks CMD until it says yes.
wait_until() {
  local what=$1 begun=$EPOCHREALTIME limit_us=$(($2 * 1000000))
  shift 2
  until "$@" >/dev/null 2>&1; do
    (($(microseconds "$EPOCHREALTIME") - $(microseconds "$begun") < limit_us)) || fail "waited in vain for $what"
    sleep 0.03
  done
}

# When a process began, in clock ticks since boot; nothing for one that is gone. A zombie is gone, too:
# it may stay until a slow pid 1 collects it.
began_at() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra stat <<<"${stat##*) }"
  [[ ${stat[0]-Z} != [ZX] ]] && printf '%s' "${stat[19]}"
}

# A pid alone may be given out again after a crash; with the time of its start it means one process for good.
record_process() { printf '%s %s\n' "$2" "$(began_at "$2")" >"$dir/run/$1.pid"; }

# The pid of a process of ours, if it still runs.
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

# start NAME CMD...: in a session of its own, so that a Ctrl-C in the caller's terminal does not reach it, and
# disowned, so that a bare wait here is not a wait for the daemons.
start() {
  local name=$1
  shift
  setsid "$@" </dev/null >>"$dir/log/$name.out" 2>&1 9>&- &
  record_process "$name" $!
  disown
}

# signal_process NAME SIGNAL: no error when it is gone already.
signal_process() {
  local pid
  pid=$(pid_of "$1") || return 0
  kill -"$2" "$pid" 2>/dev/null || true
}

# end_process NAME [SIGNAL]: returns when it is gone. One that does not listen is killed after 20 s.
end_process() {
  local name=$1 signal=${2:-TERM} pid
  if pid=$(pid_of "$name"); then
    kill -"$signal" "$pid" && kill -CONT "$pid" # a paused one would not hear it
    (wait_until "the end of $name" 20 is_gone "$pid") || kill -KILL "$pid"
  fi 2>/dev/null || true
  rm -f "$dir/run/$name.pid"
}
