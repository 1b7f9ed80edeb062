// Formats durations, times, jobs, counts and numbers for people, and parses times that people wrote.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/json.h"

namespace trainyard {

// Returns "12 s", "4 min 05 s", "1 h 05 min" or "3 d 04 h".
std::string human_duration(std::int64_t seconds);

// Returns "2026-11-23 10:30:00" in the time zone `zone`; "-" for null.
std::string human_time(const Json& unix_seconds, const std::string& zone);

// Parses a time of the command line, as in "--since 2026-11-23", in this time zone (parse_time() in
// base/clock.h); or "@1795426200", seconds since 1970. Throws Error{invalid} that lists the forms.
UtcSeconds time_given(const std::string& text, const std::string& zone);

// Returns the id of a job as Slurm writes it: "77", or "77_3" for a task of an array; "-" if there is no job.
std::string human_job(const Json& job);

// Returns "1 run", "3 runs".
std::string count_of(std::int64_t count, const std::string& what);

// Returns the seconds between started_at and ended_at, or until now; nullopt for a run that never started.
std::optional<std::int64_t> duration_of_run(const Json& run);

// Returns the value with four significant digits: "0.01230", "1.230e-05".
std::string human_number(double value);

}  // namespace trainyard
