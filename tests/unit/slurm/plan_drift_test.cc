// Tests of plan drift: how slurmdbd's QOS and associations differ from the plans, and the changes that
// correct them.
#include "plugins/slurm/plan_drift.h"

#include <gtest/gtest.h>

namespace trainyard::slurm {
namespace {

const PlanLimit free_plan{"free", 1, false, {}};
const PlanLimit vision_plan{"Vision", 16, true, {"ada", "grace"}};

PlanBooks books_in_line() {
  PlanBooks books;
  books.enforced = true;
  books.qos = {{"normal", {}}, {"free", {1, std::nullopt, true}}, {"vision", {std::nullopt, 16, true}}};
  books.associations = {{"ada", "vision", {"normal", "free", "vision"}},
                        {"grace", "vision", {"free", "vision"}},
                        {"eve", "speech", {"free"}}};
  return books;
}

std::vector<PlanDrift> drift(const std::vector<PlanLimit>& plans, const PlanBooks& books) {
  return drift_in(changes_for(plans, books), books.enforced);
}

TEST(ThePlans, InLineWithSlurmHaveNoDriftWhateverElseIsThere) {
  EXPECT_EQ(drift({free_plan, vision_plan}, books_in_line()), std::vector<PlanDrift>{});
  EXPECT_EQ(drift({}, books_in_line()), std::vector<PlanDrift>{});
}

TEST(AQos, ThatIsMissingIsToBeMadeWithItsLimit) {
  PlanBooks books = books_in_line();
  books.qos.erase("free");
  for (UserAssociation& association : books.associations) association.qos.erase("free");
  std::vector<PlanDrift> rows = drift({free_plan}, books);
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows[0], (PlanDrift{"qos free", "", "missing", "there", ""}));
  EXPECT_EQ(rows[1], (PlanDrift{"qos free", "MaxTRESPerUser", "", "gres/gpu=1", ""}));
  EXPECT_EQ(rows[2], (PlanDrift{"qos free", "Flags", "", "DenyOnLimit", ""}));
  EXPECT_EQ(rows[5], (PlanDrift{"user eve, account speech", "qos", "", "free", ""}));
}

TEST(AQos, ThatLimitsTheWrongThingLosesThatLimitAndGetsTheOther) {
  PlanBooks books = books_in_line();
  books.qos["vision"] = {8, std::nullopt, false};
  EXPECT_EQ(drift({vision_plan}, books),
            (std::vector<PlanDrift>{{"qos vision", "MaxTRESPerUser", "gres/gpu=8", "", ""},
                                    {"qos vision", "MaxTRESPerAccount", "", "gres/gpu=16", ""},
                                    {"qos vision", "Flags", "", "DenyOnLimit", ""}}));
}

TEST(APlanForMembers, IsGrantedToThemAndRevokedFromOthers) {
  PlanBooks books = books_in_line();
  books.associations[1].qos.erase("vision");
  books.associations[2].qos.insert("vision");
  std::vector<PlanChange> changes = changes_for({vision_plan}, books);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_FALSE(changes[0].limit_differs());
  EXPECT_EQ(changes[0].to_grant.at(0).user, "grace");
  EXPECT_EQ(changes[0].to_revoke.at(0).user, "eve");
  EXPECT_EQ(drift_in(changes, true),
            (std::vector<PlanDrift>{{"user grace, account vision", "qos", "", "vision", ""},
                                    {"user eve, account speech", "qos", "vision", "", ""}}));
}

TEST(AMember, WithoutAnAccountIsForAPersonToSeeTo) {
  PlanLimit plan = vision_plan;
  plan.members.insert("alan");
  EXPECT_EQ(drift({plan}, books_in_line()),
            (std::vector<PlanDrift>{{"user alan", "association", "", "one, for plan vision",
                                     "sacctmgr add user alan account=ACCOUNT"}}));
}

TEST(AClusterThatEnforcesNothing, IsForAPersonToSeeTo) {
  PlanBooks books = books_in_line();
  books.enforced = false;
  std::vector<PlanDrift> rows = drift({free_plan}, books);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].attribute, "AccountingStorageEnforce");
  EXPECT_NE(rows[0].remedy, "");
}

}  // namespace
}  // namespace trainyard::slurm
