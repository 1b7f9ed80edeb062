// SPDX-License-Identifier: GPL-2.0-or-later
// libslurm with owners: messages that free themselves, errors as Error. libslurm's state is global and its
// errors travel in errno, which each thread has for itself.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "plugins/slurm/libslurm_release.h"

namespace trainyard::slurm {

// The cluster as its slurm.conf describes it. Reads the file once per process.
struct Cluster {
  std::string name;
  std::string version;  // the one this was built for: "22.05.8"
  std::chrono::seconds message_timeout{0};
  int most_array_tasks = 0;
  bool has_accounting = false;         // slurmdbd records its jobs
  bool has_gpus = false;               // GresTypes names gpu
  bool accounts_for_gpus = false;      // AccountingStorageTRES names gres/gpu, which it does not by default
  bool enforces_limits = false;        // of QOS, by AccountingStorageEnforce
  bool enforces_associations = false;  // likewise: who has no account gets no job
  bool hides_jobs = false;             // PrivateData=jobs: ordinary users see their own jobs only
  std::uint32_t slurm_user = 0;        // as whom slurmctld runs
};

// `conf` is a path, or empty for $SLURM_CONF, then the places where Slurm looks. Error{invalid} naming the
// file when it is missing or unreadable. Call it early: at a mistake inside the file libslurm ends the
// process.
Cluster open_cluster(const std::string& conf);

// What of its settings an admin should change for Trainyard to work well, each with the remedy.
std::vector<std::string> warnings_about(const Cluster& cluster);

// Job records of slurmctld; they live as long as this.
class JobRecords {
 public:
  explicit JobRecords(job_info_msg_t* message) : message_(message) {}
  std::span<const slurm_job_info_t> jobs() const { return {message_->job_array, message_->record_count}; }
  // Pass it to load_jobs() to hear only of changes.
  std::time_t updated_at() const { return message_->last_update; }

 private:
  struct Free {
    void operator()(job_info_msg_t* message) const { slurm_free_job_info_msg(message); }
  };
  std::unique_ptr<job_info_msg_t, Free> message_;
};

// When slurmctld was started.
std::time_t boot_time();

// All jobs that slurmctld knows; nullopt when nothing has changed since `updated_at` (0: ever).
std::optional<JobRecords> load_jobs(std::time_t updated_at);
JobRecords load_jobs_of(std::uint32_t uid);
// Of an array all its records, or of a task the one. nullopt when slurmctld does not know the id.
std::optional<JobRecords> load_job(std::uint32_t job_id);

// Names of the nodes that are down, failing or do not answer.
std::vector<std::string> failed_nodes();
// "n[1-2],n5" → n1, n2, n5
std::vector<std::string> expand_hosts(const std::string& hosts);

// Partition records of slurmctld, hidden ones too; they live as long as this.
class PartitionRecords {
 public:
  explicit PartitionRecords(partition_info_msg_t* message) : message_(message) {}
  std::span<const partition_info_t> partitions() const {
    return {message_->partition_array, message_->record_count};
  }

 private:
  struct Free {
    void operator()(partition_info_msg_t* message) const { slurm_free_partition_info_msg(message); }
  };
  std::unique_ptr<partition_info_msg_t, Free> message_;
};
PartitionRecords load_partitions();

// A description with everything unset.
job_desc_msg_t empty_description();
// The id of the queued job, or the error. A note in the response (held, cannot start now) is not an error.
struct Submitted {
  std::uint32_t job_id = 0;
  int error = 0;
  std::string said;  // what slurmctld and its plugins say of this one request, one line; empty: nothing
};
Submitted submit_batch_job(job_desc_msg_t& description);

// Of jobs as Slurm writes them: "77", of arrays the whole, or "77_3".
// 0 or the error. From root or SlurmUser the hold is the administrator's, from the owner his own.
int hold_job(const std::string& job);
// 0 or the error. An owner can lift his own hold, not the administrator's.
int release_job(const std::string& job);
// 0 or the error. As scancel does: SIGTERM to every process of the job, SIGKILL after KillWait.
int kill_job(const std::string& job);

// The tasks of an array that this one record stands for: those that have not been parted from it yet.
std::vector<std::uint32_t> tasks_in(const slurm_job_info_t& record);

// Slurm's words: "RUNNING", "Resources". The reason is empty for "None".
std::string state_word(std::uint32_t job_state);
std::string reason_word(std::uint32_t reason);

// A libslurm list. Its items belong to it when libslurm made it, and to the caller when the caller did.
class RecordList {
 public:
  explicit RecordList(List list) : list_(list) {}
  template <class Record>
  std::vector<const Record*> as() const {
    std::vector<const Record*> records;
    Iterator iterator(slurm_list_iterator_create(list_.get()));
    while (void* record = slurm_list_next(iterator.get()))
      records.push_back(static_cast<const Record*>(record));
    return records;
  }
  List get() const { return list_.get(); }

 private:
  struct FreeList {
    void operator()(List list) const { slurm_list_destroy(list); }
  };
  struct FreeIterator {
    void operator()(ListIterator iterator) const { slurm_list_iterator_destroy(iterator); }
  };
  using Iterator = std::unique_ptr<std::remove_pointer_t<ListIterator>, FreeIterator>;
  std::unique_ptr<std::remove_pointer_t<List>, FreeList> list_;
};

// The texts in a libslurm list that belongs to somebody else; none where there is no list.
std::vector<std::string> texts_in(List list);

// A connection to slurmdbd. Throws Error{unavailable} when it does not answer.
class Database {
 public:
  Database();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // slurmdb_job_rec_t, one for each run of a job, without steps, whenever it was. Of arrays every task.
  RecordList jobs_with_ids(const std::vector<std::uint32_t>& job_ids, const std::string& cluster);
  // The same of jobs that were eligible or ran at some time since then, whole: those that were only ever held
  // are left out.
  RecordList jobs_named(const std::set<std::string>& names, std::uint32_t uid, std::time_t since,
                        const std::string& cluster);
  RecordList jobs_since(std::time_t since, const std::string& cluster);
  // PrivateData=jobs in slurmdbd.conf, which is not that of slurm.conf.
  bool hides_jobs();
  // Whether this user may read and change the jobs of all: AdminLevel Operator or Administrator.
  bool is_operator(const std::string& user);
  // slurmdb_tres_rec_t
  RecordList tres();
  // slurmdb_qos_rec_t, all there are
  RecordList qos();
  // slurmdb_assoc_rec_t of users, not of accounts, with what they inherit; of all users when it is empty.
  RecordList associations(const std::string& cluster, const std::vector<std::string>& users = {});

  // Changes, lost unless commit() follows. They take the rights of an administrator of Slurm's: root,
  // SlurmUser, or AdminLevel=Administrator; Error{denied} without.
  void add_qos(slurmdb_qos_rec_t& qos);
  void modify_qos(const std::string& name, slurmdb_qos_rec_t& changes);
  // `change`: an id behind its sign, "+5", for all associations of these users on that cluster.
  void change_qos_of(const std::vector<std::string>& users, const std::string& cluster,
                     const std::string& change);
  void commit();
  // Gives changes up. What is asked from now on is answered as things are now: until then slurmdbd answers a
  // connection as they were at its first question.
  void rollback();

 private:
  void* connection_;
};

// What the numbers in TRES strings mean: 1001 → "gres/gpu".
std::map<std::uint32_t, std::string> tres_names(Database& database);

// A record of a QOS that changes nothing, or has no limits yet.
slurmdb_qos_rec_t no_change_of_qos();
slurmdb_qos_rec_t qos_without_limits();

}  // namespace trainyard::slurm
