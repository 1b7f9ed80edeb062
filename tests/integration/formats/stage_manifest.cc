// Writes the request of the stage job for a manifest's data, as the daemon and a deputy would: stage.json and
// sources.jsonl in a folder. Prints what is wrong with the manifest. usage: stage_manifest MANIFEST FOLDER
#include <cstdio>
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "daemon/handover/source_list.h"
#include "daemon/manifest/read_manifest.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

void write_request(const std::string& manifest, const std::string& folder) {
  StageRequest request;
  request.digest = "test";
  request.directory = folder;
  request.data = read_manifest(read_file(manifest), "m.toml").at(0).data.value();

  SourceListWriter list(folder, request.data);
  const std::unique_ptr<ObjectStore> store = load_object_store(request.data.source, request.store);
  const auto add = [&](SourcePart part, const std::string& url) {
    if (url.empty()) return;
    store->list_each(url, [&](const Object& object) {
      list.add(part, {object.url, object.key, object.etag, object.size_bytes});
    });
  };
  add(SourcePart::train, request.data.source);
  add(SourcePart::train, request.data.label_source);
  add(SourcePart::test, request.data.test_source);
  add(SourcePart::test, request.data.test_label_source);
  list.commit(join_path(folder, layout::source_list));
  write_atomically(join_path(folder, layout::stage_file), to_json(request).dump());
}

}  // namespace
}  // namespace trainyard

int main(int count, char** words) {
  if (count != 3) return 2;
  try {
    trainyard::write_request(words[1], words[2]);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
