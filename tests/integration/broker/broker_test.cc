// Tests of the real broker, as root and with real uids: what its deputies are, whose requests it accepts, and
// which processes end when daemon or broker end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>

#include <random>

#include "tests/integration/broker/broker_process.h"

namespace trainyard {
namespace {

using namespace trainyard::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr DeputyKind files = DeputyKind::files, slurm = DeputyKind::slurm;
constexpr const char* no_capability = "0000000000000000";

class ABroker : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (::geteuid() == 0) names = new Names;
  }
  static void TearDownTestSuite() { delete std::exchange(names, nullptr); }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be other users";
    ASSERT_TRUE(names->given()) << "no mount namespace to be had";
  }
  const std::string& folder() const { return names->folder(); }

  static inline Names* names = nullptr;
};

using ADeputy = ABroker;

bool is_reaped(const BrokerReport& report, uid_t uid, DeputyKind kind, std::uint64_t serial) {
  return report.event == BrokerEvent::reaped && report.uid == uid && report.kind == kind &&
         report.serial == serial;
}
bool was_killed(const BrokerReport& report) {
  return WIFSIGNALED(report.wait_status) && WTERMSIG(report.wait_status) == SIGKILL;
}

// ---- rights and life of a deputy

TEST_F(ADeputy, IsItsUserAndNoMore) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, files, 1);
  std::string status = deputy.ask("status");
  EXPECT_EQ(field_of(status, "Uid"), "54001\t54001\t54001\t54001");
  EXPECT_EQ(field_of(status, "Gid"), "54001\t54001\t54001\t54001");
  EXPECT_THAT(field_of(status, "Groups"),
              AllOf(HasSubstr("54100"), HasSubstr("54001"), Not(HasSubstr("54000"))));
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
    EXPECT_EQ(field_of(status, set), no_capability);
  EXPECT_EQ(field_of(status, "NoNewPrivs"), "1");
  EXPECT_EQ(deputy.ask("root"), "refused");
}

TEST_F(ADeputy, InheritsNothingOfTheBrokers) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, slurm, 1);
  EXPECT_EQ(deputy.ask("environment"), "PATH=/usr/bin:/bin\nLANG=C.UTF-8");
  EXPECT_EQ(deputy.ask("descriptors"), "0 /dev/null\n1 /dev/null\n2 /dev/null\n3 socket");
  EXPECT_EQ(deputy.ask("words"), std::string(TEST_DEPUTY) + "\nslurm");
  EXPECT_EQ(deputy.ask("place"), "/\n63\n1") << "folder, umask in decimal, leader of its session";
  EXPECT_THAT(deputy.ask("limits"), ::testing::ContainsRegex("Max core file size +0 +0"));
}

TEST_F(ADeputy, SharesNoKeyring) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy of_ada = daemon.start(ada, files, 1), of_ben = daemon.start(ben, files, 2);
  if (of_ada.ask("keyring") == "-1") GTEST_SKIP() << "this kernel has no keyrings";
  EXPECT_NE(of_ada.ask("keyring"), of_ben.ask("keyring"));
}

TEST_F(ADeputy, OfRootHasNoCapabilityEither) {
  BrokerProcess broker(folder(), {"--allow-root"});
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(0, files, 1);
  std::string status = deputy.ask("status");
  EXPECT_EQ(field_of(status, "Uid"), "0\t0\t0\t0");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
    EXPECT_EQ(field_of(status, set), no_capability);
}

TEST_F(ADeputy, IsReportedWithItsExitStatusWhenItEnds) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, files, 41);
  EXPECT_THROW(deputy.ask("end"), Silence);
  BrokerReport report = daemon.report();
  EXPECT_TRUE(is_reaped(report, ada, files, 41));
  EXPECT_EQ(WEXITSTATUS(report.wait_status), 7);
  EXPECT_EQ(report.refusal, Refusal::none);
}

TEST_F(ADeputy, IsReapedWhenItIsKilled) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, files, 41);
  daemon.send(BrokerVerb::kill, ada, files, 41);
  BrokerReport report = daemon.report();
  EXPECT_TRUE(is_reaped(report, ada, files, 41));
  EXPECT_TRUE(was_killed(report));
}

TEST_F(ADeputy, ThatIsStoppedIsKilledAllTheSame) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, files, 41);
  ASSERT_EQ(::kill(deputy.pid(), SIGSTOP), 0);
  daemon.send(BrokerVerb::kill, ada, files, 41);
  EXPECT_TRUE(was_killed(daemon.report()));
}

