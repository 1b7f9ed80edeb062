#include "daemon/base/name_service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "daemon/base/error.h"
#include "tests/unit/api/loop_thread.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using testing::LoopThread;

constexpr uid_t ada = 1001, ben = 1002, nobody = 65534;

// A fake database of users that a test can change, or make fail or hang.
class Directory {
 public:
  void add(uid_t uid, const std::string& name) {
    std::lock_guard lock(mutex_);
    names_[uid] = name;
  }
  void remove(uid_t uid) {
    std::lock_guard lock(mutex_);
    names_.erase(uid);
  }
  void hang_for(uid_t uid) {
    std::lock_guard lock(mutex_);
    hanging_.insert(uid);
  }
  void fail_for(uid_t uid) {
    std::lock_guard lock(mutex_);
    failing_.insert(uid);
  }
  void answer_again() {
    std::lock_guard lock(mutex_);
    hanging_.clear();
    failing_.clear();
    changed_.notify_all();
  }
  int asked() const { return asked_; }
  int most_at_a_time() const { return most_at_a_time_; }

  Identity ask(uid_t uid) {
    std::unique_lock lock(mutex_);
    ++asked_;
    most_at_a_time_ = std::max(most_at_a_time_.load(), ++at_a_time_);
    changed_.wait(lock, [&] { return !hanging_.contains(uid); });
    --at_a_time_;
    if (failing_.contains(uid)) throw Error(ErrorKind::unavailable, "the directory is away");
    auto found = names_.find(uid);
    if (found == names_.end()) throw Error(ErrorKind::not_found, "nobody has that uid");
    return {{uid, 100, found->second, "/home/" + found->second}, {"lab"}};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uid_t, std::string> names_{{ada, "ada"}, {ben, "ben"}};
  std::set<uid_t> hanging_, failing_;
  std::atomic<int> asked_ = 0, most_at_a_time_ = 0;
  int at_a_time_ = 0;
};

NameServiceSettings quick() {
  NameServiceSettings settings;
  settings.patience = 50ms;
  settings.most_threads = 2;
  return settings;
}

class TheNameService : public ::testing::Test {
 protected:
  ~TheNameService() override {
    directory_->answer_again();
    thread_.on_loop([this] { names_.reset(); });
  }

  void start(NameServiceSettings settings) {
    thread_.on_loop([&] {
      names_.emplace(
          thread_.loop(), [directory = directory_](uid_t uid) { return directory->ask(uid); }, settings);
    });
  }

  // Looks a uid up on the loop and waits. Returns the user's name, or the kind of the Error.
  std::string look_up(uid_t uid) {
    std::promise<std::string> answer;
    thread_.on_loop([&] { begin(uid, answer); });
    return answer.get_future().get();
  }

  std::string wait_for(uid_t uid) {
    try {
      return names_->wait_for(uid).user.name;
    } catch (const Error& e) {
      return to_string(e.kind());
    }
  }

  void begin(uid_t uid, std::promise<std::string>& answer) {
    names_->look_up(
        uid, [&answer](const Identity& identity) { answer.set_value(identity.user.name); },
        [&answer](const std::exception_ptr& error) {
          try {
            std::rethrow_exception(error);
          } catch (const Error& e) {
            answer.set_value(to_string(e.kind()));
          }
        });
  }

