#include "daemon/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/clock.h"
#include "daemon/base/error.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Config read(const std::string& text) { return read_config(text, "c.toml"); }

// Reads `text` as c.toml. Returns its problems, such as "c.toml:2:1: admin: unknown key; did you mean
// admins?".
std::vector<std::string> messages_of(const std::string& text) {
  std::vector<std::string> messages;
  try {
    read(text);
  } catch (const Error& error) {
    for (const Problem& problem : error.problems()) messages.push_back(to_string(problem));
    if (messages.empty()) messages.push_back(std::string("no problems, but: ") + error.what());
  }
  return messages;
}

TEST(TheSettings, HaveADefaultEach) {
  Config config = read("");
  EXPECT_EQ(config.socket, "/run/trainyard/trainyard.sock");
  EXPECT_EQ(config.state_dir, "/var/lib/trainyard");
  EXPECT_FALSE(config.allow_root);
  EXPECT_THAT(config.operators, IsEmpty());
  EXPECT_THAT(config.admins, IsEmpty());
  EXPECT_EQ(config.log_level, LogLevel::info);
  EXPECT_EQ(config.time_zone, system_zone());
  EXPECT_EQ(config.max_code_bytes, 64 << 20);
  EXPECT_EQ(config.max_live_runs_per_user, 20'000);
  EXPECT_EQ(config.scratch, "/scratch/{user}/trainyard");
  EXPECT_EQ(config.keep_runs, std::chrono::hours(30 * 24));
  EXPECT_EQ(config.cache_bytes, 0);
  EXPECT_EQ(config.slurm.dump(), "{}");
  EXPECT_EQ(config.poll_interval, std::chrono::seconds(2));
  EXPECT_EQ(config.max_jobs, 5000);
  EXPECT_EQ(config.stage_partition, "");
  EXPECT_THAT(config.plans, IsEmpty());
}

TEST(TheSettings, OfTheDaemonAreRead) {
  Config config = read(R"([daemon]
socket = "/tmp/t.sock"
state_dir = "/tmp/state"
allow_root = true
operators = ["alan", "@wheel"]
admins = ["ada", "grace"]
log_level = "debug"
time_zone = "America/St_Johns"
max_code_size = "8 MiB"
max_live_runs_per_user = 12
)");
  EXPECT_EQ(config.socket, "/tmp/t.sock");
  EXPECT_EQ(config.state_dir, "/tmp/state");
  EXPECT_TRUE(config.allow_root);
  EXPECT_THAT(config.operators, UnorderedElementsAre("alan", "@wheel"));
  EXPECT_THAT(config.admins, UnorderedElementsAre("ada", "grace"));
  EXPECT_EQ(config.log_level, LogLevel::debug);
  EXPECT_EQ(config.time_zone, "America/St_Johns");
  EXPECT_EQ(config.max_code_bytes, 8 << 20);
  EXPECT_EQ(config.max_live_runs_per_user, 12);
}

TEST(TheSettings, OfTheNetworkAreRead) {
  EXPECT_EQ(read("").listen, std::nullopt);
  Config config = read("[network]\nlisten = \"[::]:7000\"\nmunge_socket = \"/run/munge/s\"\n");
  EXPECT_EQ(config.listen, (HostPort{"::", 7000}));
  EXPECT_EQ(config.munge_socket, "/run/munge/s");
  EXPECT_THAT(messages_of("[network]\nlisten = 6822\n"), ElementsAre(HasSubstr("c.toml:2:")));
  EXPECT_THAT(messages_of("[network]\nlisten = \"head:port\"\n"),
              ElementsAre(HasSubstr("must be an address of this host")));
}

TEST(TheSettings, OfScratchAndSlurmAreRead) {
  Config config = read(R"([scratch]
path = "/gpfs/{user}/trainyard"
keep_runs = "2-12"
cache_size = "2 TiB"
[slurm]
conf = "/opt/slurm/etc/slurm.conf"
poll_interval_ms = 500
max_jobs = 12
stage_partition = "cpu"
)");
  EXPECT_EQ(config.scratch, "/gpfs/{user}/trainyard");
  EXPECT_EQ(config.keep_runs, std::chrono::hours(60));
  EXPECT_EQ(config.cache_bytes, std::int64_t{2} << 40);
  EXPECT_EQ(config.slurm.dump(), R"({"conf":"/opt/slurm/etc/slurm.conf"})");
  EXPECT_EQ(config.poll_interval, std::chrono::milliseconds(500));
  EXPECT_EQ(config.max_jobs, 12);
  EXPECT_EQ(config.stage_partition, "cpu");
}

TEST(Plans, AreNamedByTheSite) {
  Plans plans = read(R"([plans.free]
default = true
[plans."vision.2"]
gpus = 16
per = "account"
members = ["ada", "grace"]
)")
                    .plans;
  ASSERT_EQ(plans.size(), 2U);
  EXPECT_EQ(plans.at("free").name, "free");
  EXPECT_EQ(plans.at("free").gpus, 1);
  EXPECT_EQ(plans.at("free").per, Plan::Per::user);
  EXPECT_TRUE(plans.at("free").is_default);
  EXPECT_EQ(plans.at("vision.2").gpus, 16);
  EXPECT_EQ(plans.at("vision.2").per, Plan::Per::account);
  EXPECT_THAT(plans.at("vision.2").members, UnorderedElementsAre("ada", "grace"));
  EXPECT_FALSE(plans.at("vision.2").is_default);
}

TEST(Plans, HaveOneDefaultAtMost) {
  EXPECT_THAT(messages_of("[plans.a]\ndefault = true\n[plans.b]\ndefault = true\n"),
              ElementsAre(AllOf(HasSubstr("c.toml:4:"), HasSubstr("a is the default plan already"))));
}

TEST(Stores, AreNamedByTheSiteAndTheOnlyOneIsTheDefault) {
  const Stores stores = read(R"([stores.cellar]
endpoint = "https://s3.example.org:7480"
ca_file = "/etc/ca.pem"
)")
                            .stores;
  EXPECT_EQ(stores.default_name, "cellar");
  const StoreSettings& cellar = stores.settings.at("cellar");
  EXPECT_EQ(cellar.endpoint, "https://s3.example.org:7480");
  EXPECT_EQ(cellar.style, StoreSettings::Style::path);
  EXPECT_EQ(cellar.region, "us-east-1");
  EXPECT_EQ(cellar.ca_file, "/etc/ca.pem");
}

TEST(Stores, WithoutAnEndpointAreAmazons) {
  const Stores stores = read("[stores.a]\nregion = \"eu-west-1\"\n[stores.b]\ndefault = true\n").stores;
  EXPECT_EQ(stores.settings.at("a").style, StoreSettings::Style::virtual_host);
  EXPECT_EQ(stores.default_name, "b");
  EXPECT_EQ(read("[stores.a]\n[stores.b]\n").stores.default_name, "");
}

TEST(Stores, HaveAnEndpointThatIsAHost) {
  EXPECT_THAT(messages_of("[stores.a]\nendpoint = \"s3.example.org\"\n"),
              ElementsAre(AllOf(HasSubstr("c.toml:2:"), HasSubstr("must be https:// or http://"))));
}

TEST(AStore, CanLimitItsStageJobsAndTheirBandwidth) {
  const Stores stores =
      read("[stores.a]\nstage_jobs = 4\nbandwidth = \"2 GiB\"\n[stores.b]\nstage_jobs = 2\n[stores.c]\n")
          .stores;
  EXPECT_EQ(stores.stage_limits_of("a").jobs, 4);
  EXPECT_EQ(stores.stage_limits_of("a").bytes_per_second, std::int64_t{2} << 30);
  EXPECT_EQ(stores.stage_limits_of("b").bytes_per_second, 0);
  EXPECT_EQ(stores.stage_limits_of("c").jobs, 0);
}

TEST(AStore, NeedsALimitOfStageJobsForItsBandwidth) {
  EXPECT_THAT(messages_of("[stores.a]\nbandwidth = \"2 GiB\"\n"),
              ElementsAre(AllOf(HasSubstr("c.toml:2:"), HasSubstr("set stage_jobs, too"))));
  EXPECT_THAT(messages_of("[stores.a]\nstage_jobs = 1024\nbandwidth = \"1 MiB\"\n"),
              ElementsAre(AllOf(HasSubstr("c.toml:3:"), HasSubstr("too small for 1024 stage jobs"))));
}

TEST(Mistakes, AreSaidAllAtOnceWithTheirLines) {
  EXPECT_THAT(messages_of(R"([daemon]
admin = ["ada"]
state_dir = "var/lib"
max_code_size = 64
[slurm]
poll_interval_ms = 1
[plans.large]
gpu = 4
per = "acount"
)"),
              ElementsAre(AllOf(HasSubstr("c.toml:2:"), HasSubstr("did you mean admins?")),
                          AllOf(HasSubstr("c.toml:3:"), HasSubstr("must be a whole path")),
                          AllOf(HasSubstr("c.toml:4:"), HasSubstr("a size such as")),
                          AllOf(HasSubstr("c.toml:6:"), HasSubstr("from 100 to")),
                          AllOf(HasSubstr("c.toml:8:"), HasSubstr("did you mean gpus?")),
                          AllOf(HasSubstr("c.toml:9:"), HasSubstr("did you mean account?"))));
}

TEST(Mistakes, InSectionsAreNamed) {
  EXPECT_THAT(messages_of("[deamon]\n"), ElementsAre(HasSubstr("did you mean daemon?")));
  EXPECT_THAT(messages_of("allow_root = true\n"), ElementsAre(HasSubstr("it belongs in [daemon]")));
  EXPECT_THAT(messages_of("daemon = 1\n"), ElementsAre(HasSubstr("must be a table: [daemon]")));
  EXPECT_THAT(messages_of("[plans]\nfree = 4\n"), ElementsAre(HasSubstr("plans.free must be a table")));
}

TEST(Mistakes, OfTheTextItselfAreNamed) {
  EXPECT_THAT(messages_of("[daemon\n"), ElementsAre(HasSubstr("c.toml:1:")));
}

TEST(ARole, IsForUsersAndGroups) {
  EXPECT_THAT(messages_of("[daemon]\noperators = [\"ada, grace\"]\n"),
              ElementsAre(AllOf(HasSubstr("c.toml:2:"), HasSubstr("must be a login name, or \"@group\""))));
  EXPECT_THAT(messages_of("[daemon]\nadmins = [\"@\"]\n"), ElementsAre(HasSubstr("must be a login name")));
}

TEST(AZone, MustBeKnown) {
  EXPECT_THAT(messages_of("[daemon]\ntime_zone = \"Europe/Atlantis\"\n"),
              ElementsAre(HasSubstr("must be a zone of the tz database")));
}

TEST(ASocket, IsNoLongerThanLinuxTakesIt) {
  EXPECT_THAT(messages_of("[daemon]\nsocket = \"/" + std::string(106, 's') + "\"\n"), IsEmpty());
  EXPECT_THAT(messages_of("[daemon]\nsocket = \"/" + std::string(107, 's') + "\"\n"),
              ElementsAre(HasSubstr("at most 107 bytes")));
}

}  // namespace
}  // namespace trainyard
