# shellcheck shell=bash disable=SC2154,SC2034
# Settings: the options of `up`, stored in the sandbox's directory for later commands.

# The settings that cannot change while the sandbox runs.
fixed_settings=(mode nodes gpus cpus memory forget accounting subnet port slurm s3)

default_settings() {
  mode='' nodes=4 gpus=2 cpus=8 memory=8000 forget=300 accounting=yes subnet=198.18.0 users='' slurm=yes s3=no
  port=$(port_of_directory)
}

# Prints the first of a hundred ports for this directory. They are below the range from which the kernel takes the
# ports of clients. A directory that is a sandbox already keeps its ports; a new one takes the next free hundred.
port_of_directory() {
  local slot first
  first=$(sed -n 's/^port=//p' "$dir/settings" 2>/dev/null) && [[ $first ]] && { echo "$first"; return; }
  slot=$((0x$(printf '%s' "$dir" | sha256sum | head -c 4)))
  for _ in $(seq 120); do
    first=$((20000 + slot % 120 * 100))
    [[ $(used_ports "$first") ]] || break
    slot=$((slot + 1))
  done
  echo "$first"
}

# Prints which of the hundred ports from this one on a process listens to.
used_ports() {
  ss -Hltn | awk -v low="$1" '{ sub(/.*:/, "", $4) } $4 >= low && $4 < low + 100 { print $4 }'
}

take_settings() {
  default_settings
  while (($#)); do
    case $1 in
      --no-accounting) accounting=no; shift; continue ;;
      --s3) s3=yes; shift; continue ;;
      --only-s3) s3=yes slurm=no accounting=no mode=alias; shift; continue ;;
      --nodes | --gpus | --cpus | --memory | --forget)
        [[ ${2-} =~ ^[1-9][0-9]{0,6}$ || "$1 ${2-}" == '--gpus 0' ]] || misuse "$1 needs a number" ;;
      --users) [[ ${2-} =~ ^[a-z_][a-z0-9_,-]*$ ]] || misuse '--users needs names: ada,ben' ;;
      --mode) [[ ${2-} =~ ^(netns|alias)$ ]] || misuse '--mode is netns or alias' ;;
      --subnet) [[ ${2-} =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || misuse '--subnet needs three numbers: 198.18.0' ;;
      *) misuse "unknown option of up: $1" ;;
    esac
    printf -v "${1#--}" '%s' "$2"
    shift 2
  done
  ((nodes <= 200)) || misuse 'at most 200 nodes'
  mode=${mode:-$(best_mode)}
  [[ $mode == alias ]] || can_unshare || fail 'the netns mode needs root and the right to make namespaces; try --mode alias'
}

can_unshare() { unshare --net --uts --mount --pid --fork true 2>/dev/null; }
best_mode() { if can_unshare; then echo netns; else echo alias; fi; }

load_settings() {
  [[ -r $dir/settings ]] || return 1
  default_settings
  local key value
  while IFS='=' read -r key value; do
    printf -v "$key" '%s' "$value"
  done < <(grep -E '^[a-z0-9]+=[A-Za-z0-9_.,-]*$' "$dir/settings")
}

print_settings() {
  local key
  for key in "$@"; do printf '%s=%s\n' "$key" "${!key}"; done
}

is_alias_sandbox() { grep -qx 'mode=alias' "$dir/settings" 2>/dev/null; }

# Makes $dir a sandbox with these settings. Fails if a sandbox with other settings runs there. Removes one
# with other settings that does not run, since its accounting and its jobs belong to nodes that are gone.
adopt_directory() {
  # A Unix socket's path has at most 107 bytes, and Slurm's configuration files cannot quote a space.
  [[ ${#dir} -le 80 && $dir =~ ^[A-Za-z0-9/_.+-]+$ ]] ||
    fail "$dir: at most 80 letters, digits and /_.+- (a socket's path is short); choose another with --dir"
  local wanted found
  wanted=$(print_settings "${fixed_settings[@]}")
  found=$(grep -v '^users=' "$dir/settings" 2>/dev/null || true)
  if [[ $found && $found != "$wanted" ]]; then
    ! anything_runs || fail "$dir runs with other settings; take it down first"
    (load_settings && stop_everything)
    find "$dir" -mindepth 1 -delete
  fi
  [[ $found || -z $(ls -A "$dir") ]] || fail "$dir is not empty and not a sandbox; choose another with --dir"
  print_settings "${fixed_settings[@]}" users >"$dir/settings"
  [[ $mode == netns ]] || anything_runs || check_ports
  mkdir -p "$dir"/{etc,run,log,state,dev,munge,spool,tmp}
  chmod 755 "$dir" "$dir"/{etc,run,munge,dev}
}

check_ports() {
  local used
  used=$(used_ports "$port")
  [[ -z $used ]] || fail "ports ${used//$'\n'/, } are taken; choose another --dir, which means other ports"
}

# Waits until no other command works on this directory, at most two minutes. The lock belongs to an open file,
# so it ends with the process. start() in processes.sh closes the file for the daemons.
lock_directory() {
  mkdir -p "$dir"
  exec 9<"$dir"
  flock -w 120 9 || fail "another sandbox command has held $dir for two minutes"
}

anything_runs() {
  local file name
  for file in "$dir"/run/*.pid; do
    name=${file##*/}
    ! is_running "${name%.pid}" || return 0
  done
  return 1
}
