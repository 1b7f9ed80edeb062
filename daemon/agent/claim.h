// The claim on an attempt: the one job that executes it. Whoever finds it taken leaves at once; a later
// restart of the very job that holds it takes it over, and the earlier process notices at its next heartbeat.
#pragma once
#include <optional>
#include <string>

#include "daemon/handover/handover.h"

namespace trainyard {

// One process of a job: cluster, job id and restart count. Host and time are for people.
bool same_execution(const Claim& a, const Claim& b);

// Claims the attempt in `directory`: nothing when it is ours now, else the claim that stands.
std::optional<Claim> take_claim(const std::string& directory, const Claim& mine);

// Whether the claim that stands is still ours.
bool holds_claim(const std::string& directory, const Claim& mine);

// The claim that stands; nothing when nobody has started this attempt.
std::optional<Claim> read_claim(const std::string& directory);

// "job 77 (restart 1) of cluster yard on n3, since 2026-11-23T09:30:00Z"
std::string describe(const Claim& claim);

}  // namespace trainyard
