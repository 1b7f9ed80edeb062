// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/libslurm.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>

#include "daemon/base/text.h"
#include "plugins/slurm/call_meter.h"
#include "plugins/slurm/errors.h"
#include "plugins/slurm/missing_symbols.h"
#include "plugins/slurm/stderr_capture.h"

namespace trainyard::slurm {
namespace {

// Flags of queries to slurmctld: include hidden partitions (SHOW_ALL), and do not ask about federations first
// (SHOW_LOCAL).
constexpr std::uint16_t everything_here = SHOW_ALL | SHOW_LOCAL;

std::string conf_path(const std::string& configured) {
  if (!configured.empty()) return configured;
  if (const char* path = std::getenv("SLURM_CONF")) return path;
  const char* debian = "/etc/slurm/slurm.conf";
  const char* configless = "/run/slurm/conf/slurm.conf";
  return access(debian, F_OK) != 0 && access(configless, F_OK) == 0 ? configless : debian;
}

// Makes the symbols of the library that has `function` visible to all other libraries. libslurm's own plugins
// (auth_munge.so …) are not linked with libslurm, and look up its functions among the visible symbols of the
// process. There would be none, because the loader opens this module with RTLD_LOCAL.
void make_visible(void* function, const std::string& name) {
  Dl_info library;
  if (dladdr(function, &library) == 0 ||
      dlopen(library.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD) == nullptr)
    throw Error(ErrorKind::internal, name + ": cannot be found among the loaded libraries");
}

// Initializes libslurm, once per process. Checks first that the file can be read, because libslurm otherwise
// waits a minute and ends the process.
void initialize_once(const std::string& path) {
  static std::once_flag initialized;
  if (access(path.c_str(), R_OK) != 0)
    throw Error(ErrorKind::invalid, "slurm.conf: cannot read " + path +
                                        "; name the cluster's file in [slurm] conf or in SLURM_CONF");
  std::call_once(initialized, [&] {
    make_visible(reinterpret_cast<void*>(&slurm_init), "libslurm");
    make_visible(reinterpret_cast<void*>(&slurmdbd_msg_type_2_str), "the supplement of libslurm");
    slurm_init(path.c_str());
  });
}

// Returns the release of Slurm that this module was built for, "22.05.8", from its headers, because
// slurm_api_version() has a number of its own, 38 for Slurm 22.05.
std::string version() {
  constexpr int major = SLURM_VERSION_MAJOR(SLURM_VERSION_NUMBER);
  constexpr int minor = SLURM_VERSION_MINOR(SLURM_VERSION_NUMBER);
  constexpr int micro = SLURM_VERSION_MICRO(SLURM_VERSION_NUMBER);
  return std::to_string(major) + (minor < 10 ? ".0" : ".") + std::to_string(minor) + "." +
         std::to_string(micro);
}

// Returns the error number of a failed call of libslurm. Some calls return the number, others return −1 and
// set errno.
int error_of(int result) { return result > 0 ? result : errno; }

// Returns the error number in slurmctld's answers about the tasks of an array, or 0. Tasks that could not be
// changed because they have ended are no error if other tasks could be changed.
int error_in(const job_array_resp_msg_t& answers) {
  int error = 0;
  for (std::uint32_t i = 0; i < answers.job_array_count; ++i) {
    int code = static_cast<int>(answers.error_code[i]);
    if (code == SLURM_SUCCESS) return SLURM_SUCCESS;
    error = code;
  }
  return error;
}

// Sets a job's priority (0: hold, INFINITE: release). Returns 0 or the error number.
int set_priority(const std::string& job, std::uint32_t priority) {
  job_desc_msg_t update = empty_description();
  update.job_id_str = const_cast<char*>(job.c_str());
  update.priority = priority;
  call_meter().count("update");
  job_array_resp_msg_t* answers = nullptr;
  int result = slurm_update_job2(&update, &answers);
  int error = result == SLURM_SUCCESS ? 0 : error_of(result);
  if (answers != nullptr) {
    if (error == 0) error = error_in(*answers);
    slurm_free_job_array_resp(answers);
  }
  return error;
}

slurmdb_job_cond_t any_job() {
  slurmdb_job_cond_t condition{};
  condition.db_flags = SLURMDB_JOB_FLAG_NOTSET;
  // Without JOBCOND_FLAG_NO_DEFAULT_USAGE libslurm adds a time bound of its own, and jobs that were never
  // eligible are left out.
  condition.flags = JOBCOND_FLAG_DUP | JOBCOND_FLAG_NO_STEP | JOBCOND_FLAG_NO_DEFAULT_USAGE;
  return condition;
}

// Returns a list of one item, which the caller owns.
RecordList list_of(const void* item) {
  RecordList list(slurm_list_create(nullptr));
  slurm_list_append(list.get(), const_cast<void*>(item));
  return list;
}

// Returns a list of texts. The caller owns the texts and must keep them as long as the list.
RecordList list_of(const std::vector<std::string>& texts) {
  RecordList list(slurm_list_create(nullptr));
  for (const std::string& text : texts) slurm_list_append(list.get(), const_cast<char*>(text.c_str()));
  return list;
}

// Throws an Error if `changed`, slurmdbd's answer to a change, is not the list of what it has changed.
void check_changed(List changed, const std::string& what) {
  if (changed == nullptr) throw_slurm("slurmdbd: " + what, errno);
  slurm_list_destroy(changed);
}

// Bits of AccountingStorageEnforce, which are in none of Slurm's headers.
constexpr std::uint16_t enforce_associations = 1 << 0, enforce_limits = 1 << 1, enforce_qos = 1 << 3;

// Opens a connection to slurmdbd. In the CallMeter, the connection and the queries that it is opened for
// count as one call.
void* connect() {
  call_meter().count("slurmdbd");
  return slurmdb_connection_get(nullptr);
}

RecordList answer_of(List list, const std::string& question) {
  if (list == nullptr) throw Error(ErrorKind::unavailable, "slurmdbd: no answer to: " + question);
  return RecordList(list);
}

// Returns true if the list ("cpu,mem,gres/gpu") contains the name. A typed name ("gres/gpu:k40") is not the
// generic one ("gres/gpu"), which limits and sums need.
bool names(const char* list, const std::string& name) {
  std::vector<std::string> entries = split(list == nullptr ? "" : list, ',');
  return std::find(entries.begin(), entries.end(), name) != entries.end();
}

}  // namespace

Cluster open_cluster(const std::string& conf) {
  initialize_once(conf_path(conf));
  std::string storage = slurm_conf.accounting_storage_type ? slurm_conf.accounting_storage_type : "";
  auto enforces = [](std::uint16_t bits) { return (slurm_conf.accounting_storage_enforce & bits) == bits; };
  Cluster cluster;
  cluster.name = slurm_conf.cluster_name;
  cluster.version = version();
  cluster.message_timeout = std::chrono::seconds(slurm_conf.msg_timeout);
  cluster.most_array_tasks = static_cast<int>(slurm_conf.max_array_sz) - 1;  // MaxArraySize bounds the index
  cluster.has_accounting = storage == "accounting_storage/slurmdbd";
  cluster.has_gpus = names(slurm_conf.gres_plugins, "gpu");
  cluster.accounts_for_gpus = names(slurm_conf.accounting_storage_tres, "gres/gpu");
  cluster.enforces_limits = enforces(enforce_limits | enforce_qos);
  cluster.enforces_associations = enforces(enforce_associations);
  cluster.hides_jobs = (slurm_conf.private_data & PRIVATE_DATA_JOBS) != 0;
  cluster.slurm_user = slurm_conf.slurm_user_id;
  return cluster;
}

std::time_t boot_time() {
  slurm_conf_t* settings = nullptr;
  call_meter().count("load_conf");
  int result = slurm_load_ctl_conf(0, &settings);
  if (result != SLURM_SUCCESS) throw_slurm("slurmctld: its settings", error_of(result));
  std::time_t booted = settings->boot_time;
  slurm_free_ctl_conf(settings);
  return booted;
}

std::vector<std::string> warnings_about(const Cluster& cluster) {
  std::vector<std::string> warnings;
  if (cluster.has_accounting && cluster.has_gpus && !cluster.accounts_for_gpus)
    warnings.push_back(
        "Slurm does not account for GPUs: Trainyard takes them from slurmctld's allocations, and slurmdbd "
        "cannot confirm them; set AccountingStorageTRES=gres/gpu in slurm.conf and restart slurmctld");
  return warnings;
}

std::optional<JobRecords> load_jobs(std::time_t updated_at) {
  job_info_msg_t* message = nullptr;
  call_meter().count("load_jobs");
  int result = slurm_load_jobs(updated_at, &message, everything_here);
  if (result == SLURM_SUCCESS) return JobRecords(message);
  if (error_of(result) == SLURM_NO_CHANGE_IN_DATA) return std::nullopt;
  throw_slurm("slurmctld: list of jobs", error_of(result));
}

JobRecords load_jobs_of(std::uint32_t uid) {
  job_info_msg_t* message = nullptr;
  call_meter().count("load_jobs");
  int result = slurm_load_job_user(&message, uid, everything_here);
  if (result != SLURM_SUCCESS) throw_slurm("slurmctld: jobs of uid " + std::to_string(uid), error_of(result));
  return JobRecords(message);
}

std::optional<JobRecords> load_job(std::uint32_t job_id) {
  job_info_msg_t* message = nullptr;
  call_meter().count("load_job");
  int result = slurm_load_job(&message, job_id, everything_here);
  if (result == SLURM_SUCCESS) return JobRecords(message);
  if (error_of(result) == ESLURM_INVALID_JOB_ID) return std::nullopt;
  throw_slurm("slurmctld: job " + std::to_string(job_id), error_of(result));
}

std::vector<std::string> failed_nodes() {
  node_info_msg_t* message = nullptr;
  call_meter().count("load_nodes");
  int result = slurm_load_node(0, &message, SHOW_ALL);
  if (result != SLURM_SUCCESS) throw_slurm("slurmctld: list of nodes", error_of(result));
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < message->record_count; ++i) {
    const node_info_t& node = message->node_array[i];
    bool failed = (node.node_state & NODE_STATE_BASE) == NODE_STATE_DOWN ||
                  (node.node_state & (NODE_STATE_NO_RESPOND | NODE_STATE_FAIL)) != 0;
    if (failed && node.name != nullptr) names.emplace_back(node.name);
  }
  slurm_free_node_info_msg(message);
  return names;
}

