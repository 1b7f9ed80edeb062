#include "daemon/agent/transfer.h"

#include <algorithm>
#include <utility>

#include "daemon/base/parallel.h"

namespace trainyard {
namespace {

constexpr int most_threads = 4;

// Files of a file system are copied by one thread.
Transfer divided(const std::string& url, StoreAccess access, int wanted_threads) {
  if (url.starts_with("file://")) return {1, std::move(access)};
  const int threads = std::clamp(wanted_threads, 1, std::clamp(access.settings.connections, 1, most_threads));
  access.settings.connections /= threads;
  return {threads, std::move(access)};
}

}  // namespace

// A thread receives, hashes and writes some hundred megabytes a second.
Transfer transfer_from(const std::string& url, StoreAccess access) {
  return divided(url, std::move(access), usable_cpus());
}

// A large file is stored in parts, several at a time; many small files need several requests at a time.
Transfer transfer_to(const std::string& url, StoreAccess access, std::size_t files) {
  return divided(url, std::move(access), static_cast<int>(std::min<std::size_t>(files / 4, most_threads)));
}

}  // namespace trainyard