TEST_F(ADeputy, IsNotKilledInThePlaceOfAnEarlierOne) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, files, 42);
  daemon.send(BrokerVerb::kill, ada, files, 41);
  daemon.send(BrokerVerb::kill, ada, slurm, 42);
  daemon.send(BrokerVerb::kill, ben, files, 42);
  EXPECT_EQ(daemon.refusal_of(ada, 43), Refusal::still_there);
  EXPECT_GT(deputy.pid(), 0);
}

TEST_F(ADeputy, HasNoSuccessorBeforeItIsReaped) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, files, 1);
  EXPECT_EQ(daemon.refusal_of(ada, 2), Refusal::still_there);
  Deputy for_slurm = daemon.start(ada, slurm, 3), of_ben = daemon.start(ben, files, 4);
  daemon.send(BrokerVerb::kill, ada, files, 1);
  EXPECT_TRUE(is_reaped(daemon.report(), ada, files, 1));
  EXPECT_GT(daemon.start(ada, files, 5).pid(), 0);
}

// The kernel reports a traced process's end to its tracer first; the broker can reap the process only after
// that. A user may trace his own processes.
TEST_F(ADeputy, ThatATracerHoldsBlocksItsUserAlone) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, files, 1);
  pid_t pid = deputy.pid();
  ASSERT_EQ(::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr), 0);
  daemon.send(BrokerVerb::kill, ada, files, 1);
  ASSERT_TRUE(comes(watch(pid).get()));
  EXPECT_EQ(daemon.refusal_of(ada, 2), Refusal::still_there);
  EXPECT_GT(daemon.start(ben, files, 3).pid(), 0);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);  // as the tracer: now the broker can reap the process
  EXPECT_TRUE(is_reaped(daemon.report(), ada, files, 1));
}

// ---- which requests the broker accepts

TEST_F(ABroker, IsRootWithThreeCapabilities) {
  BrokerProcess broker(folder());
  broker.ready();
  for (const char* set : {"CapPrm", "CapEff", "CapBnd"})
    EXPECT_EQ(field_of(broker.status(), set), "00000000000000e0") << "kill, setgid, setuid";
  EXPECT_EQ(field_of(broker.status(), "NoNewPrivs"), "1");
}

TEST_F(ABroker, HearsTheDaemonAndNobodyElse) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy deputy = daemon.start(ada, files, 1);
  for (uid_t stranger : {ada, uid_t{0}}) {
    Connection connection =
        broker.connect(stranger);  // possible by the socket's mode, because it has the daemon's group
    EXPECT_FALSE(connection.receive().has_value());
  }
  EXPECT_GT(deputy.pid(), 0);
  EXPECT_GT(daemon.start(ben, files, 2).pid(), 0);
}

TEST_F(ABroker, HasASocketOfTheDaemonsGroupAlone) {
  BrokerProcess broker(folder());
  broker.ready();
  struct stat socket {};
  ASSERT_EQ(::stat(broker.socket().c_str(), &socket), 0);
  EXPECT_EQ(socket.st_mode & 07777, 0660u);
  EXPECT_EQ(socket.st_gid, daemon_uid);
}

TEST_F(ABroker, RefusesByTheUid) {
  BrokerProcess broker(folder(), {"--refuse-uid", std::to_string(ben)});
  Connection daemon = broker.ready();
  EXPECT_EQ(daemon.refusal_of(0), Refusal::superuser);
  EXPECT_EQ(daemon.refusal_of(999), Refusal::uid_too_low);
  EXPECT_EQ(daemon.refusal_of(ben), Refusal::refused_uid);
  EXPECT_EQ(daemon.refusal_of(daemon_uid), Refusal::refused_uid);
  EXPECT_EQ(daemon.refusal_of(static_cast<uid_t>(-1)), Refusal::refused_uid);
}

TEST_F(ABroker, RefusesByWhatTheNameServiceSays) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  EXPECT_EQ(daemon.refusal_of(unknown), Refusal::unknown_user);
  EXPECT_EQ(daemon.refusal_of(sue_of_sudo), Refusal::sudoer);
}

TEST_F(ABroker, LetsSudoersInIfItIsSaid) {
  BrokerProcess broker(folder(), {"--allow-sudoers"});
  Connection daemon = broker.ready();
  EXPECT_GT(daemon.start(sue_of_sudo, files, 1).pid(), 0);
}

