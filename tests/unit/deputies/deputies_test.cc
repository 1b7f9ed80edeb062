// Tests of Deputies, the daemon's side of deputies, with a fake DeputyStarter. The test answers as a deputy.
#include "daemon/deputies/deputies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "daemon/base/error.h"
#include "daemon/base/json.h"
#include "daemon/deputies/child_starter.h"
#include "daemon/deputies/users.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// The deputies that the daemon asked to start and to kill, and the callbacks by which the test reports news
// of them.
struct Stage {
  DeputyNews news;
  std::vector<DeputyName> started, killed;
  bool is_ready = true;
};

class StagedStarter final : public DeputyStarter {
 public:
  explicit StagedStarter(Stage& stage) : stage_(stage) {}
  void tell(DeputyNews news) override { stage_.news = std::move(news); }
  bool is_ready() const override { return stage_.is_ready; }
  std::string trouble() const override { return stage_.is_ready ? "" : "the broker does not answer"; }
  void start(const DeputyName& deputy) override { stage_.started.push_back(deputy); }
  void kill(const DeputyName& deputy) override { stage_.killed.push_back(deputy); }

 private:
  Stage& stage_;
};

class ADaemonsDeputies : public ::testing::Test {
 protected:
  ADaemonsDeputies() { deputies_.emplace(loop_, std::make_unique<StagedStarter>(stage_), 50ms); }

  // Runs the loop until `reached`; fails the test after five seconds.
  void run_until(const std::function<bool()>& reached) {
    Loop::Watch look, limit;
    std::function<void()> look_again = [&] {
      if (reached()) return loop_.stop();
      look = loop_.after(1ms, look_again);
    };
    look = loop_.after(0ms, look_again);
    limit = loop_.after(5s, [&] {
      ADD_FAILURE() << "waited in vain";
      loop_.stop();
    });
    loop_.run();
  }

  void call(const std::string& json, DeputyKind kind = DeputyKind::files,
            std::chrono::milliseconds deadline = 5s) {
    DeputyCall call{1001, kind, {}, deadline};
    call.request.json = json;
    deputies_->call(
        std::move(call), [this](Frame frame) { answers_.push_back(frame.json); },
        [this](std::exception_ptr error) {
          try {
            std::rethrow_exception(error);
          } catch (const FilesAreSilent& e) {
            answers_.push_back(std::string("silent: ") + e.what());
          } catch (const Error& e) {
            answers_.push_back(std::string(to_string(e.kind())) + ": " + e.what());
          }
        });
  }

  // Reports that the last requested deputy has started. Returns the deputy's end of its socket.
  UniqueFd arrive() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    stage_.news.started(stage_.started.back(), UniqueFd(ends[0]));
    return UniqueFd(ends[1]);
  }
  void answer(int socket, const std::string& json) {
    Frame frame;
    frame.json = json;
    send_frame(socket, frame);
  }

  Loop loop_;
  Stage stage_;
  std::vector<std::string> answers_;
  std::optional<Deputies> deputies_;  // last, so destroyed first: its destructor answers all open calls
};

TEST_F(ADaemonsDeputies, AreStartedWhenFirstNeededAndAskedOneThingAfterTheOther) {
  EXPECT_TRUE(stage_.started.empty());
  call("one");
  call("two");
  ASSERT_EQ(stage_.started.size(), 1u);
  UniqueFd deputy = arrive();
  for (const char* expected : {"one", "two"}) {
    EXPECT_EQ(receive_frame(deputy.get())->json, expected);
    answer(deputy.get(), std::string("did ") + expected);
    run_until([&] { return !answers_.empty() && answers_.back() == std::string("did ") + expected; });
  }
  EXPECT_EQ(stage_.started.size(), 1u);
}

TEST_F(ADaemonsDeputies, TakeARequestThatIsLargerThanTheSocketHolds) {
  const std::string large(most_frame_json, 'x');
  UniqueFd deputy;
  for (const char* expected : {"first", "second"}) {
    call(large);
    if (!deputy) deputy = arrive();
    std::thread working([&] {
      EXPECT_EQ(receive_frame(deputy.get())->json.size(), large.size());
      answer(deputy.get(), expected);
    });
    run_until([&] { return !answers_.empty() && answers_.back() == expected; });
    working.join();
  }
}

TEST_F(ADaemonsDeputies, AreNotWaitedForWhenTheyGoBeforeTheyHaveTheRequest) {
  call(std::string(most_frame_json, 'x'));
  arrive().reset();
  stage_.news.reaped(stage_.started.back(), "", true);
  run_until([&] { return answers_.size() == 1; });
  EXPECT_THAT(answers_[0], HasSubstr("unavailable: the deputy that was to do it has ended"));
}

TEST_F(ADaemonsDeputies, AreEndedWhenTheyHaveNothingToDo) {
  call("one");
  UniqueFd deputy = arrive();
  receive_frame(deputy.get());
  answer(deputy.get(), "{}");
  run_until([&] { return answers_.size() == 1; });
  bool is_closed = false;
  std::thread reader([&] { is_closed = !receive_frame(deputy.get()); });
  run_until([&] { return is_closed; });
  reader.join();
  stage_.news.reaped(stage_.started.back(), "", true);
  EXPECT_EQ(deputies_->count(), 0u);
}

