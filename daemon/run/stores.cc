#include "daemon/run/stores.h"

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

bool is_s3(const std::string& url) { return url.starts_with("s3://"); }

std::string names_of(const Stores& stores) {
  std::vector<std::string> names;
  for (const auto& [name, settings] : stores.settings) names.push_back(name);
  return names.empty() ? "none" : join(names, ", ");
}

// Sets the default store in `choice` if the URL is in an object store and names none, and checks a named one.
// `table`: "data" or "results", for error messages.
void choose(const Stores& stores, const std::string& table, bool is_in_store, StoreChoice& choice) {
  if (!is_in_store) {
    const char* key = !choice.store.empty()         ? ".store"
                      : !choice.credentials.empty() ? ".credentials"
                                                    : nullptr;
    if (key != nullptr)
      throw Error(ErrorKind::invalid,
                  table + key + ": means nothing for file://; leave it out, or use an s3:// URL");
    return;
  }
  if (choice.store.empty()) choice.store = stores.default_name;
  if (!choice.store.empty() && !stores.settings.contains(choice.store))
    throw Error(ErrorKind::invalid, table + ".store: " + choice.store +
                                        ": this site has no such store; its stores: " + names_of(stores));
}

}  // namespace

void choose_stores(const Stores& stores, Manifest& manifest) {
  if (manifest.data) {
    DataSpec& data = *manifest.data;
    for (const std::string* url : {&data.label_source, &data.test_source, &data.test_label_source})
      if (!url->empty() && is_s3(*url) != is_s3(data.source))
        throw Error(ErrorKind::invalid, "data: " + *url + ": must be in the same store as " + data.source);
    choose(stores, "data", is_s3(data.source), data.store);
  }
  choose(stores, "results", is_s3(manifest.results_target), manifest.results_store);
}

StoreAccess access_to(const Stores& stores, const StoreChoice& choice, const std::string& scratch) {
  StoreAccess access;
  access.credentials_file = layout::credentials_file(scratch);
  access.credential = choice.credentials;
  if (choice.store.empty()) return access;
  const auto found = stores.settings.find(choice.store);
  if (found == stores.settings.end())
    throw Error(ErrorKind::unavailable, "this site has no store " + choice.store +
                                            " any more; an admin can add [stores." + choice.store + "]");
  access.settings = found->second;
  return access;
}

StoreAccess access_for_staging(const Stores& stores, const StoreChoice& choice, const std::string& scratch) {
  StoreAccess access = access_to(stores, choice, scratch);
  const StageLimits limits = stores.stage_limits_of(choice.store);
  if (limits.jobs > 0) access.settings.bytes_per_second = limits.bytes_per_second / limits.jobs;
  return access;
}

}  // namespace trainyard