TEST_F(ABroker, StartsForAGroupAlone) {
  BrokerProcess broker(folder(), {"--group", std::to_string(lab)});
  Connection daemon = broker.ready();
  EXPECT_EQ(daemon.refusal_of(ben), Refusal::not_in_group);
  EXPECT_GT(daemon.start(ada, files, 2).pid(), 0);
}

TEST_F(ABroker, SaysThatTheProgramIsNotThere) {
  BrokerProcess broker(folder(), {}, "/nonexistent/deputy");
  EXPECT_EQ(broker.ready().refusal_of(ada), Refusal::exec_failed);
}

TEST_F(ABroker, StartsSoManyAndNoMore) {
  BrokerProcess broker(folder(), {"--most-deputies", "2"});
  Connection daemon = broker.ready();
  Deputy one = daemon.start(ada, files, 1), two = daemon.start(ada, slurm, 2);
  EXPECT_EQ(daemon.refusal_of(ben, 3), Refusal::too_many);
}

TEST_F(ABroker, GoesOnWhileTheNameServiceIsSilent) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  Deputy of_ben = daemon.start(ben, files, 1);
  EXPECT_GT(of_ben.pid(), 0);
  names->fall_silent();
  Deputy of_ada = daemon.start(ada, files, 2);
  EXPECT_EQ(daemon.refusal_of(ada, 3), Refusal::still_there);
  daemon.send(BrokerVerb::kill, ada, files, 2);  // as the daemon does after its deadline
  EXPECT_TRUE(is_reaped(daemon.report(), ada, files, 2));
  names->answer_again();
  EXPECT_GT(daemon.start(ada, files, 4).pid(), 0);
}

TEST_F(ABroker, RefusesWhatItDoesNotUnderstand) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  BrokerRequest request;
  request.verb = BrokerVerb::start, request.uid = ada, request.kind = files, request.serial = 9;
  auto refused = [&](const BrokerRequest& bad) {
    daemon.send(&bad, sizeof bad);
    return daemon.report().refusal;
  };
  BrokerRequest version = request, verb = request, kind = request, serial = request;
  version.version = 2, verb.verb = BrokerVerb{3}, kind.kind = DeputyKind{0}, serial.serial = 0;
  EXPECT_EQ(refused(version), Refusal::wrong_version);
  for (const BrokerRequest& bad : {verb, kind, serial}) EXPECT_EQ(refused(bad), Refusal::bad_request);
  daemon.send(&request, sizeof request - 1);
  EXPECT_EQ(daemon.report().refusal, Refusal::bad_request);
  EXPECT_GT(daemon.start(ada, files, 1).pid(), 0);
}

// Half of the messages are random bytes, half have fields that can be right. Only ada can get a deputy.
TEST_F(ABroker, IsNotHurtByAFloodOfRecords) {
  BrokerProcess broker(folder(), {"--least-uid", "54001", "--refuse-uid", "54002", "--refuse-uid", "54003"});
  Connection daemon = broker.ready();
  std::mt19937 dice(1);
  auto throw_dice = [&](std::uint32_t faces) { return static_cast<std::uint32_t>(dice() % faces); };
  std::size_t started = 0, reaped = 0;
  auto read_all = [&] {
    while (daemon.has_report()) {
      BrokerReport report = daemon.report();
      EXPECT_TRUE(report.event == BrokerEvent::refused || report.uid == ada);
      started += report.event == BrokerEvent::started;
      reaped += report.event == BrokerEvent::reaped;
    }
  };
  for (int i = 0; i < 20'000; ++i) {
    unsigned char bytes[2 * sizeof(BrokerRequest)];
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(dice());
    std::size_t size = 1 + dice() % (sizeof bytes - 1);
    if (i % 2 == 0) {
      BrokerRequest request;
      request.version = 1 + throw_dice(2), request.uid = ada - 1 + throw_dice(3),
      request.serial = throw_dice(4);
      request.verb = BrokerVerb{throw_dice(4)}, request.kind = DeputyKind{throw_dice(4)};
      std::memcpy(bytes, &request, size = sizeof request);
    }
    daemon.send(bytes, size);
    read_all();
  }
  EXPECT_GT(started, 0u);
  for (std::uint64_t serial : {1, 2, 3})
    for (DeputyKind kind : {files, slurm}) daemon.send(BrokerVerb::kill, ada, kind, serial);
  while (reaped < started) {
    ASSERT_TRUE(comes(daemon.descriptor()));
    read_all();
  }
  EXPECT_GT(daemon.start(ada, files, 99).pid(), 0);
}

