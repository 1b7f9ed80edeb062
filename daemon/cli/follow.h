// FollowedFile: gets a run's log or metrics from the daemon, piece by piece while the file grows. When the
// run has a new attempt, it goes on with that attempt's file, from its beginning.
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

  // Requests the next piece, which begins where the last one ended, and returns the daemon's answer.
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
