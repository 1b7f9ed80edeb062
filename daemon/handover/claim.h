// The claim on an attempt: the one job that executes it. Whoever finds it taken leaves at once; a later
// restart of the very job that holds it takes it over, and the earlier process notices at its next heartbeat.
//
// The fence: the daemon takes the claim away before it gives up an attempt whose processes may live on. An
// agent looks at its claim every heartbeat_interval, ends its processes when it is gone, and does the same
// when it could not look for contact_lost. So nothing of the attempt runs any more, wherever it was, once
// ended_after has passed since the claim was taken away.
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

// One process of a job: cluster, job id and restart count. Host and time are for people.
bool same_execution(const Claim& a, const Claim& b);

// Claims the attempt in `directory`: nothing when it is ours now, else the claim that stands.
std::optional<Claim> take_claim(const std::string& directory, const Claim& mine);

// Whether the claim that stands is still ours.
bool holds_claim(const std::string& directory, const Claim& mine);

// Takes it away from whoever holds it, or will; the daemon's part. What stands then: `at` is when that was
// first done.
Claim revoke_claim(const std::string& directory, UtcSeconds at);

// The claim that stands; nothing when nobody has started this attempt.
std::optional<Claim> read_claim(const std::string& directory);

// "job 77 (restart 1) of cluster yard on n3, since 2026-11-23T09:30:00Z"
std::string describe(const Claim& claim);

}  // namespace trainyard
