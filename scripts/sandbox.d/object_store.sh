# shellcheck shell=bash disable=SC2154
# Object store: a Ceph RADOS Gateway, which speaks S3, with the one monitor and the one OSD that it needs. The
# objects are in the OSD's memory, and are lost when the OSD ends.

s3_daemons() { [[ $s3 == no ]] || echo ceph-mon ceph-osd radosgw; }

# Ports at the end of the range that settings.sh reserves.
s3_port() { echo $((port + 60)); }
s3_tls_port() { echo $((port + 61)); }
s3_url() { echo "http://$(address_of head):$(s3_port)"; }

s3_variables() { [[ $s3 == no ]] || echo AWS_ENDPOINT_URL AWS_DEFAULT_REGION AWS_SHARED_CREDENTIALS_FILE; }
export_s3_environment() {
  AWS_ENDPOINT_URL=$(s3_url) AWS_DEFAULT_REGION=us-east-1 AWS_SHARED_CREDENTIALS_FILE=$dir/s3/credentials
  # shellcheck disable=SC2046
  export $(s3_variables)
}

start_object_store() {
  [[ $s3 == yes ]] || return 0
  command -v radosgw >/dev/null || fail 'the packages radosgw, ceph-mon and ceph-osd are missing: scripts/install_dependencies --s3'
  mkdir -p "$dir/s3"/{mon,osd,run,rgw}
  [[ -e $dir/s3/complete ]] || make_ceph
  write_ceph_conf
  start_ceph-mon
  start_ceph-osd
  start_radosgw
  [[ -e $dir/s3/complete ]] || make_s3_user
  touch "$dir/s3/complete"
}

stop_object_store() {
  local daemon
  for daemon in radosgw ceph-osd ceph-mon; do end_process "$daemon" KILL; done
  rm -rf "$dir/s3" # without the OSD's memory, the monitor's map of it is of no use
}

# as_ceph NAME CMD...: runs a command of Ceph's as this client, on the head.
# shellcheck disable=SC2046
as_ceph() { CEPH_ARGS="--conf=$dir/s3/ceph.conf --name=$1" $(enter head) "${@:2}"; }

make_ceph() {
  local user
  write_ceph_conf
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=sandbox \
    -addext "subjectAltName=IP:$(address_of head),DNS:localhost" \
    -keyout "$dir/s3/tls.key" -out "$dir/s3/tls.pem" 2>/dev/null
  ceph-authtool "$dir/s3/keyring" --create-keyring --gen-key --name=mon. --cap mon 'allow *' >/dev/null
  for user in client.admin client.rgw osd.0; do
    ceph-authtool "$dir/s3/keyring" --gen-key --name="$user" --cap mon 'allow *' --cap osd 'allow *' >/dev/null
  done
  monmaptool --create --clobber --fsid "$(ceph_fsid)" --addv a "[v2:$(address_of head):$((port + 62))]" \
    "$dir/s3/monmap" >/dev/null
  as_ceph mon. ceph-mon --mkfs --id=a --monmap="$dir/s3/monmap" --keyring="$dir/s3/keyring" >"$dir/log/ceph-mon.out" 2>&1
}

