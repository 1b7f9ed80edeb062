// Tail: reads on in a run's log or metrics while they grow. A new attempt of the run begins a new file.
#pragma once
#include <cstdint>
#include <string>

#include "daemon/cli/daemon_client.h"

namespace trainyard {

class Tail {
 public:
  // `what`: "logs" or "metrics"; `query`: more of the request, "&which=stage".
  Tail(DaemonClient& daemon, std::int64_t run_id, std::string what, std::string query = "")
      : daemon_(daemon), run_id_(run_id), what_(std::move(what)), query_(std::move(query)) {}

  // The daemon's answer from where the last one ended.
  Json next();

  // Whether the last answer brought anything.
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
