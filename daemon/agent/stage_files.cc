#include "daemon/agent/stage_files.h"

#include "daemon/agent/file_target.h"
#include "daemon/agent/key_path.h"
#include "daemon/agent/source_units.h"
#include "daemon/agent/transfer.h"
#include "daemon/base/directory.h"
#include "daemon/base/disk.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

// Throws unless each key can be the name of a file below the folder. Checked before anything is fetched.
void check_keys(const std::string& list, const std::string& folder) {
  SourceListReader entries(list);
  while (const std::optional<SourceListReader::Entry> entry = entries.next())
    path_below(folder, entry->object.key);
}

// Gives the journal, which has the SHA-256 of all files, a second name beside the data set, where it stays.
void keep_digests(const StagingFolder& staging, const std::string& directory) {
  const std::string kept = join_path(directory, layout::digests_file);
  remove_file(kept);
  if (disk().link(staging.file(layout::fetch_journal).c_str(), kept.c_str()) != 0)
    throw_errno("link " + kept);
}

}  // namespace

void stage_files(const StageRequest& request, StagingFolder& staging, const FetchProgress& progress) {
  const std::string list = join_path(request.directory, layout::source_list);
  const std::string folder = staging.file(layout::raw_folder);
  check_keys(list, folder);
  make_directory(folder);

  const Transfer transfer = transfer_from(request.data.source, request.store);
  const std::unique_ptr<ObjectStore> store = load_object_store(request.data.source, transfer.access);
  FetchJournal journal(staging.file(layout::fetch_journal), identity_of_units(request, "files"));
  FileTarget target([&](const Unit& unit) { return path_below(folder, unit.object.key); }, 0777, 0666);
  fetch_units(*store, units_of(list), target, journal, transfer.threads, progress);
  keep_digests(staging, request.directory);
  sync_file_system(folder);
  staging.publish(layout::raw_folder);
}

}  // namespace trainyard
