// check_credentials: finds out whether an object store accepts requests of the user.
#include "daemon/base/error.h"
#include "daemon/deputy/local_files.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

// Thrown at the first object of a listing, to end the listing: it has shown what it was to show.
struct ListingBegan {};

// Throws Error{no_credentials} if requests of the user would not be signed.
void check_has_keys(const StoreAccess& access) {
  if (!chosen_credential(read_credentials(access.credentials_file), access).empty()) return;
  const std::string name = access.settings.name.empty() ? "default" : access.settings.name;
  throw Error(ErrorKind::no_credentials,
              access.credentials_file + " has no keys for " +
                  (access.settings.name.empty() ? "Amazon S3" : "the store " + name) +
                  "; add some with: trainyard credential add " + name);
}

}  // namespace

void LocalFiles::check_credentials(const std::string& url, const StoreAccess& store) {
  check_has_keys(store);
  StoreAccess quick = store;
  quick.gives_up_soon = true;
  try {
    load_object_store(url, quick)->list_each(url, [](const Object&) { throw ListingBegan(); });
  } catch (const ListingBegan&) {
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found && e.kind() != ErrorKind::denied) throw;
  }
}

}  // namespace trainyard
