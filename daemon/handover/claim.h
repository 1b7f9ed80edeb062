// The claim on an attempt: a file that names the one job that executes the attempt. An agent of another job
// that finds this file exits at once. A later restart of the same job replaces the claim by its own; the
// agent of the earlier restart notices this at its next heartbeat and exits.
//
// The fence: before the daemon gives up an attempt whose processes might still run, it revokes the claim. An
// agent reads its claim every heartbeat_interval. It ends its processes if the claim is revoked, or if it
// could not read the claim for contact_lost. So no process of the attempt runs any more, on any node, once
// ended_after has passed since the claim was revoked.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "daemon/handover/handover.h"

namespace trainyard {

inline constexpr std::chrono::seconds heartbeat_interval{5};
inline constexpr std::chrono::seconds contact_lost{15};
inline constexpr std::chrono::seconds termination_grace{5};  // from TERM to KILL
inline constexpr std::chrono::seconds ended_after{30};       // longer than the three above together

// Returns true if both claims are of one process of a job: same cluster, job id, array task and restart
// count. The host and the time are only for people.
bool same_execution(const Claim& a, const Claim& b);

// Claims the attempt in `directory`. Returns nullopt if the claim is `mine` now, else the existing claim of
// another job or restart, or the revoked claim.
std::optional<Claim> take_claim(const std::string& directory, const Claim& mine);

// Returns true if the attempt's claim is still `mine` and not revoked.
bool holds_claim(const std::string& directory, const Claim& mine);

// Revokes the claim; the daemon has the user's deputy do this. If no agent has claimed the attempt yet,
// writes a revoked claim, so that no agent can claim it any more. Returns the revoked claim; its `at` is the
// time of the first revocation.
Claim revoke_claim(const std::string& directory, UtcSeconds at);

// Returns the attempt's claim; nullopt if the attempt was neither claimed nor revoked.
std::optional<Claim> read_claim(const std::string& directory);

// Returns the claim in words: "job 77 (restart 1) of cluster yard on n3, since 2026-11-23T09:30:00Z".
std::string describe(const Claim& claim);

}  // namespace trainyard
