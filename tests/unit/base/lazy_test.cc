#include "daemon/base/lazy.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace trainyard {
namespace {

TEST(ALazyValue, IsMadeOnceAndNotBeforeItIsAskedFor) {
  int made = 0;
  Lazy<std::string> lazy(std::function<std::string()>([&] { return "value " + std::to_string(++made); }));
  Lazy<std::string> copy = lazy;
  EXPECT_EQ(made, 0);
  EXPECT_EQ(*lazy, "value 1");
  EXPECT_EQ(*copy, "value 1");
  EXPECT_EQ(copy->size(), 7u);
}

TEST(ALazyValue, MayBeThereFromTheBeginning) {
  Lazy<std::string> there(std::string("here"));
  EXPECT_TRUE(there);
  EXPECT_EQ(*there, "here");
  EXPECT_FALSE(Lazy<std::string>());
}

TEST(ALazyValue, IsTriedAgainAfterAFailure) {
  int tried = 0;
  Lazy<int> lazy(std::function<int()>([&] {
    if (++tried == 1) throw std::runtime_error("not yet");
    return tried;
  }));
  EXPECT_THROW(*lazy, std::runtime_error);
  EXPECT_EQ(*lazy, 2);
}

}  // namespace
}  // namespace trainyard
