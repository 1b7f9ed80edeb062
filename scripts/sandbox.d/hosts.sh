# shellcheck shell=bash disable=SC2154
# Hosts: the head and the nodes. In netns mode, a host is a set of namespaces that a process host_init keeps
# open. The bridge and the veth devices are in the head's network namespace. So the network is invisible
# outside, and sandboxes with equal subnets do not conflict.

node_names() { local i; for ((i = 1; i <= nodes; i++)); do echo "n$i"; done; }
node_range() { ((nodes == 1)) && echo n1 || echo "n[1-$nodes]"; }
is_node() { [[ $1 =~ ^n([1-9][0-9]*)$ ]] && ((BASH_REMATCH[1] <= nodes)); }

address_of() {
  if [[ $mode == alias ]]; then echo 127.0.0.1
  elif [[ $1 == head ]]; then echo "$subnet.254"
  else echo "$subnet.${1#n}"; fi
}

host_name_of() { if [[ $mode == netns ]]; then echo "$1"; else hostname -s; fi; }

# enter HOST: prints the words before a command that run it on HOST. On the head they do not fork, so the
# command keeps its pid.
enter() {
  [[ $mode == netns ]] || return 0
  local pid
  [[ $1 == head ]] || is_node "$1" || misuse "no such host: $1"
  pid=$(pid_of "host-$1") || fail "$1 is off"
  if [[ $1 == head ]]; then
    echo "nsenter --target $pid --net --uts --"
  else
    echo "nsenter --target $pid --net --uts --mount --pid --wdns=$PWD --"
  fi
}

# shellcheck disable=SC2046
on_head() { SLURM_CONF=$dir/etc/slurm.conf $(enter head) "$@"; }

# as_user NAME: prints the words before a command that run it as this user; none for the calling user.
as_user() {
  [[ $1 && $1 != "$(id -un)" ]] || return 0
  local entry home shell
  ((EUID == 0)) || fail 'only root runs commands as somebody else'
  entry=$(getent passwd "$1") || fail "no such user: $1"
  IFS=: read -r _ _ _ gid _ home shell <<<"$entry"
  echo "setpriv --reuid=$1 --regid=$gid --init-groups env HOME=$home USER=$1 LOGNAME=$1 SHELL=$shell"
}

# Exports the variables for clients and jobs. In alias mode, MPI ranks on different nodes are on one machine,
# and must use TCP on the loopback device.
export_environment() {
  export SLURM_CONF=$dir/etc/slurm.conf
  [[ $mode == netns ]] ||
    export OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
  [[ $s3 == no ]] || export_s3_environment
}

# host_up HOST UNSHARE-FLAG...: starts host_init in new namespaces and records its pid.
host_up() {
  local host=$1 pid answer ready=$dir/run/$1.ready
  shift
  rm -f "$ready" "$ready.never"
  mkfifo "$ready" "$ready.never"
  exec {answer}<>"$ready" # opened before the host writes: a FIFO that nobody has open loses its contents
  start "host-$host" unshare "$@" -- "$here/sandbox.d/host_init" "$host" "$ready" {answer}>&-
  read -r -t 60 -u "$answer" pid || fail "$host does not come up"
  exec {answer}>&-
  record_process "host-$host" "$pid"
}

hosts_up() {
  local node
  head_up
  for node in $(node_names); do node_up "$node"; done
}

head_up() {
  [[ $mode == netns ]] && ! is_running host-head || return 0
  host_up head --net --uts
  on_head ip -batch - <<BATCH
link add yard type bridge
address add $(address_of head)/24 dev yard
link set yard up
BATCH
  readlink "/proc/$(pid_of host-head)/ns/net" >"$dir/run/head.netns"
}

node_up() {
  [[ $mode == netns ]] && ! is_running "host-$1" || return 0
  host_up "$1" --net --uts --mount --pid --fork --kill-child
  plug_in "$1"
}

# Connects a node to the bridge. Removes the veth device of a node that died first, because the kernel removes
# it only some time after the death.
plug_in() {
  on_head ip link delete "to-$1" 2>/dev/null || true
  on_head ip -batch - <<BATCH
link add to-$1 type veth peer name eth0 netns $(pid_of "host-$1")
link set to-$1 master yard up
BATCH
  nsenter --target "$(pid_of "host-$1")" --net ip -batch - <<BATCH
address add $(address_of "$1")/24 dev eth0
link set eth0 up
BATCH
}

# Prints the pids of the processes that `exec` started on the head and that still run, even if the head's own
# process is gone.
head_leftovers() {
  local netns
  [[ $mode == netns ]] && netns=$(cat "$dir/run/head.netns" 2>/dev/null) || return 0
  find /proc/[0-9]*/ns/net -maxdepth 0 -lname "${netns//[\[\]]/?}" -printf '%h\n' 2>/dev/null | grep -o '[0-9]*' || true
}
all_gone() {
  local pid
  for pid; do is_gone "$pid" || return 1; done
}

hosts_down() {
  local host left
  for host in $(node_names); do end_process "host-$host" KILL & done
  wait
  mapfile -t left < <(head_leftovers)
  ((${#left[@]} == 0)) || kill -TERM "${left[@]}" 2>/dev/null || true
  (wait_until 'the processes on the head' 5 all_gone "${left[@]}") || kill -KILL "${left[@]}" 2>/dev/null || true
  end_process host-head KILL
}