  std::shared_ptr<Directory> directory_ = std::make_shared<Directory>();
  LoopThread thread_;
  std::optional<NameService> names_;
};

TEST_F(TheNameService, FindsAUserOnceAndKeepsTheAnswer) {
  start({});
  EXPECT_EQ(look_up(ada), "ada");
  EXPECT_EQ(look_up(ada), "ada");
  EXPECT_EQ(wait_for(ada), "ada");
  EXPECT_EQ(directory_->asked(), 1);
}

TEST_F(TheNameService, AnswersFromMemoryWithinTheCall) {
  start({});
  look_up(ada);
  std::promise<std::string> answer;
  auto answered = answer.get_future();
  thread_.on_loop([&] {
    begin(ada, answer);
    EXPECT_EQ(answered.wait_for(0s), std::future_status::ready);
  });
}

TEST_F(TheNameService, RemembersWhomItFoundWithoutAskingForOthers) {
  start({.fresh = 0ms});
  EXPECT_FALSE(names_->remembered(ada));
  look_up(ada);
  EXPECT_EQ(names_->remembered(ada)->user.name, "ada");
  EXPECT_EQ(directory_->asked(), 1);
}

TEST_F(TheNameService, KnowsThatSomebodyIsNotThere) {
  start({});
  EXPECT_EQ(look_up(1003), "not_found");
  EXPECT_EQ(wait_for(1003), "not_found");
  EXPECT_EQ(directory_->asked(), 1);
}

TEST_F(TheNameService, AsksAgainWhenTheAnswerIsOld) {
  start({.fresh = 0ms});
  EXPECT_EQ(look_up(ada), "ada");
  directory_->add(ada, "ada-renamed");
  EXPECT_EQ(look_up(ada), "ada-renamed");
  directory_->remove(ada);
  EXPECT_EQ(wait_for(ada), "not_found");
}

TEST_F(TheNameService, AsksSoonerForWhomItDidNotFind) {
  start({.fresh_when_absent = 0ms});
  EXPECT_EQ(look_up(1003), "not_found");
  directory_->add(1003, "cleo");
  EXPECT_EQ(look_up(1003), "cleo");
}

TEST_F(TheNameService, ThatHangsStopsNobodyWhoIsKnown) {
  NameServiceSettings settings = quick();
  settings.fresh = 0ms;
  start(settings);
  EXPECT_EQ(look_up(ada), "ada");
  directory_->hang_for(ada);
  EXPECT_EQ(look_up(ada), "ada");
  EXPECT_EQ(wait_for(ada), "ada");
  EXPECT_EQ(directory_->asked(), 2);  // the second request hangs, and no further one is made meanwhile
}

TEST_F(TheNameService, ThatFailsStopsNobodyWhoIsKnown) {
  start({.fresh = 0ms});
  EXPECT_EQ(look_up(ada), "ada");
  directory_->fail_for(ada);
  EXPECT_EQ(look_up(ada), "ada");
  EXPECT_EQ(look_up(ben), "ben");
}

TEST_F(TheNameService, ThatHangsIsUnavailableToWhomIsNotKnown) {
  start(quick());
  directory_->hang_for(ben);
  EXPECT_EQ(look_up(ben), "unavailable");
  EXPECT_EQ(wait_for(ben), "unavailable");
  EXPECT_EQ(look_up(ada), "ada");
}

TEST_F(TheNameService, ThatAnswersLateIsNotAskedTwice) {
  start(quick());
  directory_->hang_for(ben);
  EXPECT_EQ(look_up(ben), "unavailable");
  directory_->answer_again();
  while (look_up(ben) != "ben") std::this_thread::yield();
  EXPECT_EQ(directory_->asked(), 1);
}

TEST_F(TheNameService, IsAskedOnABoundedNumberOfThreads) {
  start(quick());
  for (uid_t uid = 2000; uid < 2020; ++uid) directory_->hang_for(uid);
  for (uid_t uid = 2000; uid < 2020; ++uid) EXPECT_EQ(wait_for(uid), "unavailable");
  EXPECT_EQ(directory_->most_at_a_time(), 2);
}

TEST_F(TheNameService, IsNotWaitedForAtTheEnd) {
  start(quick());
  directory_->hang_for(ada);
  EXPECT_EQ(look_up(ada), "unavailable");
  thread_.on_loop([this] { names_.reset(); });  // must not wait for the hanging look-up
}

// Reads the machine's real passwd and group databases.
TEST(AnIdentity, IsWhatThePasswdAndGroupDatabasesSay) {
  const Identity root = identity_of(0);
  EXPECT_EQ(root.user, (User{0, 0, "root", root.user.home}));
  EXPECT_NE(std::find(root.groups.begin(), root.groups.end(), "root"), root.groups.end());
  EXPECT_EQ(uid_of(identity_of(nobody).user.name), nobody);
}

TEST(AnIdentity, OfAUidThatNobodyHasIsNotFound) {
  try {
    identity_of(4'000'000'123);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::not_found) << e.what();
  }
}

}  // namespace
}  // namespace trainyard
