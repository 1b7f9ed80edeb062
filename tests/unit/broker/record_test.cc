#include "daemon/broker/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace trainyard {
namespace {

using ::testing::HasSubstr;

constexpr Refusal last = Refusal::exec_failed;

constexpr int exited(int status) { return status << 8; }  // as waitpid(2) says it

TEST(ARefusal, HasWordsOfItsOwn) {
  std::set<std::string> words;
  for (std::uint32_t i = 0; i <= static_cast<std::uint32_t>(last); ++i)
    words.insert(words_of(static_cast<Refusal>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_EQ(words.count(words_of(static_cast<Refusal>(1000))), 0u)
      << "a known refusal is told as an unknown one";
}

TEST(ARefusal, NamesTheRemedyWhereThereIsOne) {
  EXPECT_THAT(words_of(Refusal::superuser), HasSubstr("--allow-root"));
  EXPECT_THAT(words_of(Refusal::sudoer), HasSubstr("--allow-sudoers"));
  EXPECT_THAT(words_of(Refusal::uid_too_low), HasSubstr("--least-uid"));
  EXPECT_THAT(words_of(Refusal::not_in_group), HasSubstr("--group"));
}

TEST(ARefusal, IsToldByAnExitStatus) {
  for (std::uint32_t i = 1; i <= static_cast<std::uint32_t>(last); ++i) {
    auto refusal = static_cast<Refusal>(i);
    EXPECT_LE(exit_status_of(refusal), 255);
    EXPECT_EQ(refusal_in(exited(exit_status_of(refusal))), refusal);
  }
}

TEST(ARefusal, IsNotSeenInAnotherEnd) {
  for (int status : {0, 1, 75, 127, first_refusal_status})
    EXPECT_EQ(refusal_in(exited(status)), Refusal::none);
  EXPECT_EQ(refusal_in(9), Refusal::none) << "killed by SIGKILL";
  EXPECT_EQ(refusal_in(-1), Refusal::none) << "a survivor, of which no status is known";
}

TEST(ARefusal, PassesByItselfIfItIsOfTheMoment) {
  EXPECT_TRUE(passes_by_itself(Refusal::still_there));
  EXPECT_TRUE(passes_by_itself(Refusal::name_service_unavailable));
  EXPECT_FALSE(passes_by_itself(Refusal::superuser));
  EXPECT_FALSE(passes_by_itself(static_cast<Refusal>(1000)));
}

}  // namespace
}  // namespace trainyard
