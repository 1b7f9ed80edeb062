# shellcheck shell=bash disable=SC2154
# Accounts: creates the accounts vision and speech in slurmdbd, and the users who may charge jobs to them.

# Creates all accounts by loading one file, which takes a second; each single change would take half a second.
# Does nothing if the file has not changed.
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

# Adds the calling user to slurmdbd, because `sacctmgr load` requires a user that slurmdbd knows. slurmdbd
# knows root already. SlurmUser may make single changes without that.
introduce_myself() {
  printf '%s\n' 'add cluster yard' "add user $(id -un) account=root adminlevel=administrator" exit |
    on_head sacctmgr -i >"$dir/log/accounts.out" 2>&1
}
