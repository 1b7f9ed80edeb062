// trainyard upload: stores a user's files in an object store. The agent's program does it, as this user.
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/store_access.h"
#include "daemon/cli/agent_program.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"

namespace trainyard {
namespace {

constexpr const char* s3_scheme = "s3://";

// Returns how the store NAME is reached: without a name the site's default store, else Amazon's.
StoreAccess store_named(const Json& answer, const std::string& name) {
  const Json stores = get<Json>(answer, "stores");
  for (const Json& store : stores)
    if (name.empty() ? get<bool>(store, "default") : get<std::string>(store, "name") == name)
      return store_access_from_json(store);
  if (!name.empty()) throw Error(ErrorKind::not_found, "--store " + name + ": this site has no such store");
  StoreAccess amazon;
  amazon.credentials_file = get<std::string>(answer, "credentials_file");
  return amazon;
}

StoreAccess chosen_store(Context& context, const Arguments& arguments) {
  StoreAccess access = store_named(context.daemon().get("/v1/stores"), arguments.text("--store", ""));
  access.credential = arguments.text("--credentials", "");
  return access;
}

int run_upload(Context& context, const Arguments& arguments) {
  const std::string path = arguments.text("PATH"), url = arguments.text("URL");
  std::vector<std::string> words{"send"};
  if (url.starts_with(s3_scheme))
    words.insert(words.end(), {"--store", to_json(chosen_store(context, arguments)).dump()});
  else if (arguments.has("--store") || arguments.has("--credentials"))
    throw Error(ErrorKind::invalid, url + ": --store and --credentials are only for s3:// URLs");
  for (const char* option : {"--overwrite", "--dry-run", "--json"})
    if (arguments.has(option)) words.emplace_back(option);
  words.insert(words.end(), {"--", path, url});
  become_agent(words);
}

}  // namespace

Command upload_command() {
  return {
      "upload",
      "Store files in an object store",
      "An object that is there already with the same contents is not stored again, so an upload that was "
      "interrupted goes on where it was when it is repeated. If an object has other contents, nothing is "
      "stored.",
      {{"PATH", "a file, or a folder whose files are stored", true, false, Completes::files},
       {"URL", "where: s3://bucket/folder/ or file:///folder/"}},
      {{"--overwrite", "", "replace objects that have other contents", {}},
       {"--dry-run,-n", "", "store nothing; show what would be stored", {}},
       {"--store", "NAME", "the site's store that s3:// means; by default as in manifests", {}},
       {"--credentials", "NAME", "your keys; by default as in manifests", {}},
       {"--json", "", "print a JSON object for each file instead", {}}},
      {{"trainyard upload mnist s3://data/mnist/", "all files of the folder mnist, as data of a manifest"},
       {"trainyard upload model.h5 s3://models/ --dry-run", "what would be stored"}},
      run_upload};
}

}  // namespace trainyard