TEST_F(ADaemonsDeputies, OfFilesFailACallThatIsOverdueAtOnceAndHaveNoSuccessorBeforeTheyAreReaped) {
  call("hang", DeputyKind::files, 20ms);
  UniqueFd deputy = arrive();
  run_until([&] { return answers_.size() == 1; });
  EXPECT_THAT(answers_[0], HasSubstr("silent: the file system of your scratch does not answer"));
  EXPECT_EQ(stage_.killed, stage_.started);
  call("next");
  EXPECT_EQ(stage_.started.size(), 1u);
  stage_.news.reaped(stage_.started.back(), "the deputy was ended by signal 9", true);
  EXPECT_EQ(stage_.started.size(), 2u);
}

TEST_F(ADaemonsDeputies, OfSlurmFailAnOverdueCallWhenTheyAreReapedBecauseTheyMayStillAct) {
  call("submit", DeputyKind::slurm, 20ms);
  UniqueFd deputy = arrive();
  run_until([&] { return !stage_.killed.empty(); });
  EXPECT_TRUE(answers_.empty());
  bool is_told = false;
  deputies_->on_reaped(
      [&](std::uint32_t uid, DeputyKind kind) { is_told = uid == 1001 && kind == DeputyKind::slurm; });
  stage_.news.reaped(stage_.started.back(), "the deputy was ended by signal 9", true);
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_THAT(answers_[0], HasSubstr("unavailable: Slurm does not answer"));
  EXPECT_TRUE(is_told);
}

TEST_F(ADaemonsDeputies, OfOneKindDoNotWaitForThoseOfTheOther) {
  call("hang", DeputyKind::files);
  call("cancel", DeputyKind::slurm);
  EXPECT_EQ(stage_.started.size(), 2u);
}

TEST_F(ADaemonsDeputies, ThatAUserCannotHaveAreDeniedToHim) {
  call("one");
  stage_.news.refused(stage_.started.back(), "uid 1001 is not in the group", false);
  EXPECT_EQ(answers_, (std::vector<std::string>{"denied: uid 1001 is not in the group"}));
}

TEST_F(ADaemonsDeputies, AreNotStartedBeforeTheBrokerHasToldOfSurvivors) {
  stage_.is_ready = false;
  call("one");
  EXPECT_TRUE(stage_.started.empty());
  DeputyName survivor{1001, DeputyKind::files, 5};
  stage_.news.survived(survivor);
  stage_.is_ready = true;
  EXPECT_EQ(stage_.killed, std::vector<DeputyName>{survivor});
  EXPECT_TRUE(stage_.started.empty());
  stage_.news.reaped(survivor, "", true);
  EXPECT_EQ(stage_.started.size(), 1u);
}

TEST_F(ADaemonsDeputies, ThatSayWhatNobodyAskedAreEnded) {
  call("one");
  UniqueFd deputy = arrive();
  receive_frame(deputy.get());
  ASSERT_EQ(::write(deputy.get(), std::string(16, '\xff').data(), 16), 16);
  std::optional<Frame> more = Frame();
  std::thread reader([&] { more = receive_frame(deputy.get()); });
  run_until([&] { return !more; });
  reader.join();
  stage_.news.reaped(stage_.started.back(), "", true);
  EXPECT_THAT(answers_.at(0), HasSubstr("unavailable: "));
}

TEST_F(ADaemonsDeputies, LetThreadsGoThatWaitForThemWhenTheDaemonStops) {
  std::string said;
  std::thread waiter([&] {
    try {
      deputies_->call_and_wait({1001, DeputyKind::files, {}, 5s});
    } catch (const Error& e) {
      said = e.what();
    }
  });
  run_until([&] { return stage_.started.size() == 1; });
  deputies_->stop();
  waiter.join();
  EXPECT_EQ(said, "the daemon is stopping");
}

// ---- deputies that are child processes of the daemon

TEST(ChildDeputies, ServeTheDaemonsOwnUserAndNobodyElse) {
  Loop loop;
  Deputies deputies(loop, std::make_unique<ChildStarter>(loop, DEPUTY_PROGRAM));
  std::vector<std::string> said;
  auto ask = [&](std::uint32_t uid) {
    DeputyCall call{uid, DeputyKind::files, {}, 10s};
    call.request.json = R"({"verb":"no such verb"})";
    deputies.call(
        std::move(call),
        [&](Frame frame) {
          said.push_back(frame.json);
          loop.stop();
        },
        [&](std::exception_ptr error) {
          try {
            std::rethrow_exception(error);
          } catch (const Error& e) {
            said.emplace_back(e.what());
          }
          loop.stop();
        });
    Loop::Watch limit = loop.after(10s, [&] { loop.stop(); });
    loop.run();
  };
  ask(::geteuid());
  ask(::geteuid() + 1);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_THAT(said[0], HasSubstr("it knows no verb no such verb"));
  EXPECT_THAT(said[1], HasSubstr("acts for uid " + std::to_string(::geteuid()) + " only"));
}

}  // namespace
}  // namespace trainyard
