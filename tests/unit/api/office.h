// Office: the routes with a real ledger and driver, but without a server, so that a test can make requests as
// any user. The daemon is drained: runs are accepted and stay queued.
#pragma once
#include <unistd.h>

#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/routes.h"
#include "tests/fakes/fake_scheduler.h"
#include "tests/unit/api/loop_thread.h"

namespace trainyard::testing {

class Office {
 public:
  Office();
  ~Office();

  // Returns the answer to a request of this user, such as "GET", "/v1/runs?state=live". Admins are root and
  // the user who runs the test.
  Response ask(uid_t uid, const std::string& method, const std::string& target, const std::string& body = "");
  // Makes the same request without waiting for the answer.
  void begin(uid_t uid, const std::string& method, const std::string& target, const std::string& body,
             std::promise<Response>& answered);
  Json ask_json(uid_t uid, const std::string& method, const std::string& target,
                const std::string& body = "") {
    return parse_json(ask(uid, method, target, body).body, target);
  }

  // Occupies the I/O worker until `until` is ready. Before that no request body and no manifest is read.
  void occupy_io(std::shared_future<void> until);

  // Adds a run of this user with these events after its acceptance. Returns the number of the run.
  std::int64_t add_run(uid_t uid, const Manifest& manifest, const std::vector<RunEvent>& events = {});

  TrainingRun run(std::int64_t id);
  FakeScheduler& scheduler();
  std::string ledger_id() const;
  ApiSettings& settings() { return api_->settings; }
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string attempt_directory(std::int64_t run_id, int attempt) const;

 private:
  void answer(Request head, const std::string& body, std::promise<Response>& answered);

  TemporaryFolder folder_;
  LoopThread thread_;
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::optional<Api> api_;
};

}  // namespace trainyard::testing