std::vector<std::string> expand_hosts(const std::string& hosts) {
  std::vector<std::string> names;
  HostList list = slurm_hostlist_create(hosts.c_str());
  if (list == nullptr) return names;
  while (char* name = slurm_hostlist_shift(list)) {
    names.emplace_back(name);
    std::free(name);
  }
  slurm_hostlist_destroy(list);
  return names;
}

PartitionRecords load_partitions() {
  call_meter().count("load_partitions");
  partition_info_msg_t* message = nullptr;
  int result = slurm_load_partitions(0, &message, everything_here);
  if (result != SLURM_SUCCESS) throw_slurm("slurmctld: list of partitions", error_of(result));
  return PartitionRecords(message);
}

job_desc_msg_t empty_description() {
  job_desc_msg_t description;
  slurm_init_job_desc_msg(&description);
  unset_the_rest(description);
  return description;
}

Submitted submit_batch_job(job_desc_msg_t& description) {
  submit_response_msg_t* response = nullptr;
  call_meter().count("submit");
  StderrCapture captured;
  int result = slurm_submit_batch_job(&description, &response);
  if (int error = error_of(result); result != SLURM_SUCCESS) return {0, error, captured.errors()};
  Submitted submitted{response->job_id, 0, one_line(response->job_submit_user_msg)};
  slurm_free_submit_response_response_msg(response);
  return submitted;
}

