// Office: the routes with a real ledger and driver behind them and no server in front, so that a test may ask
// as whom it likes. The daemon is drained: runs are accepted and stay queued.
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

  // The answer to "GET", "/v1/runs?state=live" as this user; admins are root and whoever runs the test.
  Response ask(uid_t uid, const std::string& method, const std::string& target, const std::string& body = "");
  // The same, without waiting for the answer.
  void begin(uid_t uid, const std::string& method, const std::string& target, const std::string& body,
             std::promise<Response>& answered);
  Json ask_json(uid_t uid, const std::string& method, const std::string& target,
                const std::string& body = "") {
    return parse_json(ask(uid, method, target, body).body, target);
  }

  // Until then no file is touched and nothing is parsed.
  void occupy_io(std::shared_future<void> until);

  // A run of that user with these events behind its acceptance; returns its number.
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
