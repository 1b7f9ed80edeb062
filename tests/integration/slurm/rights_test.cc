// Tests of refused_names(). A user of the sandbox may use two accounts, the QOS "normal" and the partition
// "gpu".
#include <gmock/gmock.h>

#include "tests/integration/slurm/cluster.h"

namespace trainyard {
namespace {

using Refused = std::vector<RefusedName>;

TEST_F(Slurm, RefusesNoNameThatAUserMayUse) {
  EXPECT_EQ(scheduler().refused_names("nobody", {"vision", "gpu", "normal"}), Refused{});
  EXPECT_EQ(scheduler().refused_names("nobody", {"", "gpu", ""}), Refused{});
}

TEST_F(Slurm, RefusesNamesThatAUserMayNotUseWithThoseThatMayStandInTheirPlace) {
  EXPECT_EQ(scheduler().refused_names("nobody", {"astro", "night", "express"}),
            (Refused{{"account", "astro", "is not an account of nobody's", {"speech", "vision"}},
                     {"qos", "express", "is not for nobody in account vision", {"normal"}},
                     {"partition", "night", "is not a partition of this cluster", {"gpu"}}}));
}

TEST_F(Slurm, RefusesAPartitionThatIsClosedToTheUsersAccount) {
  output_of_command("scontrol update partition=gpu DenyAccounts=speech");
  Refused refused = scheduler().refused_names("nobody", {"speech", "gpu", ""});
  output_of_command("scontrol update partition=gpu DenyAccounts=");
  EXPECT_EQ(refused, (Refused{{"partition", "gpu", "is closed to account speech", {}}}));
}

}  // namespace
}  // namespace trainyard
