#include "daemon/agent/stage_samples.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "daemon/agent/file_target.h"
#include "daemon/agent/row_target.h"
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

// ---- formats whose rows are converted while they arrive

// Both sources of a data set as rows; `train` is null if the format cannot do that with them.
struct RowSources {
  std::unique_ptr<RowSource> train, test;
};

RowSources open_rows(DatasetFormat& format, const StageRequest& request, ObjectStore& store) {
  RowSources sources;
  sources.train = format.open_rows(objects_of(request.objects), store, request.data.options);
  if (!sources.train || request.data.test_source.empty()) return sources;
  sources.test = format.open_rows(objects_of(request.test_objects), store, request.data.options);
  if (!sources.test) sources.train.reset();
  return sources;
}

// Units of whole rows, and the rows of each.
struct RowUnits {
  std::vector<Unit> units;
  std::vector<UnitRows> rows;

  void add(const RowSource& source, bool is_test_source, const std::vector<SourceObject>& objects) {
    const std::int64_t most_rows = std::max<std::int64_t>(1, most_unit_bytes / source.row_bytes());
    std::int64_t first = 0;
    for (const RowRange& range : source.ranges())
      for (std::int64_t row = 0; row < range.count; row += most_rows) {
        const std::int64_t count = std::min(most_rows, range.count - row);
        units.push_back({units.size(), range.object, object_of(objects.at(range.object)),
                         range.offset + row * source.row_bytes(), count * source.row_bytes()});
        rows.push_back({&source, is_test_source, first, count});
        first += count;
      }
  }
};

bool has_layout(const std::string& path, const ScratchLayout& layout) {
  try {
    return static_cast<ScratchLayout>(read_scratch_info(path)) == layout;
  } catch (const Error&) {
    return false;
  }
}

// Converts rows while they arrive, straight to their places in the scratch file.
void stage_rows(const StageRequest& request, StagingFolder& staging, ObjectStore& store,
                const RowSources& sources) {
  const DataSpec& data = request.data;
  ScratchLayout layout =
      layout_for(data, sources.train->info(), sources.test ? &sources.test->info() : nullptr);
  layout.sources = describe_sources(request);
  const std::string path = staging.file(layout::dataset_file),
                    journal_path = staging.file(layout::fetch_journal);
  if (!has_layout(path, layout)) {
    remove_file(journal_path);
    create_unwritten_scratch_file(path, layout);
  }
  RowUnits units;
  units.add(*sources.train, false, request.objects);
  if (sources.test) units.add(*sources.test, true, request.test_objects);
  const HeldOutRows held_out(sources.train->info().count, sources.test ? 0 : layout.test_count, data.seed);

  RowTarget target(path, layout, units.rows, held_out);
  FetchJournal journal(journal_path);
  const NextUnit next = [&, index = std::size_t{0}]() mutable -> std::optional<Unit> {
    return index < units.units.size() ? std::optional(units.units[index++]) : std::nullopt;
  };
  fetch_units(store, next, target, journal, fetch_threads(data.source));
  sync_file_system(path);
  staging.publish(layout::dataset_file);
}

// ---- formats that are read from the beginning to the end

void stage_in_order(const StageRequest& request, StagingFolder& staging, DatasetFormat& format) {
  const DataSpec& data = request.data;
  remove_unfinished(staging);
  const std::unique_ptr<ObjectStore> store = readable_store(request, staging);
  const std::unique_ptr<SampleReader> train = format.open(objects_of(request.objects), *store, data.options);
  std::unique_ptr<SampleReader> test;
  if (!data.test_source.empty()) test = format.open(objects_of(request.test_objects), *store, data.options);

  ScratchLayout layout = layout_for(data, train->info(), test ? &test->info() : nullptr);
  layout.sources = describe_sources(request);
  ScratchWriter file(staging.file(layout::dataset_file), layout);
  write_samples(file, layout, data, *train, test.get());
  file.commit();
  staging.publish(layout::dataset_file);
}

}  // namespace

void stage_samples(const StageRequest& request, StagingFolder& staging) {
  const std::unique_ptr<DatasetFormat> format = load_dataset_format(request.data.format);
  const std::unique_ptr<ObjectStore> store = load_object_store(request.data.source, request.store);
  const RowSources rows = open_rows(*format, request, *store);
  if (rows.train)
    stage_rows(request, staging, *store, rows);
  else
    stage_in_order(request, staging, *format);
}

}  // namespace trainyard
