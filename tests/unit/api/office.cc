#include "tests/unit/api/office.h"

#include <cstdlib>
#include <filesystem>

#include "daemon/base/digest.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/base/user.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/steps.h"
#include "tests/fakes/fake_scheduler.h"
#include "tests/fakes/local_users.h"

namespace trainyard::testing {

namespace {

DriverSettings with_plans() {
  DriverSettings settings;
  settings.plans["free"] = {"free", 4, Plan::Per::user, {}, true};
  return settings;
}

DriverSettings settings_in(const std::string& folder) {
  DriverSettings settings = with_plans();
  settings.scratch = join_path(folder, "scratch/{user}");
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
        users(scheduler),
        steps(
            scheduler, users, [](uid_t uid) { return "user " + std::to_string(uid); }, site_of(ledger)),
        lane(loop, 1),
        io(loop, 1),
        lanes(loop),
        driver(loop, lane, lanes, ledger, steps, settings_in(folder)),
        queries(lane, lanes, steps) {
    driver.set_drained(true);
  }
  Ledger ledger;
  FakeScheduler scheduler;
  LocalUsers users;
  Steps steps;
  Workers lane, io;
  Lanes lanes;
  Driver driver;
  SchedulerQueries queries;
};

Office::Office() {
  thread_.on_loop([this] {
    parts_ = std::make_unique<Parts>(thread_.loop(), folder_.string());
    for (const char* folder : {"scratch", "state"}) std::filesystem::create_directory(path(folder));
    ::setenv("TRAINYARD_PLUGINDIR", FILE_MODULE_FOLDER, 1);
    ApiSettings settings;
    settings.version = "0.0.1";
    settings.allow_root = true;
    settings.state_dir = path("state");
    settings.max_code_bytes = 1000;
    settings.plans = with_plans().plans;
    api_.emplace(Api{thread_.loop(), settings, parts_->driver, parts_->queries, parts_->ledger, parts_->io,
                     parts_->lanes, parts_->users, from_unix(1'795'420'000)});
  });
}

Office::~Office() {
  thread_.on_loop([this] { parts_.reset(); });
}

Response Office::ask(uid_t uid, const std::string& method, const std::string& target,
                     const std::string& body) {
  std::promise<Response> answered;
  begin(uid, method, target, body, answered);
  return answered.get_future().get();
}

void Office::begin(uid_t uid, const std::string& method, const std::string& target, const std::string& body,
                   std::promise<Response>& answered) {
  Request head;
  head.method = method;
  head.path = target.substr(0, target.find('?'));
  head.peer = {uid, 0};
  head.identity = identity_of(uid);
  if (std::size_t mark = target.find('?'); mark != std::string::npos)
    for (const std::string& pair : split(target.substr(mark + 1), '&'))
      head.query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  thread_.on_loop([&] { answer(std::move(head), body, answered); });
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

void Office::occupy_io(std::shared_future<void> until) {
  thread_.on_loop([&] {
    parts_->io.run(
        [until] {
          until.wait();
          return true;
        },
        [](bool) {}, [](const std::exception_ptr&) {});
  });
}

std::int64_t Office::add_run(uid_t uid, const Manifest& manifest, const std::vector<RunEvent>& events) {
  std::int64_t id = 0;
  thread_.on_loop([&] {
    User user = user_of(uid);
    event::Accepted accepted{
        from_unix(1'795'426'200), {user.uid, user.gid, user.name}, manifest, "free", "", ""};
    accepted.scratch = parts_->driver.acceptance().scratch_of(accepted.owner, user.home);
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

TrainingRun Office::run(std::int64_t id) {
  TrainingRun found;
  thread_.on_loop([&] { found = *parts_->ledger.find_run(id); });
  return found;
}

FakeScheduler& Office::scheduler() { return parts_->scheduler; }

std::string Office::ledger_id() const { return parts_->ledger.id(); }

std::string Office::attempt_directory(std::int64_t run_id, int attempt) const {
  return layout::attempt_directory(parts_->ledger.find_run(run_id)->scratch.path, run_id, attempt);
}

}  // namespace trainyard::testing
