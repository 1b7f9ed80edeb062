// Writes the request of a stage job as the daemon and a deputy would: stage.json and sources.jsonl in a
// folder. For the benchmark of staging. usage: stage_request FOLDER FORMAT URL LABEL-URL OPTIONS STORE;
// LABEL-URL can be "", OPTIONS and STORE are JSON.
#include <cstdio>
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "daemon/handover/source_list.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

int write_request(const std::vector<std::string>& words) {
  StageRequest request;
  request.digest = "bench";
  request.directory = words.at(0);
  request.data.format = words.at(1);
  request.data.source = words.at(2);
  request.data.label_source = words.at(3);
  request.data.options = parse_json(words.at(4), "the options");
  request.store = store_access_from_json(parse_json(words.at(5), "the store"));

  SourceListWriter list(request.directory, request.data);
  const std::unique_ptr<ObjectStore> store = load_object_store(request.data.source, request.store);
  for (const std::string& url : {request.data.source, request.data.label_source})
    if (!url.empty())
      store->list_each(url, [&](const Object& object) {
        list.add(SourcePart::train, {object.url, object.key, object.etag, object.size_bytes});
      });
  list.commit(join_path(request.directory, layout::source_list));
  write_atomically(join_path(request.directory, layout::stage_file), to_json(request).dump());
  return 0;
}

}  // namespace
}  // namespace trainyard

int main(int count, char** words) {
  try {
    return trainyard::write_request({words + 1, words + count});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "stage_request: %s\n", e.what());
    return 1;
  }
}