int hold_job(const std::string& job) { return set_priority(job, 0); }

int release_job(const std::string& job) { return set_priority(job, INFINITE); }

int kill_job(const std::string& job) {
  call_meter().count("kill");
  int result = slurm_kill_job2(job.c_str(), SIGKILL, 0, nullptr);
  return result == SLURM_SUCCESS ? 0 : error_of(result);
}

std::vector<std::uint32_t> tasks_in(const slurm_job_info_t& record) {
  std::vector<std::uint32_t> tasks;
  if (record.array_task_id != NO_VAL) return {record.array_task_id};
  if (record.array_bitmap == nullptr) return tasks;
  for (std::int64_t i = 0; i < slurm_bit_size(record.array_bitmap); ++i)
    if (slurm_bit_test(record.array_bitmap, i) != 0) tasks.push_back(static_cast<std::uint32_t>(i));
  return tasks;
}

std::string state_word(std::uint32_t job_state) { return slurm_job_state_string(job_state); }

std::string reason_word(std::uint32_t reason) {
  return reason == WAIT_NO_REASON ? "" : reason_string(static_cast<job_state_reason>(reason));
}

std::vector<std::string> texts_in(List list) {
  std::vector<std::string> texts;
  if (list == nullptr) return texts;
  ListIterator iterator = slurm_list_iterator_create(list);
  while (void* text = slurm_list_next(iterator)) texts.emplace_back(static_cast<const char*>(text));
  slurm_list_iterator_destroy(iterator);
  return texts;
}

