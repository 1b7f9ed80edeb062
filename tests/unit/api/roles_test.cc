#include "daemon/api/roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "daemon/api/routes.h"
#include "daemon/base/error.h"
#include "tests/unit/api/callers.h"
#include "tests/unit/api/office.h"

namespace trainyard {
namespace {

using ::testing::HasSubstr;
using testing::nobody;

Identity somebody() { return {{1001, 100, "ada", "/home/ada"}, {"users", "lab"}}; }

TEST(ARole, IsAdminForRootAndTheDaemonsOwnUserWhateverTheListsSay) {
  EXPECT_EQ(role_of(identity_of(0), {}), Role::admin);
  EXPECT_EQ(role_of(identity_of(::geteuid()), {{user_of(::geteuid()).name}, {}}), Role::admin);
}

TEST(ARole, IsGivenByName) {
  std::string name = somebody().user.name;
  EXPECT_EQ(role_of(somebody(), {{"root"}, {"root"}}), Role::owner);
  EXPECT_EQ(role_of(somebody(), {{name}, {}}), Role::operator_);
  EXPECT_EQ(role_of(somebody(), {{}, {name}}), Role::admin);
  EXPECT_EQ(role_of(somebody(), {{name}, {name}}), Role::admin);
}

TEST(ARole, IsGivenToAllMembersOfAGroup) {
  EXPECT_EQ(role_of(somebody(), {{"@lab"}, {}}), Role::operator_);
  EXPECT_EQ(role_of(somebody(), {{}, {"@users"}}), Role::admin);
  EXPECT_EQ(role_of(somebody(), {{"@root"}, {"@no-such-group", "lab"}}), Role::owner);
}

TEST(ARole, GivesAConnectionPlacesOfItsOwn) {
  RoleLists lists{{"@lab"}, {}};
  EXPECT_EQ(standing_of(0, std::nullopt, lists), Standing::privileged);
  EXPECT_EQ(standing_of(1001, std::nullopt, lists), Standing::stranger);
  EXPECT_EQ(standing_of(1001, somebody(), lists), Standing::privileged);
  EXPECT_EQ(standing_of(1001, somebody(), {}), Standing::known);
}

TEST(ARole, IncludesThoseBeforeIt) {
  EXPECT_NO_THROW(require_role("ada", Role::admin, Role::operator_));
  EXPECT_NO_THROW(require_role("ada", Role::operator_, Role::operator_));
  EXPECT_NO_THROW(require_role("ada", Role::owner, Role::owner));
  try {
    require_role("ada", Role::operator_, Role::admin);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::denied);
    EXPECT_STREQ(
        e.what(),
        "ada is not an admin of this daemon: ask its admin to add ada to [daemon] admins in trainyard.toml");
  }
}

// A caller whose role is too low for a route is denied before anything is read or done.
TEST(EveryRoute, RefusesACallerOfALowerRole) {
  testing::Office office;
  for (const Route& route : routes()) {
    if (route.role == Role::owner) continue;
    Response response = office.ask(nobody, std::string(route.method), std::string(route.pattern));
    EXPECT_EQ(response.status, 403) << route.pattern;
    EXPECT_THAT(response.body, HasSubstr(std::string("is not an ") + to_string(route.role))) << route.pattern;
  }
}

TEST(AnOperator, DrainsAndSeesEverybodysRuns) {
  testing::Office office;
  office.settings().roles.operators = {user_of(nobody).name};
  EXPECT_EQ(office.ask(nobody, "POST", "/v1/admin/drain").status, 200);
  EXPECT_EQ(office.ask(nobody, "GET", "/v1/runs?user=root").status, 200);
  EXPECT_EQ(office.ask_json(nobody, "GET", "/v1/status")["user"]["role"], "operator");
}

}  // namespace
}  // namespace trainyard