# Two random keys, so that a program that finds them proves that it was told them.
make_s3_user() {
  local access secret
  access=sandbox$(head -c 6 /dev/urandom | od -An -tx1 | tr -d ' \n')
  secret=$(head -c 20 /dev/urandom | od -An -tx1 | tr -d ' \n')
  as_ceph client.rgw radosgw-admin user create --uid=sandbox --display-name=sandbox --access-key="$access" \
    --secret-key="$secret" --caps='roles=*;user-policy=*' >/dev/null 2>&1 || fail 'radosgw-admin makes no user'
  (umask 077 && printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$access" "$secret" \
    >"$dir/s3/credentials")
}

ceph_fsid() { printf '%s' "$dir" | md5sum | sed -E 's/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/\1-\2-\3-\4-\5/'; }

# Settings that differ from Ceph's defaults because there is one of everything, and because pools and users must
# exist within a second. etc/ceph-site.conf is read behind them: settings of radosgw.
write_ceph_conf() {
  local head network=127.0.0.0/8
  head=$(address_of head)
  [[ $mode == alias ]] || network=$subnet.0/24
  cat >"$dir/s3/ceph.conf.new" <<CONF
[global]
fsid = $(ceph_fsid)
mon_initial_members = a
mon_host = v2:$head:$((port + 62))
public_network = $network
public_addr = $head
cluster_addr = $head
keyring = $dir/s3/keyring
run_dir = $dir/s3/run
admin_socket =
pid_file =
log_file =
log_to_stderr = true
crash_dir = $dir/s3/run
mon_data = $dir/s3/mon
osd_data = $dir/s3/osd
rgw_data = $dir/s3/rgw
osd_objectstore = memstore
memstore_device_bytes = 17179869184
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 2
osd_pool_default_pgp_num = 2
osd_pool_default_pg_num_min = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_class_load_list = *
osd_class_default_list = *
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_warn_on_pool_no_redundancy = false
mon_data_avail_crit = 1
mon_data_avail_warn = 2
mon_warn_on_insecure_global_id_reclaim_allowed = false
auth_allow_insecure_global_id_reclaim = false
osd_client_watch_timeout = 1
ms_bind_ipv4 = true
ms_bind_ipv6 = false
ms_bind_port_min = $((port + 63))
ms_bind_port_max = $((port + 99))
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[client]
rgw_frontends = beast tcp_nodelay=1 endpoint=$head:$(s3_port) ssl_endpoint=$head:$(s3_tls_port) ssl_certificate=$dir/s3/tls.pem ssl_private_key=$dir/s3/tls.key
rgw_thread_pool_size = 64
rgw_enable_usage_log = false
rgw_enable_ops_log = false
rgw_enable_quota_threads = false
rgw_dynamic_resharding = false
rgw_override_bucket_index_max_shards = 1
rgw_num_control_oids = 1
rgw_gc_max_objs = 2
rgw_lc_max_objs = 2
rgw_md_log_max_shards = 1
rgw_data_log_num_shards = 1
rgw_usage_max_shards = 1
rgw_gc_obj_min_wait = 1
rgw_gc_processor_period = 5
rgw_gc_processor_max_time = 5
rgw_s3_auth_order = local, sts
rgw_s3_auth_use_sts = true
rgw_sts_key = abcdefghijklmnop
rgw_sts_min_session_duration = 5
CONF
  cat "$dir/etc/ceph-site.conf" >>"$dir/s3/ceph.conf.new" 2>/dev/null || true
  mv "$dir/s3/ceph.conf.new" "$dir/s3/ceph.conf" # at once: another daemon might be reading it
}

start_ceph-mon() {
  is_running ceph-mon && return
  # shellcheck disable=SC2046
  CEPH_ARGS='' start ceph-mon $(enter head) ceph-mon --foreground --id=a --conf="$dir/s3/ceph.conf" \
    --public-addr="v2:$(address_of head):$((port + 62))"
}

start_ceph-osd() {
  is_running ceph-osd && return
  if [[ ! -e $dir/s3/complete ]]; then
    local uuid
    uuid=$(</proc/sys/kernel/random/uuid)
    as_ceph client.admin timeout 30 ceph osd new "$uuid" >/dev/null || fail 'the monitor of Ceph takes no OSD'
    as_ceph osd.0 ceph-osd --mkfs --id=0 --osd-uuid="$uuid" >>"$dir/log/ceph-osd.out" 2>&1
  fi
  # shellcheck disable=SC2046
  start ceph-osd $(enter head) ceph-osd --foreground --id=0 --conf="$dir/s3/ceph.conf"
}

start_radosgw() {
  is_running radosgw && return
  write_ceph_conf
  # shellcheck disable=SC2046
  start radosgw $(enter head) radosgw --foreground --name=client.rgw --conf="$dir/s3/ceph.conf" --no-mon-config
  wait_until 'the object store' 60 s3_answers
}
# shellcheck disable=SC2046
s3_answers() { $(enter head) curl --silent --fail --output /dev/null "$(s3_url)/"; }
