#include "daemon/steps/evidence.h"

#include <charconv>

#include "daemon/base/as_user.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

constexpr std::int64_t enough_bytes = 1 << 20;

template <class Value>
std::optional<Value> if_it_makes_sense(const TrainingRun& run, const std::string& path,
                                       std::optional<Value> (*read)(const std::string& path)) {
  try {
    return read(path);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::unavailable) throw;
    log_warning("run={} evidence=unreadable {}", run.id, e.what());
    return std::nullopt;
  }
}

template <class Value, Value (*from_json)(const Json&)>
std::optional<Value> read_value(const std::string& path) {
  std::optional<std::string> text = read_file_if_there(path, enough_bytes);
  return text ? std::optional(from_json(parse_json(*text, path))) : std::nullopt;
}

std::optional<UtcSeconds> read_time(const std::string& path) {
  std::optional<std::string> text = read_file_if_there(path, enough_bytes);
  if (!text) return std::nullopt;
  std::int64_t seconds = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc()) throw Error(ErrorKind::invalid, path + ": is no time");
  return from_unix(seconds);
}

bool is_claim_of(const JobKey& job, const Claim& claim) {
  return claim.job_id == job.job_id && claim.array_task == job.task;
}

}  // namespace

AttemptEvidence read_evidence(const std::string& directory, const TrainingRun& run) {
  AsUser user(run.owner.uid);
  AttemptEvidence evidence;
  auto path = [&](const char* name) { return join_path(directory, name); };
  evidence.claim = if_it_makes_sense(run, path(layout::claim_file), read_value<Claim, claim_from_json>);
  evidence.start =
      if_it_makes_sense(run, path(layout::start_file), read_value<StartEvidence, start_evidence_from_json>);
  evidence.exit =
      if_it_makes_sense(run, path(layout::exit_file), read_value<ExitEvidence, exit_evidence_from_json>);
  evidence.heartbeat = if_it_makes_sense(run, path(layout::heartbeat_file), read_time);
  const JobKey& job = run.attempt()->train->key;
  if (evidence.start && !is_claim_of(job, evidence.start->claim)) evidence.start.reset();
  if (evidence.exit && !is_claim_of(job, evidence.exit->claim)) evidence.exit.reset();
  return evidence;
}

}  // namespace trainyard
