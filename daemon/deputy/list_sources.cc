// Lists the objects of a data set in the object store. Writes the list to a file, object by object, because
// it can be long.
#include <unistd.h>

#include "daemon/base/directory.h"
#include "daemon/base/fd.h"
#include "daemon/deputy/local_files.h"
#include "daemon/handover/layout.h"
#include "daemon/handover/source_list.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

void list_into(SourceListWriter& list, SourcePart part, const std::string& url, ObjectStore& store) {
  if (url.empty()) return;
  store.list_each(url, [&](Object object) {
    list.add(part, {object.url, object.key, object.etag, object.size_bytes});
  });
}

}  // namespace

SourceList LocalFiles::list_sources(const DataSpec& data, const StoreAccess& access) {
  std::string data_sets = layout::datasets_directory(root_.path);
  make_directory(data_sets);
  SourceListWriter list(data_sets, data);
  StoreAccess quick = access;
  quick.gives_up_soon = true;
  const std::unique_ptr<ObjectStore> store = load_object_store(data.source, quick);
  list_into(list, SourcePart::train, data.source, *store);
  list_into(list, SourcePart::train, data.label_source, *store);
  list_into(list, SourcePart::test, data.test_source, *store);
  list_into(list, SourcePart::test, data.test_label_source, *store);

  SourceList found{data_set_digest(::geteuid(), list.digest()), list.objects(), list.size_bytes()};
  std::string directory = layout::dataset_directory(root_.path, found.digest);
  make_directory(directory);
  fsync_directory(data_sets);
  list.commit(join_path(directory, layout::source_list));
  return found;
}

}  // namespace trainyard
