// The wait of a data set, or of a run with results to store, for keys of an object store.
#pragma once
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/store_access.h"
#include "daemon/deputy/user_files.h"

namespace trainyard {

// To be called before another job is submitted, after one that had no credentials. Returns if the store now
// accepts requests of the user for `url`. If it does not, throws Error{no_credentials}, so that the step is
// tried again, or, if the wait began more than seven days ago, at `since`, StepFailure(users_fault).
void wait_for_credentials(UserFiles& files, const std::string& url, const StoreAccess& store,
                          UtcSeconds since);

}  // namespace trainyard
