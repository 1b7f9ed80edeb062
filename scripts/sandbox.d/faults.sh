# shellcheck shell=bash disable=SC2154
# Faults: the command `fault`, which causes faults of daemons and nodes and returns when they have happened.

command_fault() {
  load_settings || fail "no sandbox in $dir"
  (($# == 2)) || misuse 'fault needs two words: fault slurmctld kill'
  lock_directory
  case $1 in
    node:*) fault_node "${1#node:}" "$2" ;;
    slurmd:*) is_node "${1#slurmd:}" || misuse "no such node: ${1#slurmd:}"; fault_daemon "${1/:/-}" "$2" ;;
    munged | mariadbd | slurmdbd | slurmctld | radosgw | ceph-osd) fault_daemon "$1" "$2" ;;
    *) misuse "no such thing to break: $1" ;;
  esac
}

fault_daemon() {
  case $2 in
    kill) end_process "$1" KILL ;;
    stop) end_process "$1" TERM ;;
    pause) signal_process "$1" STOP ;;
    resume) signal_process "$1" CONT ;;
    start)
      case $1 in
        slurmd-*) start_slurmd "${1#slurmd-}" ;;
        *) "start_$1" ;;
      esac ;;
    *) misuse "a daemon can be made to kill, stop, start, pause or resume, not $2" ;;
  esac
}

fault_node() {
  is_node "$1" || misuse "no such node: $1"
  [[ $mode == netns ]] || fail 'nodes have power and cables in netns mode only'
  case $2 in
    off) end_process "host-$1" KILL; rm -f "$dir/run/slurmd-$1.pid" ;;
    on) node_up "$1"; start_slurmd "$1" ;;
    cut) on_head ip link set "to-$1" down ;;
    join) on_head ip link set "to-$1" up ;;
    *) misuse "a node can go off, on, cut or join, not $2" ;;
  esac
}