Database::Database() : connection_(connect()) {
  if (connection_ == nullptr) throw Error(ErrorKind::unavailable, "slurmdbd: cannot connect");
}

Database::~Database() { slurmdb_connection_close(&connection_); }

RecordList Database::jobs_with_ids(const std::vector<std::uint32_t>& job_ids, const std::string& cluster) {
  std::vector<slurm_selected_step_t> wanted(job_ids.size());
  RecordList ids(slurm_list_create(nullptr));
  for (std::size_t i = 0; i < job_ids.size(); ++i) {
    wanted[i].array_task_id = NO_VAL;
    wanted[i].het_job_offset = NO_VAL;
    wanted[i].step_id.job_id = job_ids[i];
    wanted[i].step_id.step_het_comp = wanted[i].step_id.step_id = NO_VAL;
    slurm_list_append(ids.get(), &wanted[i]);
  }
  RecordList clusters = list_of(cluster.c_str());
  slurmdb_job_cond_t condition = any_job();
  condition.step_list = ids.get();
  condition.cluster_list = clusters.get();
  return answer_of(slurmdb_jobs_get(connection_, &condition), job_ids.size() == 1
                                                                  ? "job " + std::to_string(job_ids.front())
                                                                  : std::to_string(job_ids.size()) + " jobs");
}

RecordList Database::jobs_since(std::time_t since, const std::string& cluster) {
  RecordList clusters = list_of(cluster.c_str());
  slurmdb_job_cond_t condition = any_job();
  condition.flags |= JOBCOND_FLAG_NO_TRUNC;
  condition.usage_start = since;
  condition.usage_end = std::time(nullptr) + 1;
  condition.cluster_list = clusters.get();
  return answer_of(slurmdb_jobs_get(connection_, &condition), "jobs since " + std::to_string(since));
}

RecordList Database::jobs_named(const std::set<std::string>& names, std::uint32_t uid, std::time_t since,
                                const std::string& cluster) {
  std::string user = std::to_string(uid);
  std::vector<std::string> texts(names.begin(), names.end());
  RecordList name_list = list_of(texts);
  RecordList users = list_of(user.c_str());
  RecordList clusters = list_of(cluster.c_str());
  slurmdb_job_cond_t condition = any_job();
  condition.flags |= JOBCOND_FLAG_NO_TRUNC;
  condition.usage_start = since;
  condition.usage_end = std::time(nullptr) + 1;
  condition.jobname_list = name_list.get();
  condition.userid_list = users.get();
  condition.cluster_list = clusters.get();
  return answer_of(slurmdb_jobs_get(connection_, &condition),
                   "jobs named " + *names.begin() + (names.size() > 1 ? " …" : "") + " of uid " + user);
}

