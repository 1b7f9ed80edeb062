// trainyardd: reads its settings, opens the ledger, makes the parts of the daemon in order, connects them,
// and runs the loop.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "daemon/api/caller.h"
#include "daemon/api/munge_credentials.h"
#include "daemon/api/routes.h"
#include "daemon/api/server.h"
#include "daemon/api/tcp_socket.h"
#include "daemon/api/unix_socket.h"
#include "daemon/base/command_help.h"
#include "daemon/base/command_line.h"
#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "daemon/base/exit_code.h"
#include "daemon/base/fd.h"
#include "daemon/base/installation.h"
#include "daemon/base/log.h"
#include "daemon/base/name_service.h"
#include "daemon/base/notify.h"
#include "daemon/base/printable.h"
#include "daemon/base/text.h"
#include "daemon/config.h"
#include "daemon/deputies/broker_client.h"
#include "daemon/deputies/child_starter.h"
#include "daemon/deputies/deputy_users.h"
#include "daemon/driver/driver.h"
#include "daemon/ledger/checkpoints.h"
#include "daemon/readiness.h"
#include "plugins/loader.h"

namespace trainyard {
namespace {

constexpr const char* default_config = TRAINYARD_SYSCONFDIR "/trainyard.toml";

const Syntax& syntax() {
  static const Syntax syntax{
      "trainyardd",
      {},
      {{"--config", "FILE", std::string("the settings, trainyard.toml(5); default ") + default_config, {}},
       {"--check-config", "", "read the settings, say what is wrong, and end", {}},
       {"--version", "", "print the version", {}},
       {"--help,-h", "", "explain", {}}}};
  return syntax;
}

int print(const std::string& text) { return std::fputs(text.c_str(), stdout) < 0 ? 1 : 0; }

std::string help() {
  return usage_line(syntax()) +
         "\nTurns training manifests into Slurm jobs: see trainyardd(8).\n\noptions:\n" +
         options_text(syntax().options);
}

Config read_config_file(const std::string& file) { return read_config(read_file(file, 1 << 20), file); }

DriverSettings driver_settings(const Config& config) {
  DriverSettings settings;
  settings.plans = config.plans;
  settings.poll_interval = config.poll_interval;
  settings.max_jobs_in_slurm = config.max_jobs;
  settings.keep_runs = config.keep_runs;
  settings.cache_bytes = config.cache_bytes;
  settings.free_bytes = config.free_bytes;
  settings.max_live_runs_per_user = config.max_live_runs_per_user;
  settings.scratch = config.scratch;
  return settings;
}

ApiSettings api_settings(const Config& config) {
  ApiSettings settings;
  settings.version = TRAINYARD_VERSION;
  settings.allow_root = config.allow_root;
  settings.roles = {config.operators, config.admins};
  settings.time_zone = config.time_zone;
  settings.state_dir = config.state_dir;
  settings.max_code_bytes = config.max_code_bytes;
  settings.max_code_bytes_per_user = config.max_code_bytes_per_user;
  settings.plans = config.plans;
  settings.stores = config.stores;
  return settings;
}

JobSite job_site(const Config& config, const std::string& ledger_id) {
  JobSite site;
  site.ledger_id = ledger_id;
  site.agent = join_path(this_installation().internals, "trainyard-agent");
  site.slurm_conf = get_or<std::string>(config.slurm, "conf", "");
  site.stage_partition = config.stage_partition;
  site.stores = config.stores;
  return site;
}

// Locks the state directory until the process ends, so that only one daemon uses it.
UniqueFd lock_state(const std::string& state_dir) {
  std::string path = join_path(state_dir, "lock");
  UniqueFd lock = open_file(path, O_RDWR | O_CREAT, 0600);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    throw Error(ErrorKind::unavailable, path + ": another trainyardd uses this state directory");
  return lock;
}

// The server for other hosts, which listens on TCP.
struct NetworkDoor {
  NetworkDoor(Loop& loop, const Config& config, const Identify& identify, const BeginExchange& begin)
      : workers(loop, 2),
        server(loop, listen_on_tcp(*config.listen),
               identify_by_credential(
                   workers,
                   [munge = Munge(config.munge_socket)](const std::string& credential) {
                     return munge.open(credential);
                   },
                   identify),
               begin) {}
  Workers workers;  // for calls to munged
  Server server;
};

// For the test that kills the daemon after every event: if TRAINYARD_DIE_AFTER_EVENTS=3 is set, ends the
// daemon by SIGKILL when the third event is durable, before the daemon acts on it.
void die_after_events(Driver& driver) {
  const char* count = std::getenv("TRAINYARD_DIE_AFTER_EVENTS");
  if (count == nullptr) return;
  driver.on_event([left = std::atoi(count)]() mutable {
    if (--left == 0) ::raise(SIGKILL);
  });
}

// Throws Error{denied} if the daemon runs as root. The daemon needs no rights, because deputies act with the
// rights of the users.
void check_is_nobody_special() {
  if (::geteuid() == 0)
    throw Error(
        ErrorKind::denied,
        "trainyardd does not run as root: give it a user of its own, as trainyardd.service does, beside "
        "trainyard-broker.service");
}

std::unique_ptr<DeputyStarter> deputy_starter(Loop& loop, const Config& config) {
  if (!config.broker.empty()) return std::make_unique<BrokerClient>(loop, config.broker);
  return std::make_unique<ChildStarter>(loop, join_path(this_installation().internals, "trainyard-deputy"));
}

constexpr const char* mount_setting = "mount ";  // before a uid and a path: a setting in the ledger

std::vector<KnownMount> known_mounts(Ledger& ledger) {
  std::vector<KnownMount> mounts;
  for (const auto& [name, value] : ledger.settings_beginning(mount_setting)) {
    std::string rest = name.substr(std::string_view(mount_setting).size());
    std::size_t blank = rest.find(' ');
    Json mount = parse_json(value, "the ledger's settings");
    std::int64_t uid =
        parse_whole_number(rest.substr(0, blank), 0, UINT32_MAX, "the ledger's setting " + name);
    mounts.push_back({static_cast<std::uint32_t>(uid),
                      rest.substr(blank + 1),
                      {get<std::string>(mount, "source"), get<std::string>(mount, "type")}});
  }
  return mounts;
}

void keep_mount(Ledger& ledger, const KnownMount& known) {
  ledger.set_setting(mount_setting + std::to_string(known.uid) + " " + known.path,
                     Json{{"source", known.mount.source}, {"type", known.mount.type}}.dump());
}

// Computes the ledger's rollup (usage by month) anew if its months are those of another time zone than
// `zone`. Reports of usage are fast only in the time zone of the rollup.
void keep_rollup_in(const std::string& zone, Ledger& ledger) {
  std::optional<std::string> before = ledger.rollup().zone();
  if (before == zone) return;
  log_info("event=rollup_begun zone={} before={}", zone, before.value_or("none"));
  ledger.make_rollup(zone);
  log_info("event=rollup_made zone={}", zone);
}

// Returns true if the loop should go on after this exception of a callback: after Error{unavailable}, such as
// a full disk. That is safe, because a change whose commit failed has not happened.
bool goes_on_after(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unavailable) return false;
    log_error("event=callback_failed {}", e.what());
    return true;
  } catch (...) {
    return false;
  }
}

