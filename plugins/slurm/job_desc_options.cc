// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/job_desc_options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/base/text.h"
#include "plugins/slurm/job_desc_words.h"
#include "plugins/slurm/libslurm.h"
#include "plugins/slurm/libslurm_strings.h"

namespace trainyard::slurm {
namespace {

using Job = job_desc_msg_t;

// ---- options that are one field of the description

struct TextField {
  const char* option;
  char* Job::*field;
};
constexpr std::array text_fields{TextField{"account", &Job::account},
                                 TextField{"acctg-freq", &Job::acctg_freq},
                                 TextField{"batch", &Job::batch_features},
                                 TextField{"constraint", &Job::features},

                                 TextField{"licenses", &Job::licenses},
                                 TextField{"mail-user", &Job::mail_user},
                                 TextField{"mcs-label", &Job::mcs_label},
                                 TextField{"network", &Job::network},
                                 TextField{"nodelist", &Job::req_nodes},
                                 TextField{"partition", &Job::partition},
                                 TextField{"prefer", &Job::prefer},
                                 TextField{"qos", &Job::qos},
                                 TextField{"reservation", &Job::reservation},
                                 TextField{"wckey", &Job::wckey},
                                 TextField{"input", &Job::std_in},
                                 TextField{"output", &Job::std_out},
                                 TextField{"error", &Job::std_err}};

struct ShortField {
  const char* option;
  std::uint16_t Job::*field;
};
constexpr std::array short_fields{ShortField{"core-spec", &Job::core_spec},
                                  ShortField{"cores-per-socket", &Job::cores_per_socket},
                                  ShortField{"cpus-per-task", &Job::cpus_per_task},
                                  ShortField{"mincpus", &Job::pn_min_cpus},
                                  ShortField{"ntasks-per-core", &Job::ntasks_per_core},
                                  ShortField{"ntasks-per-gpu", &Job::ntasks_per_tres},
                                  ShortField{"ntasks-per-node", &Job::ntasks_per_node},
                                  ShortField{"ntasks-per-socket", &Job::ntasks_per_socket},
                                  ShortField{"sockets-per-node", &Job::sockets_per_node},
                                  ShortField{"threads-per-core", &Job::threads_per_core}};

struct FlagField {
  const char* option;
  std::uint16_t Job::*field;
};
constexpr std::array flag_fields{FlagField{"contiguous", &Job::contiguous}, FlagField{"reboot", &Job::reboot},
                                 FlagField{"wait-all-nodes", &Job::wait_all_nodes}};

const Json* find(const Json& options, const char* name) {
  auto found = options.find(name);
  return found == options.end() ? nullptr : &*found;
}

const std::string* find_text(const Json& options, const char* name) {
  const Json* value = find(options, name);
  return value ? value->get_ptr<const std::string*>() : nullptr;
}

bool is_set(const Json& options, const char* name) {
  const Json* value = find(options, name);
  return value && value->is_boolean() && value->get<bool>();
}

template <class T>
void take_number(const Json& options, const char* name, T& field) {
  if (const Json* value = find(options, name)) field = value->get<T>();
}

void describe_plain(Job& job, const Json& options) {
  for (const TextField& text : text_fields)
    if (const std::string* value = find_text(options, text.option)) job.*text.field = unowned(*value);
  for (const ShortField& number : short_fields) take_number(options, number.option, job.*number.field);
  for (const FlagField& flag : flag_fields)
    if (const Json* value = find(options, flag.option)) job.*flag.field = value->get<bool>() ? 1 : 0;
}

// ---- nodes, tasks and CPUs, which depend on each other

void describe_topology(Job& job, const Json& options) {
  const Json* counts = find(options, "extra-node-info");
  if (!counts) return;
  constexpr std::array levels{&Job::sockets_per_node, &Job::cores_per_socket, &Job::threads_per_core};
  for (std::size_t i = 0; i < counts->size(); ++i) job.*levels.at(i) = counts->at(i).get<std::uint16_t>();
}

// Returns the number of nodes that the options fix: by --nodes or, in releases of Slurm whose sbatch counts
// them, by the names in --nodelist. Returns 0 if they fix none.
std::uint32_t nodes_said(const Job& job, const Json& options) {
  if (const Json* nodes = find(options, "nodes"))
    return !nodes->contains("implied") && job.min_nodes == job.max_nodes ? job.min_nodes : 0;
  const Json* names = find(options, "nodelist");
  if (!names || !listed_nodes_have_tasks) return 0;
  return static_cast<std::uint32_t>(expand_hosts(names->get<std::string>()).size());
}

// Returns the number of tasks of a job without --ntasks: one per node, or one per hardware thread that the
// options request. Returns 0 if the options fix none.
std::uint32_t implied_tasks(const Job& job, const Json& options) {
  const std::uint32_t nodes = nodes_said(job, options);
  if (nodes == 0 && !find(options, "extra-node-info")) return 0;
  std::uint32_t tasks = std::max(nodes, 1U);
  for (std::uint16_t count : {job.sockets_per_node, job.cores_per_socket, job.threads_per_core})
    if (count != NO_VAL16) tasks *= count;
  return tasks;
}

void describe_tasks(Job& job, const Json& options) {
  std::uint32_t least_nodes = 1;
  if (const Json* nodes = find(options, "nodes")) {
    least_nodes = job.min_nodes = nodes->at("min").get<std::uint32_t>();
    job.max_nodes = nodes->at("max").get<std::uint32_t>();
  }
  const Json* told = find(options, "ntasks");
  const std::uint32_t tasks = told ? told->get<std::uint32_t>() : implied_tasks(job, options);
  if (tasks > 0) job.num_tasks = tasks;
  const Json* cpus_per_task = find(options, "cpus-per-task");
  job.min_cpus = std::max(tasks, 1U) * (cpus_per_task ? cpus_per_task->get<std::uint32_t>() : 1);
  if (!is_set(options, "overcommit")) return;
  job.min_cpus = least_nodes;
  job.overcommit = 1;
}

void describe_memory(Job& job, const Json& options, BatchTexts& texts) {
  take_number(options, "mem", job.pn_min_memory);
  if (const Json* size = find(options, "mem-per-cpu"))
    job.pn_min_memory = size->get<std::uint64_t>() | MEM_PER_CPU;
  if (const Json* size = find(options, "mem-per-gpu"))
    job.mem_per_tres = unowned(texts.emplace_back(gpu_tres(std::to_string(size->get<std::int64_t>()))));
  take_number(options, "tmp", job.pn_min_tmp_disk);
}

// ---- GPUs and other resources

void describe_a_task(Job& job, const Json& options, BatchTexts& texts) {
  const std::string* told = find_text(options, "gpus-per-task");
  const std::string gpus = told ? *told : "";
  const Json* cpus = find(options, "cpus-per-task");
  const std::string tres = task_tres(gpus, cpus ? cpus->get<std::uint32_t>() : 0),
                    binding = task_binding(gpus);
  if (!tres.empty()) job.tres_per_task = unowned(texts.emplace_back(tres));
  if (!binding.empty()) job.tres_bind = unowned(texts.emplace_back(binding));
}

void describe_gpus(Job& job, const Json& options, BatchTexts& texts) {
  auto describe = [&](const char* name, char*& field) {
    if (const std::string* value = find_text(options, name))
      field = unowned(texts.emplace_back(gpu_tres(*value)));
  };
  describe("gpus", job.tres_per_job);
  describe("gpus-per-socket", job.tres_per_socket);
  std::vector<std::string> per_node;
  if (const std::string* value = find_text(options, "gpus-per-node")) per_node.push_back(gpu_tres(*value));
  if (const std::string* value = find_text(options, "gres")) per_node.push_back(gres_tres(*value));
  if (!per_node.empty()) job.tres_per_node = unowned(texts.emplace_back(join(per_node, ",")));

  if (const Json* cpus = find(options, "cpus-per-gpu"))
    job.cpus_per_tres = unowned(texts.emplace_back(gpu_tres(std::to_string(cpus->get<int>()))));
  if (const std::string* bind = find_text(options, "gpu-bind"))
    job.tres_bind = unowned(texts.emplace_back(gpu_binding(*bind)));
  if (const std::string* frequency = find_text(options, "gpu-freq"))
    job.tres_freq = unowned(texts.emplace_back("gpu:" + *frequency));
  if (const std::string* flag = find_text(options, "gres-flags"))
    job.bitflags |= *flag == "enforce-binding" ? GRES_ENFORCE_BIND : GRES_DISABLE_BIND;
}

// ---- scheduling and mail

void describe_sharing(Job& job, const Json& options) {
  if (is_set(options, "oversubscribe")) job.shared = JOB_SHARED_OK;
  if (const std::string* who = find_text(options, "exclusive"))
    job.shared = *who == "user" ? JOB_SHARED_USER : JOB_SHARED_MCS;
  if (is_set(options, "spread-job")) job.bitflags |= SPREAD_JOB;
  if (is_set(options, "use-min-nodes")) job.bitflags |= USE_MIN_NODES;
  if (const Json* threads = find(options, "thread-spec"))
    job.core_spec = static_cast<std::uint16_t>(threads->get<std::uint16_t>() | CORE_SPEC_THREAD);
  if (const std::string* distribution = find_text(options, "distribution"))
    describe_distribution(job, *distribution);
  if (const std::string* hint = find_text(options, "hint"); hint && *hint != "multithread") {
    job.threads_per_core = 1;
    if (*hint == "memory_bound") job.cores_per_socket = 1;
  }
  if (const Json* switches = find(options, "switches")) {
    job.req_switch = switches->at("count").get<std::uint32_t>();
    auto seconds = switches->at("seconds").get<std::int64_t>();
    if (seconds >= 0) job.wait4switch = static_cast<std::uint32_t>(seconds);
  }
}

// Returns the time limit in minutes. 0 and −1 mean no limit.
std::uint32_t limit_of(const Json& minutes) {
  auto count = minutes.get<std::int64_t>();
  return count <= 0 ? INFINITE : static_cast<std::uint32_t>(count);
}

void describe_times(Job& job, const Json& options) {
  if (const Json* minutes = find(options, "time")) job.time_limit = limit_of(*minutes);
  if (const Json* minutes = find(options, "time-min")) job.time_min = limit_of(*minutes);
  if (const Json* minutes = find(options, "delay-boot")) job.delay_boot = minutes->get<std::uint32_t>() * 60;
  take_number(options, "begin", job.begin_time);
  take_number(options, "deadline", job.deadline);
  if (const Json* nice = find(options, "nice"))
    job.nice = static_cast<std::uint32_t>(NICE_OFFSET + nice->get<std::int64_t>());
  if (const Json* kill = find(options, "no-kill")) job.kill_on_node_fail = kill->get<bool>() ? 0 : 1;
  if (const Json* kill = find(options, "kill-on-invalid-dep"))
    job.bitflags |= kill->get<bool>() ? KILL_INV_DEP : NO_KILL_INV_DEP;
}

void describe_messages(Job& job, const Json& options) {
  if (const Json* kinds = find(options, "mail-type")) job.mail_type = mail_flags(*kinds);
  if (const std::string* mode = find_text(options, "open-mode"))
    job.open_mode = *mode == "append" ? OPEN_MODE_APPEND : OPEN_MODE_TRUNCATE;
  const Json* signal = find(options, "signal");
  if (!signal) return;
  job.warn_signal = signal->at("number").get<std::uint16_t>();
  job.warn_time = signal->at("seconds").get<std::uint16_t>();
  job.warn_flags = 0;
  if (signal->at("batch").get<bool>()) job.warn_flags |= KILL_JOB_BATCH;
  if (signal->at("reservation").get<bool>()) job.warn_flags |= KILL_JOB_RESV;
}

}  // namespace

void describe_batch_options(job_desc_msg_t& job, const Json& options, BatchTexts& texts) {
  job.std_out = job.std_err = nullptr;
  job.open_mode = 0;
  describe_plain(job, options);
  describe_topology(job, options);
  describe_tasks(job, options);
  describe_memory(job, options, texts);
  describe_a_task(job, options, texts);
  describe_gpus(job, options, texts);
  describe_sharing(job, options);
  describe_times(job, options);
  describe_messages(job, options);
}

std::string batch_dependency(const Json& options) {
  const std::string* dependency = options.is_object() ? find_text(options, "dependency") : nullptr;
  return dependency ? *dependency : "";
}

}  // namespace trainyard::slurm
