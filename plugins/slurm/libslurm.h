// SPDX-License-Identifier: GPL-2.0-or-later
// Wraps libslurm: objects that free libslurm's messages and lists, and functions that throw its errors as
// Error. libslurm's state is global. Its errors are in errno, which each thread has for itself.
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

// The cluster as its slurm.conf describes it. The file is read once per process.
struct Cluster {
  std::string name;
  std::string version;  // the Slurm release that this module was built for: "22.05.8"
  std::chrono::seconds message_timeout{0};
  int most_array_tasks = 0;
  bool has_accounting = false;         // slurmdbd records its jobs
  bool has_gpus = false;               // GresTypes names gpu
  bool accounts_for_gpus = false;      // AccountingStorageTRES names gres/gpu, which it does not by default
  bool enforces_limits = false;        // limits of QOS, by AccountingStorageEnforce
  bool enforces_associations = false;  // likewise: a user without an account gets no job
  bool hides_jobs = false;             // PrivateData=jobs: ordinary users see their own jobs only
  std::uint32_t slurm_user = 0;        // the uid that slurmctld runs as
};

// Reads slurm.conf. `conf` is its path; if empty, $SLURM_CONF or, without that, one of the paths where Slurm
// itself looks for it. Throws Error{invalid}, naming the file, if it is missing or unreadable. Must be called
// early, because libslurm ends the process if there is a mistake in the file.
Cluster open_cluster(const std::string& conf);

// Returns a sentence, with the remedy, for each setting in slurm.conf that an admin should change for
// Trainyard to work well.
std::vector<std::string> warnings_about(const Cluster& cluster);

// Job records of slurmctld. Records are valid as long as this object lives.
class JobRecords {
 public:
  explicit JobRecords(job_info_msg_t* message) : message_(message) {}
  std::span<const slurm_job_info_t> jobs() const { return {message_->job_array, message_->record_count}; }
  // Returns slurmctld's time of this answer. If it is passed to load_jobs(), that returns jobs only after a
  // change.
  std::time_t updated_at() const { return message_->last_update; }

 private:
  struct Free {
    void operator()(job_info_msg_t* message) const { slurm_free_job_info_msg(message); }
  };
  std::unique_ptr<job_info_msg_t, Free> message_;
};

// Returns when slurmctld was started.
std::time_t boot_time();

// Returns all jobs that slurmctld knows. Returns nullopt if nothing has changed since `updated_at`; 0: always
// returns the jobs.
std::optional<JobRecords> load_jobs(std::time_t updated_at);
JobRecords load_jobs_of(std::uint32_t uid);
// Returns the record of a job or of a task, or all records of an array. Returns nullopt if slurmctld does not
// know the id.
std::optional<JobRecords> load_job(std::uint32_t job_id);

// Returns the names of the nodes that are down, failing or do not answer.
std::vector<std::string> failed_nodes();
// "n[1-2],n5" → n1, n2, n5
std::vector<std::string> expand_hosts(const std::string& hosts);

// Partition records of slurmctld, also of hidden partitions. Records are valid as long as this object lives.
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

// Returns a job description with every field unset.
job_desc_msg_t empty_description();
// The result of a submission: the id of the queued job, or the error number. A note in slurmctld's response
// (held, cannot start now) is not an error.
struct Submitted {
  std::uint32_t job_id = 0;
  int error = 0;
  std::string said;  // what slurmctld and its plugins say about this request, one line; empty: nothing
};
Submitted submit_batch_job(job_desc_msg_t& description);

// In the next three functions `job` is an id as Slurm writes it: "77" (a job, or a whole array) or "77_3" (a
// task). Each returns 0 or Slurm's error number.

// Holds the job. A hold by root or SlurmUser is an administrator's hold, a hold by the owner a user hold.
int hold_job(const std::string& job);
// Releases the job. An owner can release a user hold, but not an administrator's.
int release_job(const std::string& job);
// Ends the job as scancel does: SIGTERM to every process of the job, SIGKILL after KillWait.
int kill_job(const std::string& job);

// Returns the tasks of an array that this record stands for: one task, or all tasks that slurmctld has not
// split off into records of their own yet.
std::vector<std::uint32_t> tasks_in(const slurm_job_info_t& record);

// Return Slurm's words for a job's state ("RUNNING") and for the reason of its wait ("Resources"; empty
// instead of "None").
std::string state_word(std::uint32_t job_state);
std::string reason_word(std::uint32_t reason);

// A libslurm list. If libslurm made the list, the list owns its items; if the caller made it, the caller owns
// them.
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

// Returns the texts in a libslurm list and leaves the list to its owner. Returns none if `list` is null.
std::vector<std::string> texts_in(List list);

// A connection to slurmdbd. Throws Error{unavailable} when slurmdbd does not answer.
class Database {
 public:
  Database();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Returns slurmdb_job_rec_t records, one for each start of a job (a restarted job has several), without
  // steps, from any time. For an array: those of every task.
  RecordList jobs_with_ids(const std::vector<std::uint32_t>& job_ids, const std::string& cluster);
  // Return the same records, for jobs that were eligible or ran at some time since `since`. Leave out jobs
  // that were held all the time. Times before `since` are not changed to `since`.
  RecordList jobs_named(const std::set<std::string>& names, std::uint32_t uid, std::time_t since,
                        const std::string& cluster);
  RecordList jobs_since(std::time_t since, const std::string& cluster);
  // Returns true for PrivateData=jobs in slurmdbd.conf, which is separate from the setting in slurm.conf.
  bool hides_jobs();
  // Returns true if this user may read and change the jobs of all users: AdminLevel Operator or
  // Administrator.
  bool is_operator(const std::string& user);
  // Returns slurmdb_tres_rec_t records.
  RecordList tres();
  // Returns all QOS as slurmdb_qos_rec_t records.
  RecordList qos();
  // Returns slurmdb_assoc_rec_t records of users, not of accounts, with inherited values. `users` empty: of
  // all users.
  RecordList associations(const std::string& cluster, const std::vector<std::string>& users = {});

  // The next functions change slurmdbd's data; the changes are lost unless commit() follows. They need the
  // rights of an administrator of Slurm: root, SlurmUser, or AdminLevel=Administrator. Without these rights
  // they throw Error{denied}.
  void add_qos(slurmdb_qos_rec_t& qos);
  void modify_qos(const std::string& name, slurmdb_qos_rec_t& changes);
  // Changes the QOS of all associations of these users on the cluster. `change`: the id of a QOS behind a
  // sign, "+5" adds it.
  void change_qos_of(const std::vector<std::string>& users, const std::string& cluster,
                     const std::string& change);
  void commit();
  // Discards uncommitted changes, and lets later queries see current data. Without rollback(), slurmdbd
  // answers all queries of a connection from the data at the time of its first query.
  void rollback();

 private:
  void* connection_;
};

// Returns the names that belong to the ids in TRES strings: 1001 → "gres/gpu".
std::map<std::uint32_t, std::string> tres_names(Database& database);

// Return a QOS record that changes nothing, or a record for a new QOS without limits.
slurmdb_qos_rec_t no_change_of_qos();
slurmdb_qos_rec_t qos_without_limits();

}  // namespace trainyard::slurm
