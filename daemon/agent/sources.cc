#include "daemon/agent/sources.h"

#include <map>

#include "daemon/base/error.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

[[noreturn]] void changed(const std::string& url, const char* how) {
  throw Error(ErrorKind::invalid,
              url + ": " + how + " since the run was accepted; submit it again to train on it as it is");
}

}  // namespace

Source list_unchanged(const std::string& url, const std::string& label_url, const StoreAccess& access,
                      const std::vector<SourceObject>& expected) {
  Source source{load_object_store(url, access), {}};
  source.objects = source.store->list(url);
  if (!label_url.empty())
    for (Object& object : source.store->list(label_url)) source.objects.push_back(std::move(object));

  std::map<std::string, std::string> etags;
  for (const SourceObject& object : expected) etags[object.url] = object.etag;
  for (const Object& object : source.objects) {
    auto known = etags.find(object.url);
    if (known == etags.end()) changed(object.url, "new");
    if (known->second != object.etag) changed(object.url, "changed");
    etags.erase(known);
  }
  if (!etags.empty()) changed(etags.begin()->first, "gone");
  return source;
}

}  // namespace trainyard