// As long as a daemon does not read the reports, the broker reads no requests of it. When it reads again, it
// gets every report.
TEST_F(ABroker, WaitsForADaemonThatDoesNotRead) {
  BrokerProcess broker(folder());
  Connection daemon = broker.ready();
  constexpr int many = 3000;
  pid_t child = ::fork();
  if (child == 0) {
    for (int i = 1; i <= many; ++i) daemon.send(BrokerVerb::start, 0, files, static_cast<std::uint64_t>(i));
    ::_exit(0);
  }
  for (int i = 1; i <= many; ++i) ASSERT_EQ(daemon.report().serial, static_cast<std::uint64_t>(i));
  ::waitpid(child, nullptr, 0);
}

// ---- what happens when daemon or broker end

TEST_F(ABroker, KillsAllWhenTheDaemonIsGone) {
  BrokerProcess broker(folder());
  std::optional<Connection> daemon(broker.ready());
  Deputy one = daemon->start(ada, files, 1), two = daemon->start(ben, slurm, 2);
  UniqueFd first = watch(one.pid()), second = watch(two.pid());
  daemon.reset();
  EXPECT_TRUE(comes(first.get()));
  EXPECT_TRUE(comes(second.get()));
}

TEST_F(ABroker, LetsANewerDaemonTakeTheOldOnesPlace) {
  BrokerProcess broker(folder());
  Connection old = broker.ready();
  Deputy deputy = old.start(ada, files, 7);
  pid_t pid = deputy.pid();
  // Traced, so that the deputy cannot be reaped before the newer daemon is told of it.
  ASSERT_EQ(::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr), 0);
  Connection newer = broker.connect();
  EXPECT_FALSE(old.receive().has_value());
  BrokerReport survivor = newer.report();
  EXPECT_EQ(survivor.event, BrokerEvent::survivor);
  EXPECT_EQ(survivor.serial, 7u);
  EXPECT_EQ(newer.report().event, BrokerEvent::ready);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  EXPECT_TRUE(is_reaped(newer.report(), ada, files, 7));
}

TEST_F(ABroker, TakesItsDeputiesAlongHoweverItEnds) {
  for (int signal : {SIGKILL, SIGTERM}) {
    BrokerProcess broker(folder());
    Connection daemon = broker.ready();
    UniqueFd deputy = watch(daemon.start(ada, files, 1).pid());
    broker.end(signal);
    EXPECT_TRUE(comes(deputy.get()));
    EXPECT_FALSE(daemon.receive().has_value());
  }
}

TEST_F(ABroker, TellsOfWhatAnEarlierOneLeft) {
  auto earlier = std::make_unique<BrokerProcess>(folder());
  Connection before = earlier->ready();
  Deputy deputy = before.start(ada, slurm, 1);
  ASSERT_EQ(deputy.ask("stay"), "staying");
  UniqueFd process = watch(deputy.pid());
  earlier->end(SIGKILL);

  BrokerProcess broker(folder());
  Connection daemon = broker.connect();
  BrokerReport survivor = daemon.report();
  EXPECT_EQ(survivor.event, BrokerEvent::survivor);
  EXPECT_EQ(survivor.uid, ada);
  EXPECT_EQ(survivor.kind, slurm);
  EXPECT_EQ(survivor.serial, 0u);
  EXPECT_EQ(daemon.report().event, BrokerEvent::ready);
  BrokerReport report = daemon.report();
  EXPECT_TRUE(is_reaped(report, ada, slurm, 0));
  EXPECT_EQ(report.wait_status, -1);
  EXPECT_TRUE(comes(process.get()));
}

TEST_F(ABroker, SaysWhatItsCommandLineLacks) {
  for (std::vector<std::string> wrong : {std::vector<std::string>{"--daemon-uid", "0"},
                                         {"--least-uid", "many"},
                                         {"--socket", "relative"},
                                         {"--unknown"},
                                         {"word"}}) {
    BrokerProcess broker(folder(), wrong);
    EXPECT_EQ(WEXITSTATUS(broker.end(0)), 2) << wrong.front();
  }
}

}  // namespace
}  // namespace trainyard
