#include "daemon/config.h"

#include <sys/un.h>

#include "daemon/base/clock.h"
#include "daemon/handover/scratch_place.h"
#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/read_toml.h"

namespace trainyard {
namespace {

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;
constexpr std::int64_t gibibyte = std::int64_t{1} << 30;
constexpr std::int64_t most_free_bytes = std::int64_t{1} << 60;  // so that no sum with it overflows
constexpr std::int64_t most_stage_jobs = 1024;
constexpr std::int64_t most_bandwidth = std::int64_t{1} << 50;  // bytes per second
constexpr std::int64_t least_share = 64 << 10;                  // of one stage job, in bytes per second
constexpr std::int64_t year_seconds = 365LL * 86400;

std::optional<std::string> problem_with_path(const std::string& text) {
  if (!text.starts_with('/')) return "must be a whole path, from / on";
  return std::nullopt;
}

std::optional<std::string> problem_with_socket(const std::string& text) {
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (text.size() > longest)
    return "must be at most " + std::to_string(longest) + " bytes long, as Linux has it for sockets";
  return problem_with_path(text);
}

std::optional<std::string> problem_with_zone(const std::string& text) {
  try {
    format_local(UtcSeconds{}, text);
    return std::nullopt;
  } catch (const Error&) {
    return "must be a zone of the tz database, such as \"Europe/Berlin\" or \"UTC\"";
  }
}

std::optional<std::string> problem_with_address(const std::string& text) {
  try {
    parse_host_port(text);
    return std::nullopt;
  } catch (const Error&) {
    return "must be an address of this host, and a port where it is another than 6822: \"0.0.0.0:6822\"";
  }
}

std::optional<std::string> problem_with_user(const std::string& text) {
  if (text.find_first_of(" \t,:") != std::string::npos) return "must be the login name of one user";
  return std::nullopt;
}

std::optional<std::string> problem_with_user_or_group(const std::string& text) {
  if (problem_with_user(text) || text == "@") return "must be a login name, or \"@group\" for its members";
  return std::nullopt;
}

std::set<std::string> read_users(Fields& fields, const char* key, TextCheck check = problem_with_user) {
  std::vector<std::string> users;
  fields.texts(key, users, check);
  return {users.begin(), users.end()};
}

void read_daemon(Fields fields, Config& config) {
  fields.text("socket", config.socket, problem_with_socket);
  fields.text("state_dir", config.state_dir, problem_with_path);
  fields.boolean("allow_root", config.allow_root);
  fields.text("broker", config.broker, [](const std::string& text) {
    return text.empty() ? std::nullopt : problem_with_socket(text);
  });
  config.operators = read_users(fields, "operators", problem_with_user_or_group);
  config.admins = read_users(fields, "admins", problem_with_user_or_group);
  std::string level;
  if (fields.word("log_level", level, {"error", "warning", "info", "debug"}))
    config.log_level = log_level_from(level);
  fields.text("time_zone", config.time_zone, problem_with_zone);
  fields.size("max_code_size", config.max_code_bytes, {mebibyte, 64 * gibibyte});
  fields.size("max_code_size_per_user", config.max_code_bytes_per_user,
              {mebibyte, std::numeric_limits<std::int64_t>::max()});
  fields.integer("max_live_runs_per_user", config.max_live_runs_per_user, {1, 10'000'000});
}

void read_network(Fields fields, Config& config) {
  std::string listen;
  if (fields.text("listen", listen, problem_with_address)) config.listen = parse_host_port(listen);
  fields.text("munge_socket", config.munge_socket, problem_with_socket);
}

void read_scratch(Fields fields, Config& config) {
  fields.text("path", config.scratch, problem_with_scratch_pattern);
  fields.duration("keep_runs", config.keep_runs, {0, 100 * year_seconds});
  fields.size("cache_size", config.cache_bytes, {mebibyte, std::numeric_limits<std::int64_t>::max()});
  fields.size("free_space", config.free_bytes, {mebibyte, most_free_bytes});
}

void read_slurm(Fields fields, Config& config) {
  std::string conf;
  if (fields.text("conf", conf, problem_with_path)) config.slurm["conf"] = conf;
  std::int64_t poll_interval_ms = config.poll_interval.count();
  fields.integer("poll_interval_ms", poll_interval_ms, {100, 3'600'000});
  config.poll_interval = std::chrono::milliseconds(poll_interval_ms);
  std::int64_t max_calls = 0;
  if (fields.integer("max_calls_per_minute", max_calls, {60, 1'000'000}))
    config.slurm["max_calls_per_minute"] = max_calls;
  fields.integer("max_jobs", config.max_jobs, {3, 10'000'000});  // a run has three jobs: stage, run, store
  fields.text("stage_partition", config.stage_partition, problem_with_name);
}

Plan read_plan(const std::string& name, Fields& fields) {
  Plan plan;
  plan.name = name;
  fields.integer("gpus", plan.gpus, {1, 1'000'000});
  std::string per;
  if (fields.word("per", per, {"user", "account"}) && per == "account") plan.per = Plan::Per::account;
  plan.members = read_users(fields, "members");
  return plan;
}

// Reads the key `default` of the table `name`, a plan or a store as `what` says. `chosen` is the name of the
// earlier table of this kind with `default = true`; a second one is reported as a problem.
bool read_default(Fields& fields, const std::string& name, const std::string& what, std::string& chosen) {
  bool is_default = false;
  fields.boolean("default", is_default);
  if (is_default && !chosen.empty())
    fields.problem("default", "is true, but " + chosen + " is the default " + what + " already",
                   "one " + what + " at most is the default");
  else if (is_default)
    chosen = name;
  return is_default;
}

Plans read_plans(Fields& root) {
  Plans plans;
  std::string chosen;
  for (auto& [name, fields] : root.named_tables("plans")) {
    Plan plan = read_plan(name, fields);
    plan.is_default = read_default(fields, name, "plan", chosen);
    plans.emplace(name, std::move(plan));
  }
  return plans;
}

std::optional<std::string> problem_with_endpoint(const std::string& text) {
  for (const char* scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string host = text.substr(std::string_view(scheme).size());
    if (!host.empty() && host.find_first_of("/?#@ ") == std::string::npos) return std::nullopt;
  }
  return "must be https:// or http://, a host, and perhaps a port: \"https://s3.example.org:7480\"";
}

StoreSettings read_store(const std::string& name, Fields& fields) {
  StoreSettings store;
  store.name = name;
  // The style for a private store is by default `path`, because few of them have a name in the DNS for each
  // bucket.
  if (fields.text("endpoint", store.endpoint, problem_with_endpoint))
    store.style = StoreSettings::Style::path;
  fields.text("region", store.region, problem_with_name);
  std::string style;
  if (fields.word("style", style, {"path", "virtual-host"}))
    store.style = style == "path" ? StoreSettings::Style::path : StoreSettings::Style::virtual_host;
  fields.text("ca_file", store.ca_file, problem_with_path);
  fields.text("proxy", store.proxy, problem_with_endpoint);
  std::int64_t connections = store.connections;
  fields.integer("connections", connections, {1, 1024});
  store.connections = static_cast<int>(connections);
  return store;
}

StageLimits read_stage_limits(Fields& fields) {
  StageLimits limits;
  std::int64_t jobs = 0;
  if (fields.integer("stage_jobs", jobs, {1, most_stage_jobs})) limits.jobs = static_cast<int>(jobs);
  if (!fields.size("bandwidth", limits.bytes_per_second, {mebibyte, most_bandwidth})) return limits;
  if (limits.jobs == 0)
    fields.problem("bandwidth", "is divided among the stage jobs, but their number has no limit",
                   "set stage_jobs, too");
  else if (limits.bytes_per_second / limits.jobs < least_share)
    fields.problem("bandwidth", "is too small for " + std::to_string(limits.jobs) + " stage jobs",
                   "each of them must have 64 KiB per second or more");
  return limits;
}

Stores read_stores(Fields& root) {
  Stores stores;
  for (auto& [name, fields] : root.named_tables("stores")) {
    stores.settings.emplace(name, read_store(name, fields));
    stores.stage_limits.emplace(name, read_stage_limits(fields));
    read_default(fields, name, "store", stores.default_name);
  }
  if (stores.settings.size() == 1) stores.default_name = stores.settings.begin()->first;
  return stores;
}

}  // namespace

const Keys& config_keys() {
  static const Keys keys = {
      {"daemon.socket", "string", "\"/run/trainyard/trainyard.sock\"",
       "the socket on which the daemon listens"},
      {"daemon.broker", "string", "\"/run/trainyard-broker/socket\"",
       "where trainyard-broker listens; \"\": none, the daemon acts for its own user only"},
      {"daemon.state_dir", "string", "\"/var/lib/trainyard\"", "holds the ledger"},
      {"daemon.allow_root", "boolean", "false", "may root submit runs?"},
      {"daemon.operators", "list of strings", "[]", "who may drain, and see and cancel everybody's runs"},
      {"daemon.admins", "list of strings", "[]", "who may do everything, besides root"},
      {"daemon.log_level", "error | warning | info | debug", "\"info\"", "what goes to the journal"},
      {"daemon.time_zone", "string", "", "time zone of months and days in reports; by default the machine's"},
      {"daemon.max_code_size", "size", "\"64 MiB\"", "the most that command.code may have, packed"},
      {"daemon.max_code_size_per_user", "size", "\"10 GiB\"",
       "the most that a user's packed code may take on scratch"},
      {"daemon.max_live_runs_per_user", "integer", "20000", "the most runs of a user that are not over"},

      {"network.listen", "string", "", "address and port for other hosts; by default none"},
      {"network.munge_socket", "string", "", "the socket of munged; by default the one munged itself uses"},

      {"scratch.path", "string", "\"/scratch/{user}/trainyard\"",
       "each user's own, under {user}, {uid} or {home}; seen under this path by all nodes"},
      {"scratch.keep_runs", "duration", "\"30-00\"", "how long after its end a run's directory stays"},
      {"scratch.cache_size", "size", "", "the most that data sets of a user may take; by default no limit"},
      {"scratch.free_space", "size", "",
       "must stay free on scratch when a data set is staged; by default nothing"},

      {"slurm.conf", "string", "", "the path of slurm.conf; by default Slurm finds it"},
      {"slurm.poll_interval_ms", "integer", "2000",
       "the least time between two queries for all jobs; longer while Slurm answers slowly"},
      {"slurm.max_calls_per_minute", "integer", "",
       "the most calls of Slurm in a minute; by default no limit"},
      {"slurm.max_jobs", "integer", "5000", "the most jobs in Slurm at a time"},
      {"slurm.stage_partition", "string", "", "partition of jobs that stage and store; by default the run's"},

      {"stores.NAME.endpoint", "string", "", "URL of the store; by default Amazon's of the region"},
      {"stores.NAME.region", "string", "\"us-east-1\"", "the region in signatures"},
      {"stores.NAME.style", "path | virtual-host", "",
       "where requests name the bucket; by default path with an endpoint, else virtual-host"},
      {"stores.NAME.ca_file", "string", "",
       "certificates (PEM) of the authority that signed the store's; by default the system's"},
      {"stores.NAME.proxy", "string", "", "URL of a proxy; by default as the environment says"},
      {"stores.NAME.connections", "integer", "16", "the most connections of one job at a time"},
      {"stores.NAME.stage_jobs", "integer", "",
       "the most jobs at a time that stage data from the store; by default no limit"},
      {"stores.NAME.bandwidth", "size", "",
       "the most that these jobs receive in a second, together; needs stage_jobs; by default no limit"},
      {"stores.NAME.default", "boolean", "false",
       "whether s3:// means this store where a manifest names none; the only store always is"},

      {"plans.NAME.gpus", "integer", "1", "the most GPUs at a time"},
      {"plans.NAME.per", "user | account", "\"user\"", "whose GPUs are counted together"},
      {"plans.NAME.members", "list of strings", "[]", "who may ask for it; when empty everybody"},
      {"plans.NAME.default", "boolean", "false", "the plan of users who are members of no plan"},
  };
  return keys;
}

Config read_config(std::string_view text, const std::string& file) {
  Problems problems(file);
  std::optional<Node> node = read_toml(text, problems);
  problems.throw_if_any();

  Config config;
  config.time_zone = system_zone();
  Fields root(*node->table(), {}, "", config_keys(), problems);
  if (auto fields = root.table("daemon")) read_daemon(*fields, config);
  if (auto fields = root.table("network")) read_network(*fields, config);
  if (auto fields = root.table("scratch")) read_scratch(*fields, config);
  if (auto fields = root.table("slurm")) read_slurm(*fields, config);
  config.stores = read_stores(root);
  config.plans = read_plans(root);
  problems.throw_if_any();
  return config;
}

}  // namespace trainyard
