// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/job_desc_words.h"

#include <array>
#include <string_view>
#include <vector>

#include "daemon/base/text.h"
#include "plugins/slurm/libslurm_release.h"

namespace trainyard::slurm {
namespace {

struct MailKind {
  std::string_view word;
  int flags;
};
constexpr std::array mail_kinds{MailKind{"begin", MAIL_JOB_BEGIN},
                                MailKind{"end", MAIL_JOB_END},
                                MailKind{"fail", MAIL_JOB_FAIL},
                                MailKind{"requeue", MAIL_JOB_REQUEUE},
                                MailKind{"all", MAIL_INVALID_DEPEND | MAIL_JOB_BEGIN | MAIL_JOB_END |
                                                    MAIL_JOB_FAIL | MAIL_JOB_REQUEUE | MAIL_JOB_STAGE_OUT},
                                MailKind{"stage_out", MAIL_JOB_STAGE_OUT},
                                MailKind{"time_limit", MAIL_JOB_TIME100},
                                MailKind{"time_limit_90", MAIL_JOB_TIME90},
                                MailKind{"time_limit_80", MAIL_JOB_TIME80},
                                MailKind{"time_limit_50", MAIL_JOB_TIME50},
                                MailKind{"array_tasks", MAIL_ARRAY_TASKS},
                                MailKind{"invalid_depend", MAIL_INVALID_DEPEND}};

// A word of --distribution, with its flag for each level: nodes, sockets, cores.
struct Distribution {
  std::string_view word;
  std::array<std::uint32_t, 3> levels;
};
constexpr std::array distributions{
    Distribution{"cyclic", {SLURM_DIST_NODECYCLIC, SLURM_DIST_SOCKCYCLIC, SLURM_DIST_CORECYCLIC}},
    Distribution{"block", {SLURM_DIST_NODEBLOCK, SLURM_DIST_SOCKBLOCK, SLURM_DIST_COREBLOCK}},
    Distribution{"fcyclic", {0, SLURM_DIST_SOCKCFULL, SLURM_DIST_CORECFULL}}};

std::string prefixed(const std::string& list, const std::string& prefix) {
  std::vector<std::string> parts = split(list, ',');
  for (std::string& part : parts)
    if (!part.starts_with(gres_prefix)) part = prefix + part;
  return join(parts, ",");
}

// "k40:2" → "k40", "2"; "2" → "", "2"; "k40" → "k40", "1".
struct GpuCount {
  std::string type;
  std::string count;
};
GpuCount gpu_count_of(const std::string& gpus) {
  std::size_t colon = gpus.rfind(':');
  std::string last = colon == std::string::npos ? gpus : gpus.substr(colon + 1);
  if (last.find_first_not_of("0123456789") != std::string::npos) return {gpus, "1"};
  return {colon == std::string::npos ? "" : gpus.substr(0, colon), last};
}

}  // namespace

std::string gpu_tres(const std::string& gpus) { return prefixed(gpus, std::string(gres_prefix) + "gpu:"); }
std::string gres_tres(const std::string& gres) { return prefixed(gres, std::string(gres_prefix)); }
std::string gpu_binding(const std::string& binding) { return std::string(gpu_bind_prefix) + binding; }

std::string task_tres(const std::string& gpus, std::uint32_t cpus) {
  if (!task_has_tres) return gpus.empty() ? "" : gpu_tres(gpus);
  std::vector<std::string> amounts;
  if (cpus > 0) amounts.push_back("cpu=" + std::to_string(cpus));
  if (!gpus.empty()) {
    auto [type, count] = gpu_count_of(gpus);
    amounts.push_back(std::string(gres_prefix) + "gpu" + (type.empty() ? "" : ":" + type) + "=" + count);
  }
  return join(amounts, ",");
}

std::string task_binding(const std::string& gpus) {
  return task_has_tres && !gpus.empty() ? gpu_binding("per_task:" + gpu_count_of(gpus).count) : "";
}

std::uint16_t mail_flags(const Json& kinds) {
  int flags = 0;
  for (const Json& word : kinds)
    for (const MailKind& kind : mail_kinds)
      if (word == kind.word) flags |= kind.flags;
  return static_cast<std::uint16_t>(flags);
}

void describe_distribution(job_desc_msg_t& job, const std::string& text) {
  std::vector<std::string> parts = split(text, ',');
  job.task_dist = 0;
  if (parts[0].starts_with("plane=")) {
    job.task_dist = SLURM_DIST_PLANE;
    job.plane_size = whole_number<std::uint16_t>(parts[0].substr(6)).value_or(0);
  } else {
    std::vector<std::string> levels = split(parts[0], ':');
    for (std::size_t level = 0; level < levels.size(); ++level)
      for (const Distribution& known : distributions)
        if (levels[level] == known.word) job.task_dist |= known.levels.at(level);
  }
  for (std::size_t i = 1; i < parts.size(); ++i)
    job.task_dist |= parts[i] == "pack" ? SLURM_DIST_PACK_NODES : SLURM_DIST_NO_PACK_NODES;
}

}  // namespace trainyard::slurm
