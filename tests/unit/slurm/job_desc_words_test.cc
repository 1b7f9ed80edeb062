// Tests of the texts for GPUs and CPUs of a task in a job description, which depend on the release of Slurm.
#include "plugins/slurm/job_desc_words.h"

#include <gtest/gtest.h>

#include "plugins/slurm/libslurm_release.h"

namespace trainyard::slurm {
namespace {

TEST(GpusInADescription, HaveTheReleasesPrefixOnceAndKeepTheirType) {
  const std::string prefix(gres_prefix);
  EXPECT_EQ(gpu_tres("k40:2,1"), prefix + "gpu:k40:2," + prefix + "gpu:1");
  EXPECT_EQ(gres_tres(prefix + "gpu:2,disk"), prefix + "gpu:2," + prefix + "disk");
}

TEST(ATask, HasItsGpusAndWhereTheReleaseCountsThemItsCpus) {
  EXPECT_EQ(task_tres("k40:1", 2), task_has_tres ? "cpu=2,gres/gpu:k40=1" : "gres:gpu:k40:1");
  EXPECT_EQ(task_tres("1", 0), task_has_tres ? "gres/gpu=1" : "gres:gpu:1");
  EXPECT_EQ(task_tres("", 2), task_has_tres ? "cpu=2" : "");
  EXPECT_EQ(task_tres("", 0), "");
}

TEST(ATask, IsAloneWithItsGpusWhereTheReleaseBindsThemToIt) {
  EXPECT_EQ(task_binding("k40:2"), task_has_tres ? "gres/gpu:per_task:2" : "");
  EXPECT_EQ(task_binding(""), "");
}

}  // namespace
}  // namespace trainyard::slurm
