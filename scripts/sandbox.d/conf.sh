# shellcheck shell=bash disable=SC2154
# Configuration: writes all files that the daemons read into etc/.

write_conf() {
  local gpu
  for ((gpu = 0; gpu < gpus; gpu++)); do
    ln -sfn /dev/null "$dir/dev/k40-$gpu" # Slurm sets CUDA_VISIBLE_DEVICES only for character devices
  done
  { slurm_conf; accounting_conf; nodes_conf; site_conf; } >"$dir/etc/slurm.conf"
  # Contains a comment line, because Slurm's commands complain about an empty file.
  [[ -e $dir/etc/site.conf ]] || echo '# Settings of your own.' >"$dir/etc/site.conf"
  gres_conf >"$dir/etc/gres.conf"
  cgroup_conf >"$dir/etc/cgroup.conf"
  : >"$dir/etc/plugstack.conf" # without this file, Slurm would read the one under /etc
  [[ $accounting == no ]] || (umask 077 && slurmdbd_conf >"$dir/etc/slurmdbd.conf")
}


slurm_conf() {
  cat <<CONF
ClusterName=yard
SlurmctldHost=$(host_name_of head)($(address_of head))
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
TmpFS=$dir/tmp/%n
SlurmctldPidFile=$dir/run/slurmctld.own
SlurmdPidFile=$dir/run/slurmd-%n.own
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd-%n.log
PlugStackConfig=$dir/etc/plugstack.conf

# A short-lived credential lets a requeued job start again at once, not after two minutes.
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket,cred_expire=10
CredType=cred/munge

ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=5

# The nodes are as large as this file says, whatever the machine has.
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=100
GresTypes=gpu

# Jobs start when they can, not at the next look around: waiting is most of a short job's life.
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1

# Failures are noticed in seconds.
MessageTimeout=10
SlurmctldTimeout=10
SlurmdTimeout=10
TCPTimeout=5
KillWait=2
InactiveLimit=0
ReturnToService=2

MinJobAge=$forget
MaxJobCount=50000
MaxArraySize=10001
CONF
}

accounting_conf() {
  if [[ $accounting == no ]]; then
    echo 'AccountingStorageType=accounting_storage/none'
    return
  fi
  cat <<CONF

AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=$(address_of head)
AccountingStoragePort=$((port + 1))
AccountingStoragePass=$dir/munge/socket
AccountingStorageTRES=gres/gpu,gres/gpu:k40
AccountingStoreFlags=job_comment
CONF
}

# In alias mode the nodes share an address and differ by port.
nodes_conf() {
  local node slurmd_port=$((port + 2)) gres=''
  ((gpus == 0)) || gres="Gres=gpu:k40:$gpus"
  echo
  for node in $(node_names); do
    [[ $mode == netns ]] || slurmd_port=$((port + 10 + ${node#n}))
    echo "NodeName=$node NodeHostname=$(host_name_of "$node")" \
      "NodeAddr=$(address_of "$node") Port=$slurmd_port CPUs=$cpus RealMemory=$memory $gres State=UNKNOWN"
  done
  echo "PartitionName=gpu Nodes=$(node_range) Default=YES MaxTime=INFINITE DefaultTime=60 State=UP"
}

# Includes etc/site.conf. To change settings for a while, write them there and call `scontrol reconfigure`, or
# restart slurmctld.
site_conf() { printf '\nInclude %s\n' "$dir/etc/site.conf"; }

gres_conf() {
  local gpu
  for ((gpu = 0; gpu < gpus; gpu++)); do
    echo "NodeName=$(node_range) Name=gpu Type=k40 File=$dir/dev/k40-$gpu"
  done
}

cgroup_conf() {
  cat <<CONF
CgroupPlugin=cgroup/v1
ConstrainCores=no
ConstrainDevices=no
CONF
}

slurmdbd_conf() {
  cat <<CONF
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
DbdHost=$(host_name_of head)
DbdAddr=$(address_of head)
DbdPort=$((port + 1))
SlurmUser=$(id -un)
PidFile=$dir/run/slurmdbd.own
LogFile=$dir/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=$(id -un)
StorageLoc=slurm_acct
CONF
}
