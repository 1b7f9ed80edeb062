// Calls libslurm directly, for comparison with the daemon and to time the queue.
//
//   slurm_calls submit RUNS UID GID DIRECTORY TRAIN STORE
//       makes the calls that the daemon makes for RUNS runs, one run after the other: submits the train job
//       (script TRAIN) with an administrator's hold, then the store job (script STORE) that depends on it,
//       then releases the train job.
//   slurm_calls await UID,UID... COUNT SECONDS
//       prints an empty line when it begins. Prints the time when COUNT jobs of these users are in the queue,
//       and then the time when none of them is held any more. Each task of an array counts. Times are seconds
//       of the monotonic clock. Fails after SECONDS.
//
// Both need SLURM_CONF in the environment.
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

// libslurm exports this function, but no header declares it.
extern "C" int slurm_bit_set_count(bitstr_t* bits);

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& doing) {
  throw std::runtime_error(doing + ": " + slurm_strerror(errno));
}

struct Free {
  void operator()(job_info_msg_t* message) const { slurm_free_job_info_msg(message); }
};
using Jobs = std::unique_ptr<job_info_msg_t, Free>;

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// ---- submit

struct Peer {
  std::uint32_t uid, gid;
  std::string directory, train, store;
};

// Submits a job and loads its record, as the daemon does to learn the submit time. Returns the job's id.
std::uint32_t submit(const Peer& peer, const std::string& name, std::string script, bool held,
                     std::string dependency) {
  std::string gres = held ? "gres:gpu:1" : "", nothing = "/dev/null", variable = "PATH=/usr/bin:/bin";
  char* environment[] = {variable.data()};
  job_desc_msg_t job;
  slurm_init_job_desc_msg(&job);
  job.name = const_cast<char*>(name.c_str());
  job.user_id = peer.uid;
  job.group_id = peer.gid;
  job.script = script.data();
  job.environment = environment;
  job.env_size = 1;
  job.work_dir = const_cast<char*>(peer.directory.c_str());
  job.std_in = job.std_out = job.std_err = nothing.data();
  job.min_nodes = job.max_nodes = 1;
  job.num_tasks = job.cpus_per_task = 1;
  if (!gres.empty()) job.tres_per_node = gres.data();
  if (!dependency.empty()) job.dependency = dependency.data();
  if (held) job.priority = 0;
  submit_response_msg_t* response = nullptr;
  if (slurm_submit_batch_job(&job, &response) != SLURM_SUCCESS) fail("submit " + name);
  std::uint32_t id = response->job_id;
  slurm_free_submit_response_response_msg(response);
  job_info_msg_t* message = nullptr;
  if (slurm_load_job(&message, id, SHOW_ALL | SHOW_LOCAL) != SLURM_SUCCESS) fail("load " + name);
  Jobs seen(message);
  return id;
}

void set_priority(std::uint32_t job_id, std::uint32_t priority) {
  job_desc_msg_t update;
  slurm_init_job_desc_msg(&update);
  update.job_id = job_id;
  update.priority = priority;
  if (slurm_update_job(&update) != SLURM_SUCCESS) fail("update job " + std::to_string(job_id));
}

void submit_run(const Peer& peer, int run) {
  std::string name = "bare-" + std::to_string(run);
  std::uint32_t train = submit(peer, name + "-train", peer.train, true, "");
  set_priority(train, 0);  // the administrator's hold
  submit(peer, name + "-store", peer.store, false, "afterany:" + std::to_string(train));
  job_info_msg_t* message = nullptr;
  if (slurm_load_job(&message, train, SHOW_ALL | SHOW_LOCAL) != SLURM_SUCCESS) fail("load " + name);
  Jobs still_there(message);
  set_priority(train, INFINITE);
}

// ---- await

int tasks_of(const slurm_job_info_t& job) {
  return job.array_bitmap == nullptr ? 1 : slurm_bit_set_count(job.array_bitmap);
}

struct Queue {
  int jobs = 0, held = 0;
};

using Uids = std::set<std::uint32_t>;

Uids uids_in(const char* list) {
  std::istringstream in(list);
  Uids uids;
  for (std::string uid; std::getline(in, uid, ',');) uids.insert(static_cast<std::uint32_t>(std::stoul(uid)));
  return uids;
}

Queue queue_of(const job_info_msg_t& jobs, const Uids& uids) {
  Queue queue;
  for (std::uint32_t i = 0; i < jobs.record_count; ++i) {
    const slurm_job_info_t& job = jobs.job_array[i];
    if (!uids.contains(job.user_id) || (job.job_state & JOB_STATE_BASE) != JOB_PENDING) continue;
    queue.jobs += tasks_of(job);
    if (job.priority == 0) queue.held += tasks_of(job);
  }
  return queue;
}

// Prints the time as soon as `reached` is true of the queue. Waits ten times as long as each request took, so
// that it uses at most a tenth of slurmctld's time, because slurmctld serves the measured submissions.
void await(const Uids& uids, Clock::time_point deadline, const std::function<bool(Queue)>& reached) {
  while (Clock::now() < deadline) {
    auto asked_at = Clock::now();
    job_info_msg_t* message = nullptr;
    if (slurm_load_jobs(0, &message, SHOW_ALL | SHOW_LOCAL) != SLURM_SUCCESS) fail("list of jobs");
    Jobs jobs(message);
    if (reached(queue_of(*jobs, uids))) {
      std::printf("%.6f\n", std::chrono::duration<double>(Clock::now().time_since_epoch()).count());
      std::fflush(stdout);
      return;
    }
    std::this_thread::sleep_for(
        std::max<Clock::duration>(std::chrono::milliseconds(5), 10 * (Clock::now() - asked_at)));
  }
  throw std::runtime_error("waited in vain");
}

int run(int argc, char** argv) {
  std::string command = argc > 1 ? argv[1] : "";
  auto number = [&](int index) { return static_cast<std::uint32_t>(std::strtoul(argv[index], nullptr, 10)); };
  if (command == "await" && argc == 5) {
    auto deadline = Clock::now() + std::chrono::seconds(number(4));
    std::puts("");
    std::fflush(stdout);
    const Uids uids = uids_in(argv[2]);
    await(uids, deadline, [&](Queue queue) { return queue.jobs >= std::atoi(argv[3]); });
    await(uids, deadline, [](Queue queue) { return queue.held == 0; });
    return 0;
  }
  if (command == "submit" && argc == 8) {
    Peer peer{number(3), number(4), argv[5], text_of(argv[6]), text_of(argv[7])};
    for (int i = 0; i < std::atoi(argv[2]); ++i) submit_run(peer, i);
    return 0;
  }
  std::fputs("usage: slurm_calls submit RUNS UID GID DIRECTORY TRAIN STORE | await UIDS COUNT SECONDS\n",
             stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  slurm_init(nullptr);
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "slurm_calls: %s\n", e.what());
    return 1;
  }
}
