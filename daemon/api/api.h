// Api: the settings and the parts of the daemon that the routes use. One per daemon, used on the loop.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "daemon/api/roles.h"
#include "daemon/base/clock.h"
#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "daemon/deputies/users.h"
#include "daemon/driver/driver.h"
#include "daemon/ledger/ledger.h"
#include "daemon/queries/scheduler_queries.h"
#include "daemon/run/plans.h"
#include "daemon/run/stores.h"

namespace trainyard {

struct ApiSettings {
  std::string version;
  bool allow_root = false;  // true: uid 0 may submit runs
  RoleLists roles;
  std::string time_zone = "UTC";
  std::string state_dir;                                          // uploads before the deputy stores them
  std::int64_t max_code_bytes = std::int64_t{64} << 20;           // of one upload
  std::int64_t max_code_bytes_per_user = std::int64_t{10} << 30;  // of all uploads kept for one user
  Plans plans;
  Stores stores;
};

struct Api {
  Loop& loop;
  ApiSettings settings;  // replaced as a whole on SIGHUP
  Driver& driver;
  SchedulerQueries& queries;
  Ledger& ledger;
  Workers& io;
  Lanes& lanes;  // one lane per user and kind of work; shared with the driver
  Users& users;
  UtcSeconds started_at{};
  // By uid: bytes of the uploads that the user's deputy has not stored yet.
  std::map<std::uint32_t, std::shared_ptr<std::atomic<std::int64_t>>> uploading = {};
};

}  // namespace trainyard
