// stage and inspect: a data set comes to scratch by a job of its own, CPU only.
#include <fmt/format.h>

#include <cstdio>

#include "daemon/base/as_user.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/directories.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

constexpr int max_stage_jobs = 5;

std::vector<SourceObject> to_source_objects(const std::vector<Object>& objects) {
  std::vector<SourceObject> sources;
  for (const Object& object : objects)
    sources.push_back({object.url, object.key, object.etag, object.size_bytes});
  return sources;
}

// The evidence of an earlier stage job must not speak for the new one.
void write_request(const DataSet& data_set, const std::string& directory) {
  StageRequest request{data_set.digest, directory, data_set.data, data_set.objects, data_set.test_objects};
  AsUser user(data_set.owner.uid);
  std::remove(join_path(directory, layout::staged_file).c_str());
  write_atomically(join_path(directory, layout::stage_file), to_json(request).dump(2));
}

std::optional<StageEvidence> read_evidence(const std::string& directory, const Owner& owner) {
  AsUser user(owner.uid);
  std::string path = join_path(directory, layout::staged_file);
  std::optional<std::string> text = read_file_if_there(path, 1 << 20);
  return text ? std::optional(stage_evidence_from_json(parse_json(*text, path))) : std::nullopt;
}

}  // namespace

Sources Steps::list_sources(const Owner& owner, const DataSpec& data) {
  AsUser user(owner.uid);
  auto list = [this](const std::string& source, const std::string& labels) {
    std::vector<Object> objects;
    if (!source.empty()) objects = file_store_.list(source);
    if (!labels.empty())
      for (Object& object : file_store_.list(labels)) objects.push_back(std::move(object));
    return to_source_objects(objects);
  };
  return {list(data.source, data.label_source), list(data.test_source, data.test_label_source)};
}

DataSetStepResult Steps::stage(const DataSet& data_set, Doubt doubt) {
  if (data_set.attempts > 0) {
    UtcSeconds due = data_set.changed_at + delay_after(data_set.attempts);
    if (now() < due) return {std::nullopt, due - now()};
  }
  std::string directory = layout::dataset_directory(site_.scratch, data_set.digest);
  JobRequest request = stage_job(site_, data_set);
  // Staging twice does no harm: a doubt is worth a look, but no waiting.
  std::optional<JobKey> job;
  if (doubt) job = already_submitted(request.token, data_set.owner.uid, {}, UtcSeconds{});
  if (!job) {
    make_user_directory(directory, data_set.owner);
    write_request(data_set, directory);
    job = scheduler_.submit(request);
  }
  return {event::Staging{now(), data_set.attempts + 1, *job}, {}};
}

DataSetEvent Steps::inspect(const DataSet& data_set, const JobStatus& job) {
  std::string directory = layout::dataset_directory(site_.scratch, data_set.digest);
  std::optional<StageEvidence> evidence = read_evidence(directory, data_set.owner);
  if (evidence && evidence->ok)
    return event::Ready{now(), evidence->size_bytes, evidence->samples, evidence->test_samples};
  std::string reason = evidence ? evidence->message
                                : fmt::format("the stage job ended without evidence ({}); see {}", job.state,
                                              join_path(directory, layout::stage_log));
  bool try_again = (!evidence || evidence->try_again) && data_set.attempts < max_stage_jobs;
  return event::StageFailed{now(), reason, try_again};
}

}  // namespace trainyard
