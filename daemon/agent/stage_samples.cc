#include "daemon/agent/stage_samples.h"

#include <filesystem>
#include <map>
#include <memory>

#include "daemon/agent/file_target.h"
#include "daemon/agent/samples.h"
#include "daemon/agent/source_units.h"
#include "daemon/agent/spooled_store.h"
#include "daemon/base/directory.h"
#include "daemon/handover/layout.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
constexpr const char* spool_folder = "objects";

std::vector<Object> objects_of(const std::vector<SourceObject>& listed) {
  std::vector<Object> objects;
  for (const SourceObject& object : listed) objects.push_back(object_of(object));
  return objects;
}

// Fetches all objects into files of the staging folder, and returns a store that opens these. Formats read an
// object from its beginning to its end, some of them twice; objects of a remote store are fetched once, and
// several at a time.
std::unique_ptr<ObjectStore> spool(const StageRequest& request, StagingFolder& staging) {
  const std::string folder = staging.file(spool_folder);
  make_directory(folder);
  const auto file_of = [folder](std::size_t number) { return join_path(folder, std::to_string(number)); };
  const std::unique_ptr<ObjectStore> store = load_object_store(request.data.source, request.store);
  FetchJournal journal(staging.file(layout::fetch_journal));
  FileTarget target([&](const Unit& unit) { return file_of(unit.object_number); }, private_folder_mode, 0600);
  fetch_units(*store, units_of(join_path(request.directory, layout::source_list)), target, journal,
              fetch_threads(request.data.source));

  std::map<std::string, std::string> files;
  for (const auto* objects : {&request.objects, &request.test_objects})
    for (const SourceObject& object : *objects) files.emplace(object.url, file_of(files.size()));
  return make_spooled_store([files = std::move(files)](const std::string& url) { return files.at(url); });
}

std::unique_ptr<ObjectStore> readable_store(const StageRequest& request, StagingFolder& staging) {
  if (request.data.source.starts_with("file://"))
    return load_object_store(request.data.source, request.store);
  return spool(request, staging);
}

std::string describe_sources(const StageRequest& request) {
  Json sources = Json::array();
  for (const auto* objects : {&request.objects, &request.test_objects})
    for (const SourceObject& object : *objects) sources.push_back(to_json(object));
  return sources.dump();
}

// Removes files that a killed stage job was writing.
void remove_unfinished(const StagingFolder& staging) {
  for (const fs::directory_entry& entry : fs::directory_iterator(staging.file("")))
    if (entry.path().filename().string().starts_with(layout::dataset_file)) remove_file(entry.path());
}

}  // namespace

void stage_samples(const StageRequest& request, StagingFolder& staging) {
  const DataSpec& data = request.data;
  remove_unfinished(staging);
  const std::unique_ptr<ObjectStore> store = readable_store(request, staging);
  const std::unique_ptr<DatasetFormat> format = load_dataset_format(data.format);
  const std::unique_ptr<SampleReader> train = format->open(objects_of(request.objects), *store, data.options);
  std::unique_ptr<SampleReader> test;
  if (!data.test_source.empty()) test = format->open(objects_of(request.test_objects), *store, data.options);

  ScratchLayout layout = layout_for(data, train->info(), test ? &test->info() : nullptr);
  layout.sources = describe_sources(request);
  ScratchWriter file(staging.file(layout::dataset_file), layout);
  write_samples(file, layout, data, *train, test.get());
  file.commit();
  staging.publish(layout::dataset_file);
}

}  // namespace trainyard
