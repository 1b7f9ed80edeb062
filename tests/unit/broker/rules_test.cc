#include "daemon/broker/rules.h"

#include <gtest/gtest.h>

namespace trainyard {
namespace {

constexpr uid_t ada = 1001, root_uid = 0;
constexpr gid_t people = 100, sudo = 27;

TEST(Rules, LetPeopleHaveDeputies) {
  EXPECT_EQ(judge_uid({}, ada), Refusal::none);
  EXPECT_EQ(judge_groups({}, ada, {people}, {sudo}), Refusal::none);
}

TEST(Rules, RefuseSystemUsers) {
  EXPECT_EQ(judge_uid({}, 999), Refusal::uid_too_low);
  AllowRules rules;
  rules.least_uid = 500;
  EXPECT_EQ(judge_uid(rules, 999), Refusal::none);
}

TEST(Rules, RefuseServicesWithHighUids) {
  AllowRules rules;
  rules.refused_uids = {64030};
  EXPECT_EQ(judge_uid(rules, 64030), Refusal::refused_uid);
  EXPECT_EQ(judge_uid(rules, ada), Refusal::none);
}

TEST(Rules, RefuseNobodyAndTheUidThatMeansLeaveItAsItIs) {
  AllowRules rules;
  rules.allow_root = true;
  EXPECT_EQ(judge_uid(rules, 65534), Refusal::refused_uid);
  EXPECT_EQ(judge_uid(rules, static_cast<uid_t>(-1)), Refusal::refused_uid);
}

TEST(Rules, RefuseRootUnlessSaid) {
  AllowRules rules;
  EXPECT_EQ(judge_uid(rules, root_uid), Refusal::superuser);
  rules.allow_root = true;
  EXPECT_EQ(judge_uid(rules, root_uid), Refusal::none);
  EXPECT_EQ(judge_groups(rules, root_uid, {0, sudo}, {sudo}), Refusal::none);
  rules.refused_uids = {root_uid};
  EXPECT_EQ(judge_uid(rules, root_uid), Refusal::refused_uid) << "to refuse counts more than to allow";
}

TEST(Rules, RefuseSudoersUnlessSaid) {
  AllowRules rules;
  EXPECT_EQ(judge_groups(rules, ada, {people, sudo}, {sudo, 10}), Refusal::sudoer);
  EXPECT_EQ(judge_groups(rules, ada, {people, sudo}, {}), Refusal::none);
  rules.allow_sudoers = true;
  EXPECT_EQ(judge_groups(rules, ada, {people, sudo}, {sudo, 10}), Refusal::none);
}

TEST(Rules, RefuseWhoIsNotInTheGroup) {
  AllowRules rules;
  rules.group = 2000;
  EXPECT_EQ(judge_groups(rules, ada, {people}, {}), Refusal::not_in_group);
  EXPECT_EQ(judge_groups(rules, ada, {people, 2000}, {}), Refusal::none);
}

}  // namespace
}  // namespace trainyard
