# shellcheck shell=bash disable=SC2154,SC2034
# Steps: runs the demo's steps and shows how long each took, and the end of the log if one failed.

bold='' dim='' red='' green='' plain=''
if [[ -t 1 && ! ${NO_COLOR-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[m'
fi

misuse() { echo "demo: $*" >&2; exit 2; }

microseconds() { printf '%s' "${1/[.,]/}"; }
seconds_since() {
  local us=$(($(microseconds "$EPOCHREALTIME") - $(microseconds "$1")))
  printf '%d.%d' $((us / 1000000)) $((us % 1000000 / 100000))
}

# step NAME CMD...: runs CMD with its output in the log. On a terminal, shows the log's newest line meanwhile.
step() {
  local name=$1 begun=$EPOCHREALTIME rc=0
  shift
  printf '== %s\n' "$name" >>"$log"
  start "$@" >>"$log" 2>&1
  [[ ! -t 1 ]] || show_newest_line "$name" "$running"
  join || rc=$?
  ((rc == 0)) || fail "$name: exit code $rc"
  printf '%s✓%s %-26s%s%6s s%s\n' "$green" "$plain" "$name" "$dim" "$(seconds_since "$begun")" "$plain"
}

# start CMD...: runs CMD in the background, because bash runs traps only after a foreground command has ended.
# CMD has its own process group, so that all its processes can be ended together.
running=''
start() {
  set -m
  "$@" </dev/null &
  running=$!
  set +m
}
join() {
  local rc=0
  wait "$running" || rc=$?
  running=''
  return "$rc"
}
# unbroken: set while steps start daemons. end_running() waits for such a step instead of ending it, because
# an interrupted step would not know all processes that it has started.
unbroken=''
end_running() {
  [[ $running ]] || return 0
  [[ $unbroken ]] || as_root kill -- "-$running" 2>/dev/null || true
  wait "$running" 2>/dev/null || true
  running=''
}

show_newest_line() {
  local line width=$(($(tput cols 2>/dev/null || echo 80) - 32))
  printf '  %-26s' "$1"
  tail -f -n 0 -s 0.1 --pid "$2" "$log" | while IFS=$'\n' read -r line; do
    line=${line//[^[:print:]]/}
    printf '\r  %-26s  %s%s%s\e[K' "$1" "$dim" "${line:0:width}" "$plain"
  done
  printf '\r\e[K'
}

fail() {
  printf '%s✗ %s%s\n' "$red" "$*" "$plain" >&2
  { echo 'the last of the log:'; tail -n 30 "$log" | sed 's/^/  /'; } >&2
  exit 1
}

# Without root and sudo, the yard is personal: all its processes run as the calling user. (scripts/sandbox
# decides the same way.)
personal=''
ask_sudo() {
  ((EUID != 0)) || return 0
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then sudo -v; else personal=1; fi
}
as_root() { if ((EUID == 0)) || [[ $personal ]]; then "$@"; else sudo -- "$@"; fi; }
