// SPDX-License-Identifier: GPL-2.0-or-later
// Includes libslurm's headers, and declares one name for each function and constant that has different names
// in Slurm's releases. No other file depends on the release: 22.05 and 24.11 are tested (scripts/test
// --slurm=24.11), releases between them should work.
#pragma once
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurm_version.h>
#include <slurm/slurmdb.h>

#include <array>
#include <cstdint>
#include <string_view>

// Exported by libslurm, but in no header.
extern "C" {
extern slurm_conf_t slurm_conf;
char* slurm_job_state_string(std::uint32_t state);
int slurm_bit_test(bitstr_t* bits, std::int64_t bit);
std::int64_t slurm_bit_size(bitstr_t* bits);
// An item of the list that slurmdb_config_get() returns. Slurm calls the type config_key_pair_t.
struct ConfigPair {
  char* name;
  char* value;
};
#if SLURM_VERSION_NUMBER < SLURM_VERSION_NUM(24, 11, 0)
char* slurm_job_reason_string(enum job_state_reason reason);
#else
char* slurm_job_state_reason_string(enum job_state_reason reason);
#endif
}

namespace trainyard::slurm {

// Pointer types, for which 22.05 has names of its own and 24.11 has none.
using List = decltype(slurm_list_create(nullptr));
using ListIterator = decltype(slurm_list_iterator_create(nullptr));
using HostList = decltype(slurm_hostlist_create(nullptr));

// is_not_recorded_yet: the error with which 22.05 refuses to change a job until slurmdbd has given the job's
// record a number; the same change succeeds a moment later. first_socket_error: the first number of the
// socket errors, which end before ESLURM_DB_CONNECTION.
#if SLURM_VERSION_NUMBER < SLURM_VERSION_NUM(24, 11, 0)
inline const char* reason_string(job_state_reason reason) { return slurm_job_reason_string(reason); }
inline bool is_not_recorded_yet(int error) { return error == ESLURM_JOB_SETTING_DB_INX; }
constexpr int first_socket_error = SLURM_PROTOCOL_SOCKET_IMPL_ZERO_RECV_LENGTH;
#else
inline const char* reason_string(job_state_reason reason) { return slurm_job_state_reason_string(reason); }
inline bool is_not_recorded_yet(int /*error*/) { return false; }
constexpr int first_socket_error = ESLURM_PROTOCOL_INCOMPLETE_PACKET;
#endif

// How the release's sbatch describes a job. gres_prefix, gpu_bind_prefix: the prefixes of generic resources.
// task_has_tres: if true, tres_per_task holds all TRES of a task ("cpu=2,gres/gpu=1"), and its GPUs are bound
// to the task unless the user asks for something else; if false, tres_per_task holds only the GPUs.
// listed_nodes_have_tasks: --nodelist without --nodes starts a task on each listed node. unset_the_rest:
// unsets fields that libslurm's own function leaves 0, where 0 is a choice. launcher_environment: variables
// that make a job's mpirun start its daemons beside the job's steps.
#if SLURM_VERSION_NUMBER < SLURM_VERSION_NUM(24, 11, 0)
constexpr std::string_view gres_prefix = "gres:", gpu_bind_prefix = "gpu:";
constexpr bool task_has_tres = false, listed_nodes_have_tasks = false;
inline void unset_the_rest(job_desc_msg_t& /*description*/) {}
constexpr std::array<std::string_view, 0> launcher_environment{};
#else
constexpr std::string_view gres_prefix = "gres/", gpu_bind_prefix = "gres/gpu:";
constexpr bool task_has_tres = true, listed_nodes_have_tasks = true;
inline void unset_the_rest(job_desc_msg_t& description) { description.oom_kill_step = NO_VAL16; }
constexpr std::array<std::string_view, 6> launcher_environment{
    "HYDRA_BOOTSTRAP=slurm",
    "HYDRA_LAUNCHER_EXTRA_ARGS=--external-launcher",
    "I_MPI_HYDRA_BOOTSTRAP=slurm",
    "I_MPI_HYDRA_BOOTSTRAP_EXEC_EXTRA_ARGS=--external-launcher",
    "OMPI_MCA_plm_slurm_args=--external-launcher",
    "PRTE_MCA_plm_slurm_args=--external-launcher",
};
#endif

}  // namespace trainyard::slurm
