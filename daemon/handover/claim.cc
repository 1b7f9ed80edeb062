#include "daemon/handover/claim.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

std::string claim_path(const std::string& directory) { return join_path(directory, layout::claim_file); }

void write_claim(const std::string& path, const Claim& claim) {
  write_atomically(path, to_json(claim).dump(1) + "\n");
}

// Exclusive as O_EXCL is, over NFS too; and by link(2) the claim is seen with its contents or not at all.
bool create_claim(const std::string& directory, const Claim& mine) {
  const std::string path = claim_path(directory);
  const std::string beside = path + "." + random_hex(8);
  write_claim(beside, mine);
  const bool created = ::link(beside.c_str(), path.c_str()) == 0;
  const int error = errno;
  ::unlink(beside.c_str());
  errno = error;
  if (!created && errno != EEXIST) throw_errno("claim " + path);
  if (created) fsync_directory(directory);
  return created;
}

bool same_job(const Claim& a, const Claim& b) {
  return a.cluster == b.cluster && a.job_id == b.job_id && a.array_task == b.array_task;
}

bool is_later_restart(const Claim& mine, const Claim& standing) {
  return !standing.revoked && same_job(mine, standing) && mine.restarts > standing.restarts;
}

}  // namespace

bool same_execution(const Claim& a, const Claim& b) { return same_job(a, b) && a.restarts == b.restarts; }

std::optional<Claim> take_claim(const std::string& directory, const Claim& mine) {
  if (create_claim(directory, mine)) return std::nullopt;
  const std::optional<Claim> standing = read_claim(directory);
  if (!standing) throw Error(ErrorKind::unavailable, claim_path(directory) + ": gone while it was read");
  if (!is_later_restart(mine, *standing)) return standing;
  write_claim(claim_path(directory), mine);
  return std::nullopt;
}

bool holds_claim(const std::string& directory, const Claim& mine) {
  const std::optional<Claim> standing = read_claim(directory);
  return standing && !standing->revoked && same_execution(*standing, mine);
}

Claim revoke_claim(const std::string& directory, UtcSeconds at) {
  Claim revoked;
  revoked.at = at;
  revoked.revoked = true;
  if (create_claim(directory, revoked)) return revoked;
  if (std::optional<Claim> standing = read_claim(directory)) revoked = *standing;
  if (revoked.revoked) return revoked;
  revoked.at = at;
  revoked.revoked = true;
  write_claim(claim_path(directory), revoked);
  return revoked;
}

std::optional<Claim> read_claim(const std::string& directory) {
  const std::string path = claim_path(directory);
  const std::optional<std::string> text = read_file_if_there(path, most_claim_bytes);
  if (!text) return std::nullopt;
  return claim_from_json(parse_json(*text, path));
}

std::string describe(const Claim& claim) {
  if (claim.revoked) return "nobody: the daemon has given it up at " + format_utc(claim.at);
  std::string task = claim.array_task ? fmt::format("_{}", *claim.array_task) : "";
  return fmt::format("job {}{} (restart {}) of cluster {} on {}, since {}", claim.job_id, task,
                     claim.restarts, claim.cluster, claim.host, format_utc(claim.at));
}

}  // namespace trainyard
