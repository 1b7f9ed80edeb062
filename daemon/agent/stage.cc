#include "daemon/agent/stage.h"

#include <chrono>
#include <filesystem>

#include "daemon/agent/copy_objects.h"
#include "daemon/agent/samples.h"
#include "daemon/agent/sources.h"
#include "daemon/agent/write_evidence.h"
#include "daemon/base/digest.h"
#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/layout.h"
#include "daemon/handover/source_list.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

bool is_raw(const StageRequest& request) { return request.data.format == "raw"; }

// Returns the path of the staged data set; a file or folder of that name is complete.
std::string target_of(const StageRequest& request) {
  return join_path(request.directory, is_raw(request) ? layout::raw_folder : layout::dataset_file);
}

std::string describe_sources(const StageRequest& request) {
  Json sources = Json::array();
  for (const auto* objects : {&request.objects, &request.test_objects})
    for (const SourceObject& object : *objects) sources.push_back(to_json(object));
  return sources.dump();
}

void stage_samples(const StageRequest& request) {
  const DataSpec& data = request.data;
  const Source train = list_unchanged(data.source, data.label_source, request.store, request.objects);
  std::unique_ptr<DatasetFormat> format = load_dataset_format(data.format);
  std::unique_ptr<SampleReader> samples = format->open(train.objects, *train.store, data.options);

  std::optional<Source> test;
  std::unique_ptr<SampleReader> test_samples;
  if (!data.test_source.empty()) {
    test = list_unchanged(data.test_source, data.test_label_source, request.store, request.test_objects);
    test_samples = format->open(test->objects, *test->store, data.options);
  }

  ScratchLayout layout = layout_for(data, samples->info(), test_samples ? &test_samples->info() : nullptr);
  layout.sources = describe_sources(request);
  ScratchWriter file(target_of(request), layout);
  write_samples(file, layout, data, *samples, test_samples.get());
  list_unchanged(data.source, data.label_source, request.store,
                 request.objects);  // still unchanged after it was read
  file.commit();
}

// FolderBeside: a folder beside `target`, in which files are collected. commit() renames it to `target`;
// without commit() it is removed.
class FolderBeside {
 public:
  explicit FolderBeside(const std::string& target)
      : target_(target), beside_(target + ".tmp-" + random_hex(8)) {
    make_directory(beside_);
  }
  ~FolderBeside() { try_to_remove_tree(beside_); }
  FolderBeside(const FolderBeside&) = delete;
  FolderBeside& operator=(const FolderBeside&) = delete;

  const std::string& path() const { return beside_; }

  // Also throws if another stage job of the same data set was first. Then stage() uses the files of that job,
  // which are equally good.
  void commit() {
    fsync_directory(beside_);
    rename_durably(beside_, target_);
  }

 private:
  std::string target_, beside_;
};

void stage_files(const StageRequest& request) {
  const Source source = list_unchanged(request.data.source, "", request.store, request.objects);
  FolderBeside folder(target_of(request));
  copy_objects(source.objects, *source.store, folder.path(), [](const Object&, const std::string&) {});
  list_unchanged(request.data.source, "", request.store,
                 request.objects);  // still unchanged after it was read
  folder.commit();
}

// Removes unfinished files of killed stage jobs. A file that is still being written was changed within the
// last hour, and stays.
void remove_leftovers(const StageRequest& request) {
  constexpr std::chrono::hours untouched{1};
  const std::string prefix = fs::path(target_of(request)).filename().string() + ".";
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(request.directory, ignored)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    const auto written = entry.last_write_time(ignored);
    if (!ignored && fs::file_time_type::clock::now() - written > untouched) try_to_remove_tree(entry.path());
  }
}

StageEvidence evidence_of_complete(const StageRequest& request) {
  StageEvidence evidence;
  evidence.ok = true;
  if (is_raw(request)) {
    for (const SourceObject& object : request.objects) evidence.size_bytes += object.size_bytes;
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
  evidence.try_again = error.kind() == ErrorKind::unavailable;
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

void stage_unless_there(const StageRequest& request) {
  if (fs::exists(target_of(request))) return;
  remove_leftovers(request);
  if (is_raw(request))
    stage_files(request);
  else
    stage_samples(request);
}

}  // namespace

int stage(const std::string& request_path) {
  StageRequest request = read_handover(request_path, most_file_bytes, stage_request_from_json);
  try {
    read_source_list(join_path(request.directory, layout::source_list), request);
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
