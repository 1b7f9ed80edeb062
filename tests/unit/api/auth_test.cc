#include "daemon/api/auth.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "daemon/base/as_user.h"
#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr uid_t nobody = 65534;
constexpr uid_t unknown_uid = 4'000'000'123;

TrainingRun run_of(uid_t uid) {
  TrainingRun run;
  run.owner.uid = uid;
  return run;
}

TEST(Caller, IsWhomTheMachineKnowsByThatUid) {
  User expected = user_of(nobody);
  Caller caller = caller_of({nobody, nobody}, {});
  EXPECT_EQ(caller.owner, (Owner{expected.uid, expected.gid, expected.name}));
}

TEST(Caller, IsDeniedWhenTheMachineKnowsNobodyByThatUid) {
  try {
    caller_of({unknown_uid, 0}, {});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::denied);
  }
}

TEST(Caller, HasTheRoleThatTheListsGive) {
  EXPECT_EQ(caller_of({nobody, nobody}, {}).role, Role::owner);
  EXPECT_EQ(caller_of({nobody, nobody}, {{user_of(nobody).name}, {}}).role, Role::operator_);
}

TEST(Caller, SeesOwnRunsAndAsOperatorAll) {
  Caller user{{1001, 100, "ada"}, Role::owner}, its_operator{{1002, 100, "eve"}, Role::operator_},
      admin{{1003, 100, "ida"}, Role::admin};
  EXPECT_TRUE(may_see(user, run_of(1001)));
  EXPECT_FALSE(may_see(user, run_of(1002)));
  EXPECT_TRUE(may_see(its_operator, run_of(1001)));
  EXPECT_TRUE(may_see(admin, run_of(1001)));
}

}  // namespace
}  // namespace trainyard
