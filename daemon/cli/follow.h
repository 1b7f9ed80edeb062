// FollowedFile: reads a run's log or metrics piece by piece while they grow. A new attempt of the run writes
// a new file, which is read from its beginning.
#pragma once
#include <cstdint>
#include <string>

#include "daemon/cli/daemon_client.h"

namespace trainyard {

class FollowedFile {
 public:
  // `what`: "logs" or "metrics"; `query`: further parameters of the request, such as "&which=stage".
  FollowedFile(DaemonClient& daemon, std::int64_t run_id, std::string what, std::string query = "")
      : daemon_(daemon), run_id_(run_id), what_(std::move(what)), query_(std::move(query)) {}

  // Returns the daemon's next answer, which begins where the last one ended.
  Json next();

  // Returns true if the last answer had new data.
  bool moved() const { return moved_; }

 private:
  Json ask();

  DaemonClient& daemon_;
  std::int64_t run_id_;
  std::string what_, query_;
  std::int64_t from_ = 0, attempt_ = 0;
  bool moved_ = false;
};

}  // namespace trainyard
