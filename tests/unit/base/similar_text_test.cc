// Tests that SimilarText returns texts unchanged, and keeps similar texts in little memory.
#include "daemon/base/similar_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace trainyard {
namespace {

TEST(SimilarTexts, ComeBackAsTheyWere) {
  const std::vector<std::string> texts{"",
                                       "a text with the number 17 in it",
                                       "a text with the number 18 in it",
                                       "a text with the number 1 in it",
                                       "a text with the number 11111 in it",
                                       "quite another",
                                       "quite another",
                                       "quite quite another",
                                       "other",
                                       "",
                                       "a text with the number 17 in it"};
  SimilarTexts similar;
  std::vector<SimilarText> kept;
  for (const std::string& text : texts) kept.push_back(similar.keep(text));
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(kept[i].whole(), texts[i]);
}

TEST(SimilarTexts, OfOneBeginningAndOneEndAreJoinedOnceWhereBothOverlap) {
  SimilarTexts similar;
  similar.keep("abab");
  EXPECT_EQ(similar.keep("ababab").whole(), "ababab");
  EXPECT_EQ(similar.keep("ab").whole(), "ab");
}

}  // namespace
}  // namespace trainyard
