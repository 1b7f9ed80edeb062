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
#include "daemon/agent/transfer.h"
#include "daemon/base/directory.h"
#include "daemon/handover/layout.h"
#include "plugins/formats/table/format_table.h"
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

// Return the options of the format (plugins/dataset_format.h) for the source, and for the second source.
// `first`: what the format said of the source.
Json options_for(const DataSpec& data) {
  Json options = options_of_source(data.options, false);
  if (!data.label_source.empty()) options["label_file"] = data.label_source;
  return options;
}
Json options_for_second(const DataSpec& data, const SampleInfo& first) {
  Json options = options_of_source(data.options, true);
  if (!data.test_label_source.empty()) options["label_file"] = data.test_label_source;
  if (!first.class_names.empty()) options["class_names"] = first.class_names;
  return options;
}

// Returns the attribute `digests` of the scratch file: the digests of all units.
std::string digests_of(const NextUnit& next, FetchJournal& journal) {
  Json digests = Json::array();
  while (const std::optional<Unit> unit = next())
    digests.push_back(
        {unit->object_number, unit->offset, unit->size_bytes, journal.noted(unit->number).value().sha256});
  return digests.dump();
}

// Fetches all objects into files of the staging folder, and returns a store that opens these. Formats read an
// object from its beginning to its end, some of them twice; objects of a remote store are fetched once, and
// several at a time.
std::unique_ptr<ObjectStore> spool(const StageRequest& request, StagingFolder& staging,
                                   const FetchProgress& progress) {
  const std::string folder = staging.file(spool_folder);
  make_directory(folder);
  const auto file_of = [folder](std::size_t number) { return join_path(folder, std::to_string(number)); };
  const Transfer transfer = transfer_from(request.data.source, request.store);
  const std::unique_ptr<ObjectStore> store = load_object_store(request.data.source, transfer.access);
  FetchJournal journal(staging.file(layout::fetch_journal), identity_of_units(request, "files"));
  FileTarget target([&](const Unit& unit) { return file_of(unit.object_number); }, private_folder_mode, 0600);
  fetch_units(*store, units_of(join_path(request.directory, layout::source_list)), target, journal,
              transfer.threads, progress);

  std::map<std::string, std::string> files;  // an object can be in the list twice
  std::size_t number = 0;
  for (const auto* objects : {&request.objects, &request.test_objects})
    for (const SourceObject& object : *objects) files.emplace(object.url, file_of(number++));
  return make_spooled_store([files = std::move(files)](const std::string& url) { return files.at(url); });
}

std::unique_ptr<ObjectStore> readable_store(const StageRequest& request, StagingFolder& staging,
                                            const FetchProgress& progress) {
  if (request.data.source.starts_with("file://"))
    return load_object_store(request.data.source, request.store);
  return spool(request, staging, progress);
}

std::string describe_sources(const StageRequest& request) {
  Json sources = Json::array();
  for (const auto* objects : {&request.objects, &request.test_objects})
    for (const SourceObject& object : *objects) sources.push_back(to_json(object));
  return sources.dump();
}

// Throws if an object of a file system has changed since it was listed: formats that read only parts of a
// file do not notice that. Objects of other stores have been fetched whole, and were checked then.
void check_unchanged(const StageRequest& request, ObjectStore& store) {
  if (!request.data.source.starts_with("file://")) return;
  for (const auto* objects : {&request.objects, &request.test_objects})
    for (const SourceObject& object : *objects) {
      const std::optional<Object> now_there = store.find(object.url);
      if (!now_there || now_there->etag != object.etag)
        throw Error(ErrorKind::invalid,
                    object.url + ": has changed since it was listed; submit the run again");
    }
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
  sources.train = format.open_rows(objects_of(request.objects), store, options_for(request.data));
  if (!sources.train || request.data.test_source.empty()) return sources;
  sources.test = format.open_rows(objects_of(request.test_objects), store,
                                  options_for_second(request.data, sources.train->info()));
  if (!sources.test) sources.train.reset();
  return sources;
}

