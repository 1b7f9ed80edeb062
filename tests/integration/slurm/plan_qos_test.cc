// Tests of plan_drift() and apply_plans() with a real slurmdbd; sacctmgr says what is in slurmdbd.
#include <gmock/gmock.h>

#include "daemon/base/text.h"
#include "tests/integration/slurm/cluster.h"

namespace trainyard {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<PlanLimit> plans{{"tiny", 1, false, {}}, {"team", 4, true, {"root"}}};

std::string sacctmgr(const std::string& words) { return output_of_command("sacctmgr -nPi " + words); }

// Returns the rows that apply_plans() can set: those without a remedy. The sandbox's Slurm enforces no
// limits, which is a row with a remedy.
std::vector<PlanDrift> settable(std::vector<PlanDrift> rows) {
  std::erase_if(rows, [](const PlanDrift& row) { return !row.remedy.empty(); });
  return rows;
}

// Returns what sacctmgr prints for the limits and flags of a QOS: "gres/gpu=1||DenyOnLimit".
std::string limits_of(const std::string& qos) {
  return std::string(
      trim(sacctmgr("show qos " + qos + " format=MaxTRESPerUser,MaxTRESPerAccount,Flags where name=" + qos)));
}

std::string qos_of(const std::string& user, const std::string& account) {
  return sacctmgr("show assoc format=QOS where user=" + user + " account=" + account);
}

class Plans : public Slurm {
 protected:
  void TearDown() override {
    sacctmgr("delete qos tiny,team || true");
    Slurm::TearDown();
  }
};

TEST_F(Plans, AreSetInSlurmOnceAndThenThereIsNoDrift) {
  EXPECT_FALSE(settable(scheduler().plan_drift(plans)).empty());
  EXPECT_FALSE(settable(scheduler().apply_plans(plans)).empty());
  EXPECT_THAT(settable(scheduler().plan_drift(plans)), IsEmpty());
  EXPECT_THAT(settable(scheduler().apply_plans(plans)), IsEmpty());
  EXPECT_EQ(limits_of("tiny"), "gres/gpu=1||DenyOnLimit");
  EXPECT_EQ(limits_of("team"), "|gres/gpu=4|DenyOnLimit");
  EXPECT_THAT(qos_of("nobody", "vision"), HasSubstr("tiny"));
  EXPECT_THAT(qos_of("nobody", "speech"), Not(HasSubstr("team")));
  EXPECT_THAT(qos_of("root", "speech"), HasSubstr("team"));
  EXPECT_THAT(qos_of("root", "speech"), HasSubstr("normal"));
}

TEST_F(Plans, ThatSomebodyChangedByHandAreShownAndPutRight) {
  scheduler().apply_plans(plans);
  sacctmgr(
      "modify qos tiny set MaxTRESPerUser=gres/gpu=7,cpu=99 MaxTRESPerAccount=gres/gpu=3 Flags=-1 "
      "Priority=5");
  sacctmgr("modify user nobody set qos+=team");
  std::vector<PlanDrift> drift = settable(scheduler().plan_drift(plans));
  EXPECT_THAT(drift, Contains(PlanDrift{"qos tiny", "MaxTRESPerUser", "gres/gpu=7", "gres/gpu=1", ""}));
  EXPECT_THAT(drift, Contains(PlanDrift{"qos tiny", "MaxTRESPerAccount", "gres/gpu=3", "", ""}));
  EXPECT_THAT(drift, Contains(PlanDrift{"qos tiny", "Flags", "", "DenyOnLimit", ""}));
  EXPECT_THAT(drift, Contains(PlanDrift{"user nobody, account vision", "qos", "team", "", ""}));
  EXPECT_EQ(settable(scheduler().apply_plans(plans)), drift);
  EXPECT_THAT(settable(scheduler().plan_drift(plans)), IsEmpty());
  // Limits that a plan does not set are unchanged.
  EXPECT_EQ(limits_of("tiny"), "cpu=99,gres/gpu=1||DenyOnLimit");
  EXPECT_THAT(sacctmgr("show qos tiny format=Priority where name=tiny"), HasSubstr("5"));
}

TEST_F(Plans, AreNotEnforcedByASlurmThatDoesNotSaySo) {
  EXPECT_THAT(scheduler().plan_drift(plans),
              Contains(Field("attribute", &PlanDrift::attribute, "AccountingStorageEnforce")));
}

}  // namespace
}  // namespace trainyard
