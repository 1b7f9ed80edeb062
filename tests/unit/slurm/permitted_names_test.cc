// Tests of which accounts, QOS and partitions of a job are refused, and which are named as permitted.
#include "plugins/slurm/permitted_names.h"

#include <gtest/gtest.h>

namespace trainyard::slurm {
namespace {

using Refused = std::vector<RefusedName>;
using Names = std::set<std::string>;

UserRights rights_of_ada() {
  UserRights rights;
  rights.user = "ada";
  rights.groups = {"ada", "staff"};
  rights.accounts = {{"vision", {"normal", "free"}}, {"speech", {"normal"}}};
  rights.default_account = "vision";
  rights.accounts_are_known = true;
  rights.partitions["gpu"] = {};
  rights.partitions["night"].allow_accounts = {"vision"};
  rights.partitions["quick"].deny_qos = {"free"};
  rights.partitions["faculty"].allow_groups = {"professors"};
  rights.partitions["shared"].allow_groups = {"staff", "guests"};
  return rights;
}

Refused refused(const JobNames& names) { return refused_by(rights_of_ada(), names); }

TEST(AJob, ThatNamesNothingIsNotRefused) { EXPECT_EQ(refused({}), Refused{}); }

TEST(AJob, MayNameWhatItsUserMayUse) {
  EXPECT_EQ(refused({"vision", "night", "free"}), Refused{});
  EXPECT_EQ(refused({"", "shared", "free"}), Refused{});
  EXPECT_EQ(refused({"speech", "gpu", "normal"}), Refused{});
}

TEST(AnAccount, OfSomebodyElseIsRefusedWithOnesOwn) {
  EXPECT_EQ(refused({"astro", "", ""}),
            (Refused{{"account", "astro", "is not an account of ada's", {"speech", "vision"}}}));
}

TEST(AQos, IsAllowedByAccount) {
  EXPECT_EQ(refused({"speech", "", "free"}),
            (Refused{{"qos", "free", "is not for ada in account speech", {"normal"}}}));
  EXPECT_EQ(refused({"", "", "express"}),
            (Refused{{"qos", "express", "is not for ada in account vision", {"free", "normal"}}}));
}

TEST(APartition, IsRefusedWithItsReasonAndThoseThatAreOpen) {
  EXPECT_EQ(refused({"", "nightly", ""}), (Refused{{"partition",
                                                    "nightly",
                                                    "is not a partition of this cluster",
                                                    {"gpu", "night", "quick", "shared"}}}));
  EXPECT_EQ(refused({"speech", "night", ""}),
            (Refused{{"partition", "night", "is closed to account speech", {"gpu", "quick", "shared"}}}));
  EXPECT_EQ(refused({"", "quick", "free"}),
            (Refused{{"partition", "quick", "is closed to qos free", {"gpu", "night", "shared"}}}));
  EXPECT_EQ(refused({"", "faculty", ""}), (Refused{{"partition",
                                                    "faculty",
                                                    "is for the Unix groups professors",
                                                    {"gpu", "night", "quick", "shared"}}}));
}

TEST(PartitionsInAList, AreEnoughWhenOneIsOpenAndAllAreThere) {
  EXPECT_EQ(refused({"speech", "gpu,night", ""}), Refused{});
  EXPECT_EQ(
      refused({"speech", "gpu,nightly", ""}),
      (Refused{{"partition", "nightly", "is not a partition of this cluster", {"gpu", "quick", "shared"}}}));
}

TEST(APartition, ForRootAloneIsSlurmsToRefuseAndNoAdvice) {
  UserRights rights = rights_of_ada();
  rights.partitions = {{"gpu", {}}, {"kept", {}}};
  rights.partitions["kept"].for_root_alone = true;
  EXPECT_EQ(refused_by(rights, {"", "kept", ""}), Refused{});
  EXPECT_EQ(refused_by(rights, {"", "nightly", ""}),
            (Refused{{"partition", "nightly", "is not a partition of this cluster", {"gpu"}}}));
}

TEST(Names, ThatAreWrongAreRefusedAllAtOnce) {
  Refused all = refused({"astro", "nightly", "express"});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].what, "account");
  EXPECT_EQ(all[1].what, "qos");
  EXPECT_EQ(all[2].what, "partition");
}

TEST(AUser, WhomSlurmdbdDoesNotKnowMayNameAnyAccountUnlessSlurmInsists) {
  UserRights rights = rights_of_ada();
  rights.accounts.clear();
  rights.accounts_are_known = false;
  EXPECT_EQ(refused_by(rights, {"astro", "gpu", "express"}), Refused{});
  rights.accounts_are_known = true;
  EXPECT_EQ(refused_by(rights, {"astro", "", ""}),
            (Refused{{"account", "astro", "is not an account of ada's", {}}}));
}

TEST(AListOfNames, IsEmptyWhereAllAreMeant) {
  EXPECT_EQ(names_in(nullptr), Names{});
  EXPECT_EQ(names_in("ALL"), Names{});
  EXPECT_EQ(names_in("vision,speech"), (Names{"speech", "vision"}));
}

}  // namespace
}  // namespace trainyard::slurm