// The units of all objects of a data set, and the rows of each: units of whole rows, and of the bytes between
// them.
class RowUnits {
 public:
  // Adds the objects of a source, in the order of the list.
  void add(const RowSource& source, bool is_test_source, const std::vector<SourceObject>& objects) {
    std::vector<std::int64_t> first_rows;  // of each range
    std::int64_t first = 0;
    for (const RowRange& range : source.ranges()) {
      first_rows.push_back(first);
      first += range.count;
    }
    for (std::size_t index = 0; index < objects.size(); ++index) {
      Place place{object_of(objects[index]), objects_++, 0};
      for (std::size_t i = 0; i < source.ranges().size(); ++i)
        if (source.ranges()[i].object == index)
          add_range(place, source, is_test_source, source.ranges()[i], first_rows[i]);
      add_bytes_until(place, place.object.size_bytes);
    }
  }

  const std::vector<UnitRows>& rows() const { return rows_; }

  NextUnit in_order() const {
    return [this, index = std::size_t{0}]() mutable -> std::optional<Unit> {
      return index < units_.size() ? std::optional(units_[index++]) : std::nullopt;
    };
  }

 private:
  // How far an object has been divided.
  struct Place {
    Object object;
    std::size_t number;
    std::int64_t offset;
  };

  void add_range(Place& place, const RowSource& source, bool is_test_source, const RowRange& range,
                 std::int64_t first) {
    add_bytes_until(place, range.offset);
    const std::int64_t most_rows = std::max<std::int64_t>(1, most_unit_bytes / source.row_bytes());
    for (std::int64_t row = 0; row < range.count; row += most_rows) {
      const std::int64_t count = std::min(most_rows, range.count - row);
      add_unit(place, count * source.row_bytes(), {&source, is_test_source, first + row, count});
    }
  }

  void add_bytes_until(Place& place, std::int64_t end) {
    while (place.offset < end) add_unit(place, std::min(most_unit_bytes, end - place.offset), {});
  }

  void add_unit(Place& place, std::int64_t size_bytes, const UnitRows& rows) {
    units_.push_back({units_.size(), place.number, place.object, place.offset, size_bytes});
    rows_.push_back(rows);
    place.offset += size_bytes;
  }

  std::size_t objects_ = 0;
  std::vector<Unit> units_;
  std::vector<UnitRows> rows_;
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
                const RowSources& sources, int threads, const FetchProgress& progress) {
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

  RowTarget target(path, layout, units.rows(), held_out);
  FetchJournal journal(journal_path, identity_of_units(request, "rows"));
  fetch_units(store, units.in_order(), target, journal, threads, progress);
  add_digests(path, digests_of(units.in_order(), journal));
  sync_file_system(path);
  staging.publish(layout::dataset_file);
}

// ---- formats that are read from the beginning to the end

void stage_in_order(const StageRequest& request, StagingFolder& staging, DatasetFormat& format,
                    const FetchProgress& progress) {
  const DataSpec& data = request.data;
  remove_unfinished(staging);
  const std::unique_ptr<ObjectStore> store = readable_store(request, staging, progress);
  const std::unique_ptr<SampleReader> train =
      format.open(objects_of(request.objects), *store, options_for(data));
  std::unique_ptr<SampleReader> test;
  if (!data.test_source.empty())
    test = format.open(objects_of(request.test_objects), *store, options_for_second(data, train->info()));

  ScratchLayout layout = layout_for(data, train->info(), test ? &test->info() : nullptr);
  layout.sources = describe_sources(request);
  ScratchWriter file(staging.file(layout::dataset_file), layout);
  write_samples(file, layout, data, *train, test.get());
  check_unchanged(request, *store);
  file.commit();
  if (const std::string journal_path = staging.file(layout::fetch_journal); fs::exists(journal_path)) {
    FetchJournal journal(journal_path, identity_of_units(request, "files"));
    const std::string path = staging.file(layout::dataset_file);
    add_digests(path, digests_of(units_of(join_path(request.directory, layout::source_list)), journal));
    sync_file_system(path);
  }
  staging.publish(layout::dataset_file);
}

}  // namespace

void stage_samples(const StageRequest& request, StagingFolder& staging, const FetchProgress& progress) {
  const std::unique_ptr<DatasetFormat> format = load_dataset_format(request.data.format);
  const Transfer transfer = transfer_from(request.data.source, request.store);
  const std::unique_ptr<ObjectStore> store = load_object_store(request.data.source, transfer.access);
  const RowSources rows = open_rows(*format, request, *store);
  if (rows.train)
    stage_rows(request, staging, *store, rows, transfer.threads, progress);
  else
    stage_in_order(request, staging, *format, progress);
}

}  // namespace trainyard
