#include "daemon/agent/stage.h"

#include <filesystem>

#include "daemon/agent/stage_files.h"
#include "daemon/agent/stage_progress.h"
#include "daemon/agent/stage_samples.h"
#include "daemon/agent/write_evidence.h"
#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/layout.h"
#include "daemon/handover/source_list.h"
#include "kernels/scratch_file.h"
#include "plugins/formats/table/format_table.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

bool is_raw(const StageRequest& request) { return is_format_of_files(request.data.format); }

// Returns the path of the staged data set; a file or folder of that name is complete.
std::string target_of(const StageRequest& request) {
  return join_path(request.directory, is_raw(request) ? layout::raw_folder : layout::dataset_file);
}

std::int64_t size_of_sources(const StageRequest& request) {
  std::int64_t size_bytes = 0;
  SourceListReader list(join_path(request.directory, layout::source_list));
  while (const auto entry = list.next()) size_bytes += entry->object.size_bytes;
  return size_bytes;
}

StageEvidence evidence_of_complete(const StageRequest& request) {
  StageEvidence evidence;
  evidence.ok = true;
  if (is_raw(request)) {
    evidence.size_bytes = size_of_sources(request);
    return evidence;
  }
  const std::string path = target_of(request);
  const ScratchInfo info = read_scratch_info(path);
  evidence.size_bytes = static_cast<std::int64_t>(fs::file_size(path));
  evidence.samples = info.train_count;
  evidence.test_samples = info.test_count;
  return evidence;
}

StageEvidence evidence_of_failure(const Error& error) {
  StageEvidence evidence;
  evidence.waits_for_credentials = error.kind() == ErrorKind::no_credentials;
  // A daemon of the release before knows only `try_again`.
  evidence.try_again = evidence.waits_for_credentials || error.kind() == ErrorKind::unavailable;
  evidence.message = error.what();
  return evidence;
}

void record(const StageRequest& request, StageEvidence evidence) {
  evidence.at = now();
  write_evidence(join_path(request.directory, layout::staged_file), to_json(evidence));
  if (evidence.ok)
    log_info("staged {}: {} bytes, {} samples and {} held out", request.data.source, evidence.size_bytes,
             evidence.samples, evidence.test_samples);
  else
    log_error("{}", evidence.message);
}

void stage_unless_there(StageRequest& request) {
  const std::string leftovers = join_path(request.directory, layout::staging_folder);
  if (fs::exists(target_of(request)) && !fs::exists(leftovers)) return;
  StagingFolder staging(request.directory);
  if (fs::exists(target_of(request)))
    return staging.remove();  // a stage job that was killed, or ended meanwhile
  StageProgress progress(request.directory, size_of_sources(request));
  const FetchProgress note = [&](const FetchedUnits& there) { progress.note(there); };
  if (is_raw(request)) {
    stage_files(request, staging, note);
  } else {
    read_source_list(join_path(request.directory, layout::source_list), request);
    stage_samples(request, staging, note);
  }
  remove_file(join_path(request.directory, layout::progress_file));
  staging.remove();
}

}  // namespace

int stage(const std::string& request_path) {
  StageRequest request = read_handover(request_path, most_file_bytes, stage_request_from_json);
  try {
    stage_unless_there(request);
  } catch (...) {
    const Error e = caught_error();
    // Another stage job might have staged the data set meanwhile. If the data set is there, the error does
    // not matter.
    if (!fs::exists(target_of(request))) {
      record(request, evidence_of_failure(e));
      return agent_exit_code(e.kind());
    }
  }
  record(request, evidence_of_complete(request));
  return 0;
}

}  // namespace trainyard