bool Database::hides_jobs() {
  RecordList settings = answer_of(slurmdb_config_get(connection_), "its settings");
  for (const ConfigPair* setting : settings.as<ConfigPair>())
    if (std::string_view(setting->name) == "PrivateData" && setting->value != nullptr)
      for (const std::string& what : split(setting->value, ','))
        if (what == "jobs" || what == "job") return true;
  return false;
}

bool Database::is_operator(const std::string& user) {
  RecordList users = list_of(user.c_str());
  slurmdb_assoc_cond_t who{};
  who.user_list = users.get();
  slurmdb_user_cond_t condition{};
  condition.assoc_cond = &who;
  RecordList found = answer_of(slurmdb_users_get(connection_, &condition), "user " + user);
  for (const slurmdb_user_rec_t* record : found.as<slurmdb_user_rec_t>())
    if (record->admin_level >= SLURMDB_ADMIN_OPERATOR) return true;
  return false;
}

RecordList Database::tres() {
  slurmdb_tres_cond_t condition;
  slurmdb_init_tres_cond(&condition, false);
  return answer_of(slurmdb_tres_get(connection_, &condition), "the names of TRES");
}

RecordList Database::qos() {
  slurmdb_qos_cond_t condition{};
  return answer_of(slurmdb_qos_get(connection_, &condition), "all QOS");
}

// An empty list of users, unlike no list, tells slurmdbd to return the associations of all users, and none of
// accounts.
RecordList Database::associations(const std::string& cluster, const std::vector<std::string>& users) {
  RecordList clusters = list_of(cluster.c_str()), names = list_of(users);
  slurmdb_assoc_cond_t condition{};
  condition.cluster_list = clusters.get();
  condition.user_list = names.get();
  return answer_of(slurmdb_associations_get(connection_, &condition), "associations " + join(users, ","));
}

void Database::add_qos(slurmdb_qos_rec_t& qos) {
  RecordList list = list_of(&qos);
  int result = slurmdb_qos_add(connection_, list.get());
  if (result != SLURM_SUCCESS) throw_slurm(std::string("slurmdbd: add qos ") + qos.name, error_of(result));
}

void Database::modify_qos(const std::string& name, slurmdb_qos_rec_t& changes) {
  RecordList names = list_of(name.c_str());
  slurmdb_qos_cond_t condition{};
  condition.name_list = names.get();
  check_changed(slurmdb_qos_modify(connection_, &condition, &changes), "modify qos " + name);
}

void Database::change_qos_of(const std::vector<std::string>& users, const std::string& cluster,
                             const std::string& change) {
  RecordList user_list = list_of(users), clusters = list_of(cluster.c_str()),
             changes = list_of(change.c_str());
  slurmdb_assoc_cond_t condition{};
  condition.cluster_list = clusters.get();
  condition.user_list = user_list.get();
  slurmdb_assoc_rec_t record;
  slurmdb_init_assoc_rec(&record, false);
  record.qos_list = changes.get();
  check_changed(slurmdb_associations_modify(connection_, &condition, &record),
                "change the QOS of " + join(users, ", "));
}

void Database::commit() {
  int result = slurmdb_connection_commit(connection_, true);
  if (result != SLURM_SUCCESS) throw_slurm("slurmdbd: commit", error_of(result));
}

void Database::rollback() {
  int result = slurmdb_connection_commit(connection_, false);
  if (result != SLURM_SUCCESS) throw Error(ErrorKind::unavailable, "slurmdbd: the connection is gone");
}

std::map<std::uint32_t, std::string> tres_names(Database& database) {
  std::map<std::uint32_t, std::string> names;
  RecordList list = database.tres();
  for (const slurmdb_tres_rec_t* tres : list.as<slurmdb_tres_rec_t>())
    names[tres->id] = std::string(tres->type) + (tres->name ? "/" + std::string(tres->name) : "");
  return names;
}

slurmdb_qos_rec_t no_change_of_qos() {
  slurmdb_qos_rec_t record;
  slurmdb_init_qos_rec(&record, false, NO_VAL);
  return record;
}

slurmdb_qos_rec_t qos_without_limits() {
  slurmdb_qos_rec_t record;
  slurmdb_init_qos_rec(&record, false, INFINITE);
  return record;
}

}  // namespace trainyard::slurm
