#include "tests/unit/api/office.h"

#include "daemon/base/as_user.h"
#include "daemon/base/digest.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/steps.h"
#include "plugins/file/file_store.h"
#include "tests/fakes/fake_scheduler.h"

namespace trainyard::testing {

namespace {

DriverSettings with_plans() {
  DriverSettings settings;
  settings.plans["free"] = {"free", 4, Plan::Per::user, {}, true};
  return settings;
}

JobSite site_of(const Ledger& ledger) {
  JobSite site;
  site.ledger_id = ledger.id();
  return site;
}

}  // namespace

struct Office::Parts {
  Parts(Loop& loop, const std::string& folder)
      : ledger(join_path(folder, "ledger.db")),
        steps(scheduler, *file_store, site_of(ledger), join_path(folder, "state")),
        lane(loop, 1),
        io(loop, 1),
        driver(loop, lane, io, ledger, steps, with_plans()) {
    driver.set_drained(true);
  }
  Ledger ledger;
  FakeScheduler scheduler;
  std::unique_ptr<ObjectStore> file_store = make_file_store();
  Steps steps;
  Workers lane, io;
  Driver driver;
};

Office::Office() {
  thread_.on_loop([this] {
    parts_ = std::make_unique<Parts>(thread_.loop(), folder_.string());
    ApiSettings settings;
    settings.version = "0.0.1";
    settings.allow_root = true;
    settings.state_dir = path("state");
    settings.scratch = path("scratch");
    settings.max_code_bytes = 1000;
    settings.plans = with_plans().plans;
    api_.emplace(Api{settings, parts_->driver, parts_->ledger, parts_->io, from_unix(1'795'420'000)});
  });
}

Office::~Office() {
  thread_.on_loop([this] { parts_.reset(); });
}

Response Office::ask(uid_t uid, const std::string& method, const std::string& target,
                     const std::string& body) {
  Request head;
  head.method = method;
  head.path = target.substr(0, target.find('?'));
  head.peer = {uid, 0};
  if (std::size_t mark = target.find('?'); mark != std::string::npos)
    for (const std::string& pair : split(target.substr(mark + 1), '&'))
      head.query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  std::promise<Response> answered;
  thread_.on_loop([&] { answer(std::move(head), body, answered); });
  return answered.get_future().get();
}

void Office::answer(Request head, const std::string& body, std::promise<Response>& answered) {
  Responder responder([&answered](Response response) { answered.set_value(std::move(response)); });
  try {
    std::unique_ptr<Exchange> exchange = begin_exchange(*api_, std::move(head));
    if (!body.empty()) exchange->add_body(body);
    exchange->finish(responder);
  } catch (...) {
    responder.fail(std::current_exception());
  }
}

std::int64_t Office::add_run(uid_t uid, const Manifest& manifest, const std::vector<RunEvent>& events) {
  std::int64_t id = 0;
  thread_.on_loop([&] {
    User user = user_of(uid);
    event::Accepted accepted{
        from_unix(1'795'426'200), {user.uid, user.gid, user.name}, manifest, "free", "", ""};
    Submission submission{uid, random_hex(8), "digits.toml", "name = \"digits\""};
    id = parts_->ledger.accept(submission, {accepted}, {}).run_ids.at(0);
    TrainingRun run = *parts_->ledger.find_run(id);
    for (const RunEvent& event : events) {
      apply_event(run, event);
      parts_->ledger.append(run, event);
    }
  });
  return id;
}

FakeScheduler& Office::scheduler() { return parts_->scheduler; }

std::string Office::ledger_id() const { return parts_->ledger.id(); }

std::string Office::attempt_directory(std::int64_t run_id, int attempt) const {
  return layout::attempt_directory(path("scratch"), run_id, attempt);
}

}  // namespace trainyard::testing
