#include "daemon/api/caller.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "daemon/base/error.h"
#include "tests/unit/api/callers.h"
#include "tests/unit/api/loop_thread.h"

namespace trainyard {
namespace {

using testing::nobody;

constexpr uid_t unknown_uid = 4'000'000'123;

TrainingRun run_of(uid_t uid) {
  TrainingRun run;
  run.owner.uid = uid;
  return run;
}

Identity identity_of_ada() { return {{1001, 100, "ada", "/home/ada"}, {"lab"}}; }

TEST(Caller, IsTheUserOfTheIdentityWithTheRoleThatTheListsGive) {
  EXPECT_EQ(caller_of(identity_of_ada(), {}).owner, (Owner{1001, 100, "ada"}));
  EXPECT_EQ(caller_of(identity_of_ada(), {}).role, Role::owner);
  EXPECT_EQ(caller_of(identity_of_ada(), {{"ada"}, {}}).role, Role::operator_);
}

// Returns what identify_by_name() answers to a request of this uid: the user's name, or the HTTP status of
// the error.
std::string name_of_asker(uid_t uid) {
  testing::LoopThread thread;
  std::optional<NameService> names;
  std::promise<std::string> answer;
  thread.on_loop([&] {
    names.emplace(thread.loop());
    Request head;
    head.peer = {uid, 0};
    identify_by_name (*names)(std::move(head),
                              {[&](const Request& known) { answer.set_value(known.identity.user.name); },
                               [&](const std::exception_ptr& error) {
                                 answer.set_value(std::to_string(error_response(error).status));
                               }});
  });
  std::string name = answer.get_future().get();
  thread.on_loop([&] { names.reset(); });
  return name;
}

TEST(ARequest, IsOfWhomTheMachineKnowsByItsUid) {
  EXPECT_EQ(name_of_asker(0), "root");
  EXPECT_EQ(name_of_asker(nobody), user_of(nobody).name);
}

TEST(ARequest, IsDeniedWhenTheMachineKnowsNobodyByItsUid) { EXPECT_EQ(name_of_asker(unknown_uid), "403"); }

TEST(Caller, SeesOwnRunsAndAsOperatorAll) {
  Caller user{{1001, 100, "ada"}, "", {}, Role::owner},
      its_operator{{1002, 100, "eve"}, "", {}, Role::operator_},
      admin{{1003, 100, "ida"}, "", {}, Role::admin};
  EXPECT_TRUE(may_see(user, run_of(1001)));
  EXPECT_FALSE(may_see(user, run_of(1002)));
  EXPECT_TRUE(may_see(its_operator, run_of(1001)));
  EXPECT_TRUE(may_see(admin, run_of(1001)));
}

}  // namespace
}  // namespace trainyard