void serve(const std::string& config_file) {
  Config config = read_config_file(config_file);
  set_log_level(config.log_level);
  check_is_nobody_special();
  ::umask(0022);
  make_directory(config.state_dir);
  UniqueFd lock = lock_state(config.state_dir);

  // libslurm ends the process if slurm.conf is broken, so it is loaded before the ledger and sockets are
  // open.
  std::unique_ptr<SchedulerReader> scheduler = load_scheduler_reader("slurm", config.slurm);
  Loop loop;
  loop.survive(goes_on_after);
  Ledger ledger(join_path(config.state_dir, "ledger.db"));
  keep_rollup_in(config.time_zone, ledger);
  Checkpoints checkpoints(loop, ledger);
  NameService names(loop);
  Deputies deputies(loop, deputy_starter(loop, config));
  DeputyUsers users(loop, deputies, *scheduler, config.slurm, known_mounts(ledger),
                    [&ledger](const KnownMount& mount) { keep_mount(ledger, mount); });
  Steps steps(
      *scheduler, users, [&names](uid_t uid) { return names.wait_for(uid).user.name; },
      job_site(config, ledger.id()));
  Workers lane(loop, 1);
  Workers io(loop, 4);
  Lanes lanes(loop);
  Driver driver(loop, lane, lanes, ledger, steps, driver_settings(config));
  SchedulerQueries queries(lane, lanes, steps);
  deputies.on_reaped([&driver](std::uint32_t uid, DeputyKind kind) {
    if (kind == DeputyKind::slurm) driver.deputy_is_gone(uid);
  });
  die_after_events(driver);
  Readiness readiness(loop, lane, *scheduler, [&] {
    log_info("event=ready version={} socket={} network={} runs={}", TRAINYARD_VERSION, config.socket,
             config.listen ? to_string(*config.listen) : "no", driver.live_runs());
    notify_ready("serving " + config.socket);
  });
  driver.recover();
  Api api{loop, api_settings(config), driver, queries, ledger, io, lanes, users, now()};
  BeginExchange begin = [&api](Request head) { return begin_exchange(api, std::move(head)); };
  const Identify identify = identify_by_name(names);
  ServerSettings door;
  door.standing = [&](uid_t uid) { return standing_of(uid, names.remembered(uid), api.settings.roles); };
  Server server(loop, listen_on_unix_socket(config.socket), identify, begin, door);
  std::optional<NetworkDoor> network;
  if (config.listen) network.emplace(loop, config, identify, begin);

  Loop::Watch terminated = loop.on_signal(SIGTERM, [&] { loop.stop(); });
  Loop::Watch interrupted = loop.on_signal(SIGINT, [&] { loop.stop(); });
  Loop::Watch reload = loop.on_signal(SIGHUP, [&] {
    notify_reloading();
    try {
      Config fresh = read_config_file(config_file);
      fresh.stores = config.stores;  // the steps use these until a restart
      set_log_level(fresh.log_level);
      driver.reconfigure(driver_settings(fresh));
      api.settings = api_settings(fresh);
      log_info("event=reloaded file={}", config_file);
    } catch (const Error& e) {
      log_error("event=reload_refused the old settings stay: {}", e.what());
    }
    notify_ready("reloaded");
  });
  try {
    loop.run();
  } catch (...) {
    log_error("event=loop_failed the reason follows when all deputies have ended");
    deputies.stop();
    throw;
  }
  notify_stopping();
  deputies.stop();  // threads that wait for a deputy can go on
  log_info("event=stopped");
}

int perform(const Arguments& given) {
  const std::string config_file = given.text("--config", default_config);
  if (given.has("--version")) return print("trainyardd " TRAINYARD_VERSION "\n");
  if (given.has("--help")) return print(help());
  if (!given.has("--check-config")) return serve(config_file), 0;
  read_config_file(config_file);
  return print(config_file + ": good\n");
}

}  // namespace
}  // namespace trainyard

int main(int count, char** words) {
  using namespace trainyard;
  std::signal(SIGPIPE, SIG_IGN);
  Arguments given;
  try {
    given = parse_words(syntax(), {words + 1, words + count});
  } catch (const Error& e) {  // for the person who typed the words, not for the log
    std::fprintf(stderr, "%s\n", printable_lines(e.what()).c_str());
    return exit_code_of(e.kind());
  }
  try {
    return perform(given);
  } catch (const Error& e) {
    if (e.problems().empty()) log_error("{}", e.what());
    for (const Problem& problem : e.problems()) log_error("{}", to_string(problem));
    return exit_code_of(e.kind());
  } catch (const std::exception& e) {
    log_error("{}", e.what());
    return exit_code_of(ErrorKind::internal);
  }
}
