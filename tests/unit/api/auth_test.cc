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

TEST(Caller, IsAdminAsRootAsTheDaemonsOwnUserAndByName) {
  EXPECT_TRUE(caller_of({0, 0}, {}).admin);
  EXPECT_TRUE(caller_of({::geteuid(), ::getegid()}, {}).admin);
  EXPECT_FALSE(caller_of({nobody, nobody}, {"root"}).admin);
  EXPECT_TRUE(caller_of({nobody, nobody}, {user_of(nobody).name}).admin);
}

TEST(Caller, SeesOwnRunsAndAsAdminAll) {
  Caller user{{1001, 100, "ada"}, false}, admin{{1002, 100, "eve"}, true};
  EXPECT_TRUE(may_see(user, run_of(1001)));
  EXPECT_FALSE(may_see(user, run_of(1002)));
  EXPECT_TRUE(may_see(admin, run_of(1001)));
  EXPECT_THROW(require_admin(user), Error);
  EXPECT_NO_THROW(require_admin(admin));
}

}  // namespace
}  // namespace trainyard
