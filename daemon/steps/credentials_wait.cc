#include "daemon/steps/credentials_wait.h"

#include <fmt/format.h>

#include "daemon/steps/failure.h"

namespace trainyard {
namespace {

constexpr std::chrono::days longest_wait{7};

}  // namespace

void wait_for_credentials(UserFiles& files, const std::string& url, const StoreAccess& store,
                          UtcSeconds since) {
  try {
    files.check_credentials(url, store);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::no_credentials || now() <= since + longest_wait) throw;
    throw StepFailure(Meaning::users_fault,
                      fmt::format("{} (waited for {} days)", e.what(), longest_wait.count()));
  }
}

}  // namespace trainyard
