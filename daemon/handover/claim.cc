#include "daemon/handover/claim.h"

#include <fmt/format.h>

#include "daemon/base/atomic_file.h"
#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

std::string claim_path(const std::string& directory) { return join_path(directory, layout::claim_file); }

std::string text_of(const Claim& claim) { return to_json(claim).dump(1) + "\n"; }

void write_claim(const std::string& directory, const Claim& claim) {
  write_atomically(claim_path(directory), text_of(claim));
}

bool create_claim(const std::string& directory, const Claim& mine) {
  AtomicFile file(claim_path(directory));
  file.write(text_of(mine));
  return file.commit_unless_there();
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
  write_claim(directory, mine);
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
  if (revoked.revoked) {
    fsync_directory(directory);  // an earlier revocation might have failed in this sync
    return revoked;
  }
  revoked.at = at;
  revoked.revoked = true;
  write_claim(directory, revoked);
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
