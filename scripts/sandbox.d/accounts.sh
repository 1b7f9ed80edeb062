# shellcheck shell=bash disable=SC2154
# Accounts: two tenants, vision and speech, and the users who may charge them.

# One file loaded is one second; the same changes made one by one are half a second each.
load_accounts() {
  local file=$dir/etc/accounts
  accounts_file >"$file.wanted"
  ! cmp -s "$file.wanted" "$file" || return 0
  ((EUID == 0)) || introduce_myself
  on_head sacctmgr -i load "$file.wanted" >"$dir/log/accounts.out" 2>&1 || fail "sacctmgr refuses $file.wanted"
  mv "$file.wanted" "$file"
}

accounts_file() {
  local user account list
  # shellcheck disable=SC2086  # names have no spaces
  list=$(printf '%s\n' "$(id -un)" "${SANDBOX_CALLER:-root}" ${users//,/ } root | sort -u)
  echo "Cluster - 'yard'"
  echo "Parent - 'root'"
  echo "User - '$(id -un)':DefaultAccount='root':AdminLevel='Administrator'"
  for account in vision speech; do echo "Account - '$account':Description='$account':Organization='$account'"; done
  for account in vision speech; do
    echo "Parent - '$account'"
    for user in $list; do echo "User - '$user':DefaultAccount='vision'"; done
  done
}

# slurmdbd lets SlurmUser make single changes, but load insists on a user it knows; root it knows.
introduce_myself() {
  printf '%s\n' 'add cluster yard' "add user $(id -un) account=root adminlevel=administrator" exit |
    on_head sacctmgr -i >"$dir/log/accounts.out" 2>&1
}
