#include "daemon/base/installation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainyard {
namespace {

using testing::StartsWith;

const Installation configured{TRAINYARD_BINDIR, TRAINYARD_LIBEXECDIR, TRAINYARD_PLUGINDIR};

TEST(AnInstallation, IsWhereTheBuildWasToldToPutIt) {
  EXPECT_EQ(installation_around(configured.programs + "/trainyard"), configured);
  EXPECT_EQ(installation_around(configured.internals + "/trainyard-agent"), configured);
}

TEST(AnInstallation, MovesAsAWhole) {
  const Installation moved = installation_around("/tmp/yard" + configured.programs + "/trainyard");
  EXPECT_EQ(moved.programs, "/tmp/yard" + configured.programs);
  EXPECT_EQ(moved.internals, "/tmp/yard" + configured.internals);
  EXPECT_EQ(moved.modules, "/tmp/yard" + configured.modules);
}

TEST(AnInstallation, IsFoundFromEachOfItsPrograms) {
  const Installation moved = installation_around("/tmp/yard/bin/trainyard");
  EXPECT_EQ(moved.programs, "/tmp/yard/bin");
  EXPECT_EQ(installation_around("/tmp/yard/sbin/trainyardd"), moved);
  EXPECT_EQ(installation_around(moved.internals + "/trainyard-agent"), moved);
}

TEST(AnInstallation, OfAProgramInABuildTreeIsTheConfiguredOne) {
  EXPECT_EQ(installation_around("/home/ada/trainyard/build/daemon/trainyardd"), configured);
}

TEST(AnInstallation, OfThisTestIsNamedWithoutAskingWhetherItExists) {
  EXPECT_THAT(this_installation().modules, StartsWith("/"));
}

}  // namespace
}  // namespace trainyard
